"""A vendor that hangs for all of its customers is left alone as a whole: else they would fill every worker together."""

from __future__ import annotations

from typing import Any

import pytest

from ats_integration.dispatch import Verdict
from ats_integration.limits import limits_of
from ats_integration.models import ATSConfig
from tests.worker.conftest import Lanes

VENDOR = "recruitee@recruitee.com"
THRESHOLD = 10


@pytest.fixture
def vendor(lanes: Lanes) -> Lanes:
    """Give twenty connections to one vendor, and one to another."""
    lanes.limit(*range(1, 21), vendor=VENDOR)
    lanes.limit(99, vendor="lever@api.lever.co")
    return lanes


def end(lanes: Lanes, config: int, verdict: Verdict, name: str = "") -> None:
    """Let a job of a connection go and end in a way."""
    name = name or f"ends-{config}"
    lanes.put(name, config=config)
    assert [name] == lanes.take()
    lanes.settle(name, config=config, verdict=verdict, code="read_timeout")


def hang(lanes: Lanes, *configs: int) -> None:
    """Let jobs of connections hang."""
    for number, config in enumerate(configs):
        end(lanes, config, "hung", f"hangs-{config}-{number}")


@pytest.fixture
def hanging(vendor: Lanes) -> Lanes:
    """Give the same once the vendor has hung for ten of them."""
    hang(vendor, *range(1, 11))
    return vendor


def test_a_vendor_that_hangs_is_left_alone_by_connections_that_never_called_it(hanging: Lanes) -> None:
    hanging.put("waits", config=20)
    hanging.put("goes", config=99)
    assert ["goes"] == hanging.take()
    assert ["waits"] == hanging.waiting(20)


def test_one_probe_goes_in_each_cooldown_for_all_connections_together(hanging: Lanes) -> None:
    for config in range(1, 21):
        hanging.put(f"probe-{config}", config=config)
    hanging.take()
    went = []
    for _ in range(4):
        hanging.pass_time(seconds=16)
        went.append(len(hanging.take()))
    assert [1, 1, 1, 1] == went


def test_one_connection_after_the_other_probes(hanging: Lanes) -> None:
    """Else one whose own server hangs could keep its vendor's circuit open for all."""
    for config in range(1, 21):
        hanging.put(*(f"probe-{config}-{number}" for number in range(30)), config=config)
    hanging.take()
    probed = set()
    for _ in range(30):
        hanging.pass_time(seconds=16)
        probed |= {name.split("-")[1] for name in hanging.take()}
    assert 10 < len(probed)


def test_any_answer_closes_it_for_all(hanging: Lanes) -> None:
    hanging.put("probe", config=20)
    hanging.pass_time(seconds=16)
    assert ["probe"] == hanging.take()
    hanging.settle("probe", config=20, verdict="answered")
    for config in range(1, 21):
        hanging.put(f"goes-{config}", config=config)
    assert 20 == len(hanging.take())


def test_an_answer_between_them_starts_the_count_again(vendor: Lanes) -> None:
    hang(vendor, *range(1, 10))
    end(vendor, 20, "answered")
    hang(vendor, *range(1, 10))
    vendor.put("goes", config=20)
    assert ["goes"] == vendor.take()


@pytest.mark.parametrize("configs", [[1] * 9, [1, 2] * 5])
def test_one_or_two_connections_that_hang_are_not_their_vendor(vendor: Lanes, configs: list[int]) -> None:
    hang(vendor, *configs)
    vendor.put("goes", config=20)
    assert ["goes"] == vendor.take()


def test_what_fails_at_once_holds_up_nobody_else(vendor: Lanes) -> None:
    for config in range(1, 16):
        end(vendor, config, "failed")
    vendor.put("goes", config=20)
    assert ["goes"] == vendor.take()


def test_connections_of_an_unknown_vendor_share_nothing(lanes: Lanes) -> None:
    lanes.limit(*range(1, 21))
    hang(lanes, *range(1, 16))
    lanes.put("goes", config=20)
    assert ["goes"] == lanes.take()


def test_who_waited_for_the_vendor_through_the_whole_budget_dies_of_the_outage(hanging: Lanes) -> None:
    hanging.put("dies", config=20)
    hanging.claim()
    hanging.pass_time(minutes=5, seconds=2)
    assert [("dies", "read_timeout")] == [(job.id, job.dies_of) for job in hanging.claim().jobs]


def test_waiting_for_the_vendor_gives_no_budget_back(hanging: Lanes) -> None:
    hanging.put("probe", config=20)
    hanging.claim()
    hanging.pass_time(seconds=17)
    assert [0] == [job.waited.total_seconds() for job in hanging.claim().jobs]


def test_only_so_many_die_at_once(hanging: Lanes) -> None:
    """S3 may be slow, and others have calls to make."""
    hanging.put(*(f"dies-{number}" for number in range(9)), config=20)
    hanging.claim()
    hanging.pass_time(minutes=6)
    went = []
    for most in (4, 0, 100):
        went.append(len(hanging.claim(may_risk=most).jobs))
        hanging.pass_time(milliseconds=150)
    assert [4, 0, 5] == went


def test_nothing_is_left_of_it_once_all_is_well(hanging: Lanes) -> None:
    for config in range(1, 11):
        hanging.pass_time(seconds=17)
        end(hanging, config, "answered")
    assert [] == hanging.leftovers()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("provider", "settings", "base_url", "vendor"),
    [
        ("recruitee", {"company": "acme"}, "", "recruitee@recruitee.com"),
        ("afas", {"environment": "12345", "environment_type": ""}, "", "afas@rest.afas.online"),
        ("lever", {"site": "acme", "region": "eu"}, "", "lever@api.eu.lever.co"),
        ("greenhouse", {"board_token": "acme"}, "", "greenhouse@boards-api.greenhouse.io"),
        ("webhook", {"url": "https://Hooks.acme.example:8443/in?key=1"}, "", "webhook@hooks.acme.example:8443"),
        ("recruitee", {"company": "acme"}, "http://127.0.0.1:9000/recruitee", "recruitee@127.0.0.1:9000"),
        ("recruitee", {}, "", ""),
        ("webhook", {}, "", ""),
        ("gone", {}, "", ""),
    ],
)
def test_a_vendor_is_whose_servers_a_connection_shares(
    customer: Any, provider: str, settings: dict[str, str], base_url: str, vendor: str
) -> None:
    config = ATSConfig(customer=customer, provider=provider, settings=settings, base_url=base_url)
    assert vendor == limits_of(config).vendor
