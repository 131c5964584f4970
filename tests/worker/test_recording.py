"""What became of the tries is written down before it is acknowledged, whatever happens to one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisAway

from ats_integration import settlement
from ats_integration.dispatch import Dispatch, Settled
from ats_integration.engine import Engine
from ats_integration.flight import Flight, InFlight
from ats_integration.models import ATSConfig, Attempt, Delivery
from ats_integration.recorder import Recorder
from ats_integration.sandbox import Sandbox
from ats_integration.settlement import Step
from ats_integration.trying import Done
from jobbird.board.models import Application
from tests.queue_steps import job_ids, wait_until
from tests.worker.clock import advance

pytestmark = pytest.mark.django_db(transaction=True)
Apply = Callable[..., Application]
Drain = Callable[[], None]
Record = Callable[[Sequence[Step]], Any]


@pytest.fixture
def three(valkey: Any, config: ATSConfig, apply: Apply) -> list[UUID]:
    """Hand in three applications; return their deliveries."""
    for number in range(3):
        apply(email=f"candidate-{number}@example.org")
    return list(Delivery.objects.order_by("created_at").values_list("pk", flat=True))


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Sequence[Step]], None]], None]:
    """Give a function that lets another one see, or refuse, what is recorded."""
    original = settlement.record

    def watch(look: Callable[[Sequence[Step]], None]) -> None:
        def record(steps: Sequence[Step]) -> Any:
            look(steps)
            return original(steps)

        monkeypatch.setattr(settlement, "record", record)

    return watch


def statuses() -> list[str]:
    """Return where the deliveries stand, the oldest first."""
    return list(Delivery.objects.order_by("created_at").values_list("status", flat=True))


def record_together(valkey: Any, results: int) -> None:
    """Let a worker deliver, and record only once all results are there."""
    engine = Engine(valkey, "one", lambda _job: None)
    engine._deliverers.start()
    while len(engine.flight) < results:
        engine.take(["happy"], results)
    wait_until(lambda: engine._recorder._results.qsize() == results, what="all results")
    engine._recorder.start()
    engine.stop()


def test_results_that_come_together_are_recorded_together(three: list[UUID], valkey: Any, watch: Any) -> None:
    batches: list[int] = []
    watch(lambda steps: batches.append(len(steps)))
    record_together(valkey, 3)
    assert ([3], ["delivered"] * 3) == (batches, statuses())


def test_one_bad_result_does_not_take_the_others_with_it(
    three: list[UUID], valkey: Any, watch: Any, caplog: pytest.LogCaptureFixture
) -> None:
    bad = three[1]

    def refuse(steps: Sequence[Step]) -> None:
        if bad in [step.move.delivery.pk for step in steps]:
            raise ValueError("Sanne")

    watch(refuse)
    record_together(valkey, 3)
    assert ["delivered", "queued", "delivered"] == statuses()
    assert [f"ats-{bad}-0".encode()] == valkey.zrange("ats:leases", 0, -1)
    assert "Sanne" not in caplog.text


def test_what_could_not_be_recorded_is_delivered_again(
    three: list[UUID], valkey: Any, watch: Any, drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ats_integration.patience.WAITS", (timedelta(0),))

    def refuse(_steps: Sequence[Step]) -> None:
        raise OperationalError("the database at db.internal is away")

    watch(refuse)
    drain()
    assert ["queued"] * 3 == statuses()
    assert 3 == valkey.zcard("ats:leases")
    monkeypatch.undo()
    Delivery.objects.update(claimed_until=timezone.now())  # their lease has run out
    advance(valkey, timedelta(minutes=1))
    drain()
    assert ["delivered"] * 3 == statuses()


def test_an_outage_of_the_database_within_patience_loses_nothing(
    three: list[UUID], valkey: Any, ats: Sandbox, watch: Any, drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ats_integration.patience.WAITS", (timedelta(0),) * 3)
    outages = [OperationalError("away")] * 3

    def refuse(_steps: Sequence[Step]) -> None:
        if outages:
            raise outages.pop()

    watch(refuse)
    drain()
    assert (["delivered"] * 3, 3, 3) == (statuses(), Attempt.objects.count(), ats.stats()["recruitee"]["calls"])
    assert [] == valkey.keys("ats:leases") + valkey.keys("rq:job:*")


def test_what_redis_did_not_hear_is_acknowledged_later(
    three: list[UUID], valkey: Any, ats: Sandbox, drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise RedisAway("refused")

    with monkeypatch.context() as patched:
        patched.setattr(Dispatch, "settle", away)
        drain()
    assert (["delivered"] * 3, 3) == (statuses(), valkey.zcard("ats:leases"))
    advance(valkey, timedelta(minutes=1))
    drain()
    assert 3 == ats.stats()["recruitee"]["calls"]
    assert [] == job_ids(valkey, "happy") + valkey.keys("ats:leases") + valkey.keys("rq:job:*")


def test_whatever_goes_wrong_with_a_batch_the_next_one_is_recorded(
    valkey: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    flight, dispatch, settled, broken = Flight(9), Dispatch(valkey, "one"), [], [ValueError("Sanne")]

    def settle(jobs: Sequence[Settled]) -> None:
        if broken:
            raise broken.pop()
        settled.extend(job.id for job in jobs)

    monkeypatch.setattr(dispatch, "settle", settle)
    recorder = Recorder(dispatch, flight)
    monkeypatch.setattr("ats_integration.recorder.MOST", 1)
    for name in ("first", "second"):
        flight.add([InFlight(job_id=name)])
        recorder.put(Done(settled=Settled(id=name, queue="happy", config_id=None)))
    recorder.start()
    recorder.stop()
    assert (["second"], 0) == (settled, len(flight))
    assert "Sanne" not in caplog.text
