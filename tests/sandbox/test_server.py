"""The stand-in is a real server: it keeps connections, tells what arrived, and stops cleanly."""

from __future__ import annotations

import http.client
import logging
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
import requests

from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.vendors import VENDORS

from .calls import CV, FORMS, KEYS, PATHS, apply

HEAD = b"POST /lever/v0/postings/a/b?key=k HTTP/1.1\r\nAccept: application/json\r\n"


def control(ats: Sandbox, name: str) -> str:
    return f"{ats.url()}/_sandbox/{name}"


class TestControl:
    """Another process can look and tell by HTTP."""

    def test_lists_what_arrived(self, ats: Sandbox) -> None:
        form = {"phone": "+31612345678", "cover_letter_text": "Hallo", "question_2[]": ["a", "b"]}
        apply(ats, "greenhouse", form=form)
        apply(ats, "lever", form={"email": "other@example.org"})
        url = control(ats, "received")
        assert 2 == len(requests.get(url, timeout=5).json())
        assert ["lever"] == [r["provider"] for r in requests.get(f"{url}?email=other@example.org", timeout=5).json()]
        (taken,) = requests.get(url, params={"provider": "greenhouse"}, timeout=5).json()
        assert ("4000001", "acmebv", "+31612345678") == (taken["job_id"], taken["account"], taken["phone"])
        assert ("Hallo", "cv.pdf", len(CV[1])) == (
            taken["cover_letter"],
            taken["resume_filename"],
            taken["resume_size"],
        )
        assert 64 == len(taken["resume_sha256"])
        assert ["a", "b"] == taken["fields"]["question_2[]"]
        assert taken["at"].endswith("+00:00")

    def test_counts(self, ats: Sandbox) -> None:
        apply(ats, "lever")
        apply(ats, "lever")
        apply(ats, "lever", form={"email": "other@example.org"})
        apply(ats, "lever", form={"email": "nonsense"})
        counts = requests.get(control(ats, "stats"), timeout=5).json()
        assert {"calls": 4, "accepted": 3, "refused": 1, "distinct": 2, "twice": 1} == counts["lever"]
        assert set(VENDORS) == set(counts)

    def test_takes_instructions(self, ats: Sandbox) -> None:
        told = requests.post(control(ats, "behave"), json={"provider": "lever", "mode": "down"}, timeout=5)
        assert told.ok
        assert 503 == apply(ats, "lever").status_code

    def test_registers_customers(self, ats: Sandbox) -> None:
        acme = {"provider": "lever", "account": "acmebv", "key": "right", "jobs": ["4000001"]}
        assert requests.post(control(ats, "register"), json=acme, timeout=5).ok
        assert 401 == apply(ats, "lever").status_code
        assert apply(ats, "lever", params={"key": "right"}).ok

    def test_forgets(self, ats: Sandbox) -> None:
        apply(ats, "lever")
        ats.behave("*", "down")
        assert requests.post(control(ats, "reset"), timeout=5).ok
        assert [] == ats.received()
        assert 0 == ats.stats()["lever"]["calls"]
        assert apply(ats, "lever").ok

    @pytest.mark.parametrize(
        ("name", "body"),
        [
            ("behave", b'{"mode": "nosuch"}'),
            ("behave", b'{"provider": "nosuch", "mode": "down"}'),
            ("behave", b"nonsense"),
            ("behave", b"[1]"),
            ("register", b"{}"),
        ],
    )
    def test_explains_what_it_did_not_understand(self, name: str, body: bytes, ats: Sandbox) -> None:
        answer = requests.post(control(ats, name), data=body, timeout=5)
        assert 400 == answer.status_code
        assert answer.json()["error"]
        assert apply(ats, "lever").ok

    def test_knows_no_other_page(self, ats: Sandbox) -> None:
        assert 404 == requests.get(control(ats, "nosuch"), timeout=5).status_code

    def test_refuses_nonsense_from_python_too(self, ats: Sandbox) -> None:
        with pytest.raises(ValueError, match="nosuch"):
            ats.behave("nosuch", "down")


