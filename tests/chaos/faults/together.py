"""Several things at once, as they come in real nights."""

from __future__ import annotations

from datetime import timedelta

from ..ground import SERVICES, Ground
from .base import Fault, Repeats, last
from .worker import ANSWER, kill_worker

MOMENT = timedelta(seconds=1)


def worker_and_queues(ground: Ground) -> None:
    """Kill the worker and empty Valkey while it is gone."""
    ground.ats.behave("*", "slow", seconds=ANSWER)
    kill_worker(ground)
    ground.valkey.flush()
    ground.ats.behave("*", "ok")
    ground.processes["worker"].start()


def queues_and_database(ground: Ground) -> None:
    """Lose Valkey with all it held, and crash PostgreSQL, at the same time."""
    ground.valkey.kill()
    ground.valkey.lose_disk()
    with ground.postgres.away():
        last(ground.pace.database_away)
    ground.valkey.start()


def letters_and_worker(ground: Ground) -> None:
    """Kill the worker twice while S3 is away and dead letters wait for it."""
    with ground.s3.closed():
        for _ in range(2):
            kill_worker(ground)
            last(MOMENT)
            ground.processes["worker"].start()
            last(ground.pace.s3_away / 4)


def everything(ground: Ground) -> None:
    """Lose all processes, Valkey, PostgreSQL, S3 and the disk, while the ATSs drop their answers."""
    ground.ats.behave("*", "drop_answer")
    last(MOMENT)
    for name in SERVICES:
        ground.processes[name].kill()
    ground.valkey.kill()
    ground.valkey.lose_disk()
    with ground.postgres.away(), ground.s3.closed(), ground.disk_away():
        last(ground.pace.database_away)
    ground.valkey.start()
    ground.ats.behave("*", "ok")
    for name in SERVICES:
        ground.processes[name].start()


FAULTS = (
    Fault(
        name="worker-and-valkey",
        title="kill -9 of the worker and FLUSHALL",
        strike=worker_and_queues,
        lasts=lambda _pace: 5 * MOMENT,
        within=60,
        repeats=Repeats.IN_FLIGHT,
    ),
    Fault(
        name="valkey-and-database",
        title="Valkey back empty and PostgreSQL crashed, both away for {database_away}",
        strike=queues_and_database,
        lasts=lambda pace: pace.database_away,
        within=60,
        repeats=Repeats.UNANSWERED,
    ),
    Fault(
        name="s3-and-worker",
        title="S3 down, one ATS refuses everybody, and kill -9 of the worker, twice",
        strike=letters_and_worker,
        lasts=lambda pace: pace.s3_away,
        within=60,
        repeats=Repeats.IN_FLIGHT,
        with_letters=True,
    ),
    Fault(
        name="everything",
        title="all processes killed; Valkey emptied; PostgreSQL, S3 and the disk away for {database_away}; "
        "ATSs drop their answers",
        strike=everything,
        lasts=lambda pace: pace.database_away + timedelta(seconds=5),
        within=120,
        repeats=Repeats.UNANSWERED,
        is_telling=True,
    ),
)
