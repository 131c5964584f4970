"""Ports that are promised to a server which starts later."""

from __future__ import annotations

import socket
from pathlib import Path

from jobbird.demo.environment import Plan
from jobbird.demo.ports import free_port, is_free, is_open, kept_port


def test_a_free_port_can_be_asked_for_by_anybody() -> None:
    assert is_free(free_port())


def test_a_kept_port_is_free_for_nobody_else_and_silent() -> None:
    port = kept_port()
    assert (False, False) == (is_free(port), is_open(port))


def test_a_server_can_listen_on_a_kept_port_again_and_again() -> None:
    port = kept_port()
    for _ in range(2):
        with socket.create_server(("127.0.0.1", port)):
            assert is_open(port)


def test_the_ports_of_a_run_are_kept_for_its_servers(tmp_path: Path) -> None:
    plan = Plan(folder=tmp_path)
    assert [False] * 4 == [is_free(port) for port in (plan.web, plan.valkey, plan.s3, plan.ats)]
