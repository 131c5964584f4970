"""RQ bound to JSON: nothing in Redis is executed, and nothing in it stops the scheduler."""

from __future__ import annotations

import json
import pickle
import signal
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import django_rq
import pytest
import redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry
from rq.exceptions import DeserializationError, NoSuchJobError
from rq.job import Job

from ats_integration import queues
from ats_integration.messages import Message
from ats_integration.rq_json import JSONJob, JSONScheduler
from ats_integration.states import HAPPY_QUEUE, RETRY_QUEUE
from jobbird.demo import services
from jobbird.demo.ports import free_port
from tests.factories import message
from tests.queue_steps import job_ids

TOUCH = "pathlib.Path.touch"
SCHEDULED = JSONScheduler.scheduled_jobs_key
PATIENCE = 15  # seconds


class Bomb:
    """What writes a file once it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[Path]]:
        return Path.touch, (self.path,)


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """Name the file that an exploding bomb leaves."""
    return tmp_path / "exploded"


@pytest.fixture
def plant(valkey: redis.Redis, trace: Path) -> Callable[..., str]:
    """Give a function that hides a pickled bomb in one field of a job's hash."""

    def plant(field: str, job_id: str = "bomb") -> str:
        explosive = pickle.dumps(Bomb(trace))
        fields = {"data": b'["a.b", null, [], {}]', "created_at": "2026-11-24T09:30:00.000000Z", "origin": RETRY_QUEUE}
        fields |= {"status": "queued", field: zlib.compress(explosive) if field == "data" else explosive}
        valkey.hset(JSONJob.key_for(job_id), mapping=fields)  # type: ignore[arg-type]
        return job_id

    return plant


@pytest.fixture
def scheduler(valkey: redis.Redis) -> JSONScheduler:
    """Give the scheduler that the settings name, bound to the clean Redis."""
    found = django_rq.get_scheduler(RETRY_QUEUE)
    assert isinstance(found, JSONScheduler)
    return found