class TestPage:
    """People see what arrived."""

    def test_says_that_nothing_arrived(self, ats: Sandbox) -> None:
        answer = requests.get(control(ats, ""), timeout=5)
        assert "text/html; charset=utf-8" == answer.headers["Content-Type"]
        assert "Nothing has arrived yet." in answer.text

    def test_shows_what_arrived_and_escapes_it(self, ats: Sandbox) -> None:
        apply(ats, "lever", form={"name": "<script>alert(1)</script>", "comments": "Hallo & dag"})
        ats.behave("greenhouse", "down")
        text = requests.get(control(ats, ""), timeout=5).text
        assert "<script>" not in text
        assert "&lt;script&gt;alert(1)" in text
        assert "Hallo &amp; dag" in text
        assert "cv.pdf" in text
        assert "Told to be <b>down</b>" in text


class TestConnections:
    """HTTP/1.1, many at once, and no thread left behind."""

    def test_are_kept_alive(self, ats: Sandbox) -> None:
        client = http.client.HTTPConnection("127.0.0.1", ats.port, timeout=5)
        for _ in range(3):
            client.request("GET", "/_sandbox/stats")
            answer = client.getresponse()
            answer.read()
            assert (200, 11) == (answer.status, answer.version)
            assert client.sock is not None
        client.close()

    def test_are_kept_after_a_refusal_that_read_nothing(self, ats: Sandbox) -> None:
        ats.behave("lever", "down", times=1)
        with requests.Session() as client:
            for status in (503, 200):
                files: Any = [*((name, (None, text)) for name, text in FORMS["lever"].items()), ("resume", CV)]
                answer = client.post(ats.url("lever") + PATHS["lever"], files=files, timeout=5, **KEYS["lever"])
                assert status == answer.status_code

    def test_64_at_once_are_served(self, ats: Sandbox) -> None:
        with ThreadPoolExecutor(64) as pool:
            answers = list(
                pool.map(lambda n: apply(ats, "lever", form={"email": f"a{n}@example.org"}).status_code, range(256))
            )
        assert [200] * 256 == answers
        assert 256 == ats.stats()["lever"]["distinct"]

    def test_a_client_that_leaves_halfway_leaves_nothing(self, ats: Sandbox) -> None:
        body = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nSanne\r\n--b--\r\n'
        head = HEAD + b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n" % (len(body) + 1)
        with socket.create_connection(("127.0.0.1", ats.port)) as client:
            client.sendall(head + body)
            client.shutdown(socket.SHUT_WR)
            assert b"" == client.recv(100)
        assert [] == ats.received()

    @pytest.mark.parametrize("length", [b"-5", b"abc", b"\xb2", b"1" * 5000])
    def test_nonsense_lengths_break_nothing(self, length: bytes, ats: Sandbox) -> None:
        with socket.create_connection(("127.0.0.1", ats.port), timeout=5) as client:
            client.sendall(HEAD + b"Content-Length: " + length + b"\r\n\r\n")
            client.shutdown(socket.SHUT_WR)
            while client.recv(1000):
                pass
        assert apply(ats, "lever").ok

    def test_stopping_leaves_no_thread(self) -> None:
        before = set(threading.enumerate())
        with Sandbox() as ats:
            kept = requests.Session()
            kept.get(control(ats, "stats"), timeout=5)
            ats.behave("lever", "blackhole")
            waiting = socket.create_connection(("127.0.0.1", ats.port), timeout=5)
            waiting.sendall(HEAD + b"Content-Length: 0\r\n\r\n")
        with waiting, suppress(ConnectionResetError):
            assert b"" == waiting.recv(100)
        kept.close()
        assert set() == set(threading.enumerate()) - before

    def test_a_stopped_one_frees_its_port(self) -> None:
        with Sandbox() as first:
            port = first.port
        with Sandbox(port=port) as second:
            assert requests.get(control(second, "stats"), timeout=5).ok

    def test_ipv6_is_served(self) -> None:
        with Sandbox(host="::1") as ats:
            assert f"http://[::1]:{ats.port}/lever" == ats.url("lever")
            assert apply(ats, "lever").ok


def test_logs_nothing(ats: Sandbox, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.DEBUG, "ats_integration"):
        apply(ats, "lever")
        apply(ats, "lever", form={"email": "nonsense"})
        requests.get(control(ats, "received"), timeout=5)
    assert [] == [record for record in caplog.records if record.name.startswith("ats_integration")]
    assert "sanne" not in capfd.readouterr().err
