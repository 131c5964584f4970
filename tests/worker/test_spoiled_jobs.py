"""A job that is not as RQ wrote it, or no job at all, is dropped or runs, and holds up nobody."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worker.conftest import Lanes


@pytest.mark.parametrize("name", ["not an id!", "a:b", "", b"\xff\xfe", "ümlaut"])
def test_what_is_no_id_is_dropped_even_if_it_leads_to_a_job(lanes: Lanes, name: Any) -> None:
    key = b"rq:job:" + (name if isinstance(name, bytes) else name.encode())
    lanes.valkey.hset(key, mapping={"data": b"x", "meta": '{"config": 1}', "origin": "happy"})
    lanes.valkey.rpush("rq:queue:happy", name)
    lanes.put("good")
    assert ["good"] == lanes.take()
    lanes.settle("good")
    assert [] == lanes.leftovers()


@pytest.mark.parametrize("kind", ["string", "list", "set", "without data", "gone"])
def test_a_job_that_cannot_be_read_is_dropped(lanes: Lanes, kind: str) -> None:
    lanes.put("bad", "good")
    spoil(lanes.valkey, kind)
    assert ["good"] == lanes.take()
    lanes.settle("good")
    assert [] == lanes.leftovers()


@pytest.mark.parametrize("kind", ["string", "list", "set", "without data", "gone"])
def test_a_job_that_is_spoiled_while_it_waits_holds_up_nobody(lanes: Lanes, kind: str) -> None:
    lanes.limit(1, concurrency=1)
    lanes.put("runs", "bad", "good")
    assert ["runs"] == lanes.take()
    spoil(lanes.valkey, kind)
    lanes.settle("runs")
    assert ["good"] == lanes.take()
    lanes.settle("good")
    lanes.take()
    assert [] == lanes.leftovers()


@pytest.mark.parametrize("kind", ["string", "list", "set", "gone"])
def test_a_job_that_is_spoiled_in_flight_holds_up_nobody(lanes: Lanes, kind: str) -> None:
    lanes.put("bad", "good")
    lanes.take()
    spoil(lanes.valkey, kind)
    lanes.pass_time(minutes=1)
    assert 2 == lanes.worker().reclaim()
    assert ["good"] == lanes.take()
    assert {"good"} == lanes.in_flight()


def spoil(valkey: Any, kind: str) -> None:
    """Put something else in the place of the job `bad`."""
    if kind == "without data":
        valkey.hdel("rq:job:bad", "data", "origin")
        return
    valkey.delete("rq:job:bad")
    match kind:
        case "string":
            valkey.set("rq:job:bad", "x")
        case "list":
            valkey.rpush("rq:job:bad", "x")
        case "set":
            valkey.sadd("rq:job:bad", "x")


@pytest.mark.parametrize(
    "meta",
    [
        "",
        "{]",
        "[]",
        "7",
        '"config"',
        "null",
        '{"config": "1"}',
        '{"config": null}',
        '{"config": -1}',
        '{"config": 0}',
        '{"config": 1.5}',
        '{"config": NaN}',
        '{"config": Infinity}',
        '{"config": 1e300}',
        '{"config": {}}',
        "[" * 3000,
        "\xff",
    ],
)
def test_a_job_whose_meta_is_garbage_runs_outside_of_the_lanes(lanes: Lanes, meta: str) -> None:
    lanes.put("odd")
    lanes.valkey.hset("rq:job:odd", "meta", meta)
    batch = lanes.claim()
    assert (("odd",), ()) == (tuple(job.id for job in batch.jobs), batch.unknown)


@pytest.mark.parametrize("since", ["NaN", "-Infinity", "1e300", "-5", '"x"', "null", "[]", "true", "1.5"])
def test_a_job_with_a_garbled_moment_waits_like_all_others(lanes: Lanes, since: str) -> None:
    lanes.limit(1, concurrency=1)
    lanes.put("runs", "odd", "good")
    lanes.valkey.hset("rq:job:odd", "meta", f'{{"config": 1, "since": {since}}}')
    assert ["runs"] == lanes.take()
    assert ["odd", "good"] == lanes.waiting()
