"""The worker and the scheduler: killed, and replaced in deploys."""

from __future__ import annotations

from jobbird.demo.problems import DemoError
from jobbird.demo.processes import Process
from jobbird.demo.stage import procfile

from ..ground import Ground
from ..looking import held_by_workers, waiting
from .base import Fault, Repeats, last

#: So many messages may wait in the queues when the next kill comes.
BACKLOG = 20
#: What one answer takes, so that there are calls in flight at every kill.
ANSWER = 0.2  # seconds


def kill_worker(ground: Ground) -> None:
    """Kill the worker while it has calls in flight, and note which."""
    before = held_by_workers()
    latest = max(before.values(), default=None)
    ground.wait("calls in flight", lambda: any(latest is None or at > latest for at in held_by_workers().values()))
    ground.processes["worker"].kill()
    ground.in_flight |= held_by_workers().keys()


def kill_worker_often(ground: Ground) -> None:
    """Kill the worker again and again; each time the next one first catches up."""
    ground.ats.behave("*", "slow", seconds=ANSWER)
    for _ in range(ground.pace.worker_kills):
        ground.wait("the worker to catch up", lambda: waiting() < BACKLOG)
        kill_worker(ground)
        ground.processes["worker"].start()
    ground.ats.behave("*", "ok")


def kill_scheduler(ground: Ground) -> None:
    """Kill the scheduler while messages wait for their time."""
    ground.ats.behave("*", "down")
    for _ in range(ground.pace.other_kills):
        last(ground.pace.between)
        ground.processes["scheduler"].kill()
        ground.processes["scheduler"].start()
    ground.ats.behave("*", "ok")


def deploy_worker(ground: Ground) -> None:
    """Replace the worker as a deploy does: the next one starts, the old one is asked to leave."""
    ground.ats.behave("*", "slow", seconds=ANSWER)
    for turn in range(ground.pace.deploys):
        old, new = ("worker", "worker-next") if turn % 2 == 0 else ("worker-next", "worker")
        await_work(ground, ground.processes.start(new, procfile()["worker"]))
        last(ground.pace.between)
        leave(ground, ground.processes[old])
    if ground.pace.deploys % 2:
        ground.processes["worker"].start()
        await_work(ground, ground.processes["worker"])
        leave(ground, ground.processes["worker-next"])
    ground.ats.behave("*", "ok")


def await_work(ground: Ground, process: Process) -> None:
    """Return once a worker has told Redis that it is there."""
    ground.wait(f"{process.name} to start", lambda: process.pid in pids(ground))


def pids(ground: Ground) -> set[int]:
    """Return the process numbers of the workers that Redis knows."""
    with ground.valkey.client() as client:
        return {int(client.hget(key, "pid") or 0) for key in client.smembers("rq:workers")}


def leave(ground: Ground, process: Process) -> None:
    """Ask a process to leave and wait for it.

    Raises DemoError where it leaves with a complaint.
    """
    process.ask_to_stop()
    ground.wait(f"{process.name} to leave", lambda: not process.is_alive, supervised=False)
    if status := process.wait():
        raise DemoError(f"{process.name} left with status {status}.")


FAULTS = (
    Fault(
        name="worker-killed",
        title="kill -9 of the worker, {worker_kills} times",
        strike=kill_worker_often,
        lasts=lambda pace: pace.worker_kills * pace.between,
        within=60,
        repeats=Repeats.IN_FLIGHT,
        is_telling=True,
    ),
    Fault(
        name="worker-deployed",
        title="worker replaced with SIGTERM, {deploys} times",
        strike=deploy_worker,
        lasts=lambda pace: pace.deploys * pace.between,
        within=30,
    ),
    Fault(
        name="scheduler-killed",
        title="kill -9 of the scheduler, {other_kills} times, while an ATS is down",
        strike=kill_scheduler,
        lasts=lambda pace: pace.other_kills * pace.between,
        within=120,
    ),
)
