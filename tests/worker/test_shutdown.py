"""Signals to a real worker process: the first one lets calls finish, the second one leaves, and nothing is lost."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from ats_integration.models import ATSConfig, Delivery
from ats_integration.sandbox import Sandbox
from ats_integration.worker import ONE_SIGNAL
from jobbird.board.models import Application
from jobbird.demo.processes import Process
from tests.e2e.conftest import WORKER, Machine, environment, machine  # noqa: F401 - fixtures
from tests.queue_steps import job_ids, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]


def ask_to_stop(process: Process) -> None:
    """Send one SIGTERM."""
    assert process.pid
    os.kill(process.pid, signal.SIGTERM)


def test_the_first_signal_lets_calls_finish_the_second_one_leaves_and_everything_comes_back(
    valkey: Any,
    config: ATSConfig,
    apply: Apply,
    ats: Sandbox,
    machine: Machine,  # noqa: F811
) -> None:
    ats.behave("recruitee", "slow", seconds=4)
    for number in range(4):
        apply(email=f"candidate-{number}@example.org")
    process = machine.start(*WORKER)
    claimed = Delivery.objects.filter(claimed_until__isnull=False)
    wait_until(lambda: claimed.count() == 4, patience=30, what="four calls in flight")
    ask_to_stop(process)
    wait_until(lambda: "warm shut down requested" in machine.logs, what="the first signal")
    apply(email="later@example.org")
    assert 1 == len(job_ids(valkey, "happy"))
    ask_to_stop(process)  # the same signal once more, as a terminal and a parent send it
    time.sleep(ONE_SIGNAL.total_seconds())
    assert 4 == claimed.count()
    ask_to_stop(process)
    assert 1 == process.wait()
    assert (0, 4) == (Delivery.objects.filter(status="delivered").count(), valkey.zcard("ats:leases"))
    assert [] == valkey.keys("rq:workers")
    ats.behave("recruitee", "ok")
    machine.start(*WORKER)
    wait_until(lambda: Delivery.objects.filter(status="delivered").count() == 5, patience=60, what="all of them")