def later(seconds: float) -> datetime:
    """Return a moment from now, as rq-scheduler wants it."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


def queued(valkey: redis.Redis, name: str = RETRY_QUEUE) -> list[str]:
    """Return the ids of the jobs that stand in a queue."""
    return [job_id.decode() for job_id in valkey.lrange(f"rq:queue:{name}", 0, -1)]  # type: ignore[union-attr]


def due(valkey: redis.Redis, *job_ids: str) -> None:
    """Put jobs on the schedule for the past, whatever they are."""
    valkey.zadd(SCHEDULED, {job_id: time.time() - 60 + number for number, job_id in enumerate(job_ids)})


class TestBomb:
    """The proof needs a bomb that works."""

    def test_explodes_where_it_is_unpickled(self, trace: Path) -> None:
        pickle.loads(pickle.dumps(Bomb(trace)))  # noqa: S301

        assert trace.exists()

    def test_explodes_in_rqs_own_job(self, valkey: redis.Redis, plant: Callable[..., str], trace: Path) -> None:
        with pytest.raises(DeserializationError):
            Job.fetch(plant("data"), connection=valkey).func_name  # noqa: B018

        assert trace.exists()


class TestJob:
    @pytest.mark.parametrize("field", ["data", "meta", "result", "exc_info", "description", "webhooks"])
    @pytest.mark.parametrize("serializer", [None, "pickle", "rq.serializers.DefaultSerializer"])
    def test_is_never_unpickled(
        self, valkey: redis.Redis, plant: Callable[..., str], trace: Path, field: str, serializer: str | None
    ) -> None:
        with suppress(NoSuchJobError):
            job = JSONJob.fetch(plant(field), connection=valkey, serializer=serializer)
            for look in ("func_name", "args", "kwargs", "instance", "meta", "_result"):
                with suppress(DeserializationError):
                    getattr(job, look)

        assert not trace.exists()

    def test_is_written_as_json(self, valkey: redis.Redis) -> None:
        sent = message()
        queues.put([sent])
        stored = valkey.hget(JSONJob.key_for(id_of(sent)), "data")

        assert [queues.JOB, None, [sent.to_dict()], {}] == json.loads(zlib.decompress(stored))  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "fields",
        [
            {"created_at": "2026-11-24T09:30:00.000000Z"},
            {"data": b"[]", "created_at": "the day before yesterday"},
            {"data": b"[]", "status": "no such status"},
            {"data": b"[]", "timeout": "for ever"},
            {"data": b"[]", "dependency_ids": b"\xff"},
            {"\udcff".encode(errors="surrogateescape"): b"1"},
        ],
        ids=range(6),
    )
    def test_that_is_unreadable_is_dropped(self, valkey: redis.Redis, fields: dict[Any, Any]) -> None:
        valkey.hset(JSONJob.key_for("broken"), mapping=fields)
        with pytest.raises(NoSuchJobError, match="broken") as caught:
            JSONJob.fetch("broken", connection=valkey)

        assert not valkey.exists(JSONJob.key_for("broken"))
        assert caught.value.__cause__ is None

    def test_that_is_unreadable_is_logged_by_its_id_alone(
        self, valkey: redis.Redis, caplog: pytest.LogCaptureFixture
    ) -> None:
        valkey.hset(JSONJob.key_for("broken"), mapping={"secret": "sanne@example.org"})
        with pytest.raises(NoSuchJobError) as caught:
            JSONJob.fetch("broken", connection=valkey)

        assert "job.unreadable id=broken" in caplog.text
        assert "sanne" not in caplog.text + str(caught.value)

    def test_that_is_not_there_is_not_there(self, valkey: redis.Redis) -> None:
        with pytest.raises(NoSuchJobError):
            JSONJob.fetch("nothing", connection=valkey)


@pytest.mark.django_db(transaction=True)
class TestWorker:
    @pytest.mark.parametrize("field", ["data", "meta", "result"])
    def test_steps_over_a_bomb(
        self,
        valkey: redis.Redis,
        plant: Callable[..., str],
        drain: Callable[[], None],
        trace: Path,
        tmp_path: Path,
        field: str,
    ) -> None:
        good = tmp_path / "worked"
        valkey.rpush(f"rq:queue:{HAPPY_QUEUE}", plant(field), "no-such-job")
        queues.queue(HAPPY_QUEUE).enqueue_call("tests.values.test_rq_json.touch", args=(str(good),))
        drain()

        assert good.exists()
        assert not trace.exists()
        assert [] == queued(valkey, HAPPY_QUEUE)


class TestScheduler:
    def test_moves_what_is_due_and_nothing_else(self, valkey: redis.Redis, scheduler: JSONScheduler) -> None:
        now, soon = (
            message(try_count=number, message_id=f"00000000-0000-4000-8000-00000000000{number}") for number in (1, 2)
        )
        assert queues.put_later([(now, later(-1))])
        assert queues.put_later([(soon, later(60))])

        assert [id_of(now)] == [job.id for job in scheduler.enqueue_jobs()]
        assert [id_of(now)] == queued(valkey)
        assert [id_of(soon).encode()] == valkey.zrange(SCHEDULED, 0, -1)

    def test_moves_json(self, valkey: redis.Redis, scheduler: JSONScheduler) -> None:
        sent = message(try_count=1)
        queues.put_later([(sent, later(-1))])
        scheduler.enqueue_jobs()
        stored = valkey.hget(JSONJob.key_for(id_of(sent)), "data")

        assert [queues.JOB, None, [sent.to_dict()], {}] == json.loads(zlib.decompress(stored))  # type: ignore[arg-type]

    @pytest.mark.parametrize("field", ["data", "meta", "result"])
    def test_never_unpickles(
        self, valkey: redis.Redis, scheduler: JSONScheduler, plant: Callable[..., str], trace: Path, field: str
    ) -> None:
        due(valkey, plant(field))
        scheduler.enqueue_jobs()

        assert not trace.exists()
        assert 0 == valkey.zcard(SCHEDULED)

    def test_steps_over_what_it_cannot_move(
        self, valkey: redis.Redis, scheduler: JSONScheduler, plant: Callable[..., str]
    ) -> None:
        good = message(try_count=1)
        valkey.hset(JSONJob.key_for("broken"), mapping={"data": b"[]", "created_at": "never"})
        due(valkey, plant("data"), "no-such-job", "broken")
        queues.put_later([(good, later(-1))])

        assert [id_of(good)] == [job.id for job in scheduler.enqueue_jobs()]
        assert [id_of(good)] == queued(valkey)
        assert 0 == valkey.zcard(SCHEDULED)
        assert [JSONJob.key_for(id_of(good)).encode()] == valkey.keys("rq:job:*")

    def test_is_run_by_its_command(self, valkey: redis.Redis, scheduler: JSONScheduler) -> None:
        sent = message(try_count=1)
        queues.put_later([(sent, later(-1))])
        with signals_kept():
            scheduler.run(burst=True)

        assert [id_of(sent)] == queued(valkey)
        assert not valkey.exists(scheduler.scheduler_lock_key)

    def test_takes_its_own_name_again_after_a_crash(self, valkey: redis.Redis, scheduler: JSONScheduler) -> None:
        scheduler.register_birth()
        scheduler.register_birth()

        assert valkey.hexists(scheduler.key, "birth")


class PatientScheduler(JSONScheduler):
    """A scheduler that runs on a thread, and can be told to stop."""

    is_stopped = False

    def _install_signal_handlers(self) -> None:
        """Leave signals to the main thread."""

    def heartbeat(self) -> None:
        """Say that it lives, or leave."""
        if self.is_stopped:
            raise SystemExit
        super().heartbeat()

    def serve(self) -> None:
        """Run until it is told to stop."""
        try:
            self.run()
        except SystemExit:
            return


class TestOutage:
    def test_is_outlived(self) -> None:
        port = free_port()
        client = impatient(port)
        scheduler = PatientScheduler(RETRY_QUEUE, connection=client, job_class=JSONJob, interval=0.05)
        thread = threading.Thread(target=scheduler.serve, daemon=True)
        with services.valkey(port):
            thread.start()
            move_one(scheduler, client, "before")
        wait_for(lambda: is_away(client))
        time.sleep(0.3)
        assert thread.is_alive()
        with services.valkey(port):
            move_one(scheduler, client, "after")
            scheduler.is_stopped = True
            thread.join(PATIENCE)
        client.close()

        assert not thread.is_alive()

    @pytest.mark.parametrize("spoil", ["SET", "RPUSH", "SADD"])
    def test_is_not_what_something_else_in_the_place_of_a_job_looks_like(self, valkey: redis.Redis, spoil: str) -> None:
        """Given another kind of value, the job is dropped, and the others go on."""
        first, second = (message(try_count=1).but(message_id=uuid4()) for _ in range(2))
        queues.put_later([(first, later(-2)), (second, later(-1))])
        key = f"rq:job:{queues.job_id(first.message_id, 1)}"
        valkey.delete(key)
        valkey.execute_command(spoil, key, "x")
        queues.scheduler().enqueue_jobs()
        assert ([queues.job_id(second.message_id, 1)], 0) == (job_ids(valkey, "retry"), valkey.exists(key))

    def test_does_not_keep_a_scheduler_from_leaving(self) -> None:
        scheduler = JSONScheduler(RETRY_QUEUE, connection=impatient(free_port()), job_class=JSONJob)
        scheduler._lock_acquired = True
        scheduler.register_death()
        scheduler.remove_lock()

        assert not scheduler._lock_acquired

    def test_is_no_reason_to_take_a_job_off_the_schedule(self, valkey: redis.Redis) -> None:
        class Unlucky(JSONScheduler):
            def enqueue_job(self, job: Job) -> None:
                raise RedisConnectionError("gone")

        sent = message(try_count=1)
        queues.put_later([(sent, later(-1))])
        with pytest.raises(RedisConnectionError):
            Unlucky(RETRY_QUEUE, connection=valkey, job_class=JSONJob).enqueue_jobs()

        assert 1 == valkey.zcard(SCHEDULED)
        assert valkey.exists(JSONJob.key_for(id_of(sent)))


def touch(path: str) -> None:
    """Leave a file: the work of a good job."""
    Path(path).touch()


def impatient(port: int) -> redis.Redis:
    """Return a client that does not repeat what failed."""
    return redis.Redis(port=port, retry=Retry(NoBackoff(), 0), socket_timeout=2)


def is_away(client: redis.Redis) -> bool:
    """Tell whether Redis does not answer."""
    try:
        return not client.ping()
    except RedisConnectionError:
        return True


def move_one(scheduler: JSONScheduler, client: redis.Redis, job_id: str) -> None:
    """Schedule a job and wait until it stands in its queue."""
    scheduler.enqueue_at(later(-1), TOUCH, job_id=job_id, queue_name=RETRY_QUEUE, timeout=60)
    wait_for(lambda: job_id in queued(client))


def wait_for(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    stop = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < stop, "waited in vain"
        time.sleep(0.02)


@contextmanager
def signals_kept() -> Iterator[None]:
    """Put the signal handlers back that the scheduler replaces."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def id_of(message: Message) -> str:
    """Return the RQ id of a message."""
    return queues.job_id(message.message_id, message.try_count)
