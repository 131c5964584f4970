"""Processes are started, stopped and killed with everything they started themselves."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from jobbird.demo.problems import ProcessDied
from jobbird.demo.processes import Processes, python

SLEEP = ("-c", "import time; time.sleep(60)")
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""
PARENT = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, *{SLEEP}])
print(child.pid, flush=True)
child.wait()
"""


@pytest.fixture
def processes(tmp_path: Path) -> Processes:
    """Give an empty set of processes."""
    return Processes(dict(os.environ), tmp_path)


def is_running(pid: int) -> bool:
    """Tell whether a process exists and is more than a name on its parent's list."""
    with suppress(psutil.NoSuchProcess):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False


def first_line(log: Path) -> str:
    """Return what a process printed first, once it has."""
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        if (text := log.read_text()).endswith("\n"):
            return text.splitlines()[0]
        time.sleep(0.02)
    raise TimeoutError(log)


def test_leaving_stops_all(processes: Processes) -> None:
    with processes:
        pids = [processes.start(name, python(*SLEEP)).pid for name in ("one", "two")]
        processes.check()

    assert not any(pid and is_running(pid) for pid in pids)


def test_an_exception_stops_all(processes: Processes) -> None:
    one = processes.start("one", python(*SLEEP))

    with pytest.raises(ZeroDivisionError), processes:
        raise ZeroDivisionError

    assert not one.is_alive


def test_children_end_with_their_parent(processes: Processes, tmp_path: Path) -> None:
    with processes:
        processes.start("parent", python("-c", PARENT))
        child = int(first_line(tmp_path / "parent.log"))
        assert is_running(child)
        processes["parent"].kill()
        time.sleep(0.1)

        assert not is_running(child)


def test_who_does_not_want_to_stop_is_killed(processes: Processes, tmp_path: Path) -> None:
    with processes:
        stubborn = processes.start("stubborn", python("-c", STUBBORN))
        first_line(tmp_path / "stubborn.log")
        stubborn.stop(timedelta(seconds=0.2))

        assert not stubborn.is_alive


def test_a_killed_process_starts_again(processes: Processes) -> None:
    with processes:
        one = processes.start("one", python(*SLEEP))
        before = one.pid
        one.kill()
        processes.check()
        one.start()

        assert one.is_alive
        assert before != one.pid


def test_a_process_that_died_shows_the_end_of_its_log(processes: Processes) -> None:
    with processes:
        processes.start("broken", python("-c", "print('line\\n' * 30 + 'the reason'); raise SystemExit(3)")).wait()

        with pytest.raises(ProcessDied, match=r"broken ended with status 3(.|\n)*the reason") as died:
            processes.check()

    assert 20 == str(died.value).count("\n")


def test_a_command_that_succeeds_leaves_nothing_to_check(processes: Processes) -> None:
    with processes:
        processes.run("fine", python("-c", ""))
        processes.check()


def test_a_command_that_fails_is_an_error(processes: Processes) -> None:
    with processes, pytest.raises(ProcessDied, match="status 7"):
        processes.run("failing", [sys.executable, "-c", "raise SystemExit(7)"])
