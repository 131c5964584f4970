"""No log has a signed link: neither its token nor the name of the file."""

from __future__ import annotations

import logging
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.test import Client

from ats_integration import links
from ats_integration.messages import Resume
from ats_integration.redaction import MaskTokens, Redactor
from jobbird.demo.ports import free_port

from .conftest import CV

ROOT = Path(__file__).parents[2]
PATIENCE = 60  # seconds for a server to start or stop


def procfile(kind: str) -> list[str]:
    """Return the command of one kind of process, as `Procfile` has it."""
    command = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith(f"{kind}: "))
    return shlex.split(command.removeprefix(f"{kind}: ").replace("${WEB_CONCURRENCY:-2}", "1"))


def gunicorn(port: int) -> list[str]:
    """Return production's server, told to log all it can."""
    _gunicorn, *options = procfile("web")
    loud = ["--access-logfile", "-", "--log-level", "debug", "--bind", f"127.0.0.1:{port}"]
    return [sys.executable, "-m", "gunicorn", *options, *loud]


def runserver(port: int) -> list[str]:
    """Return the server of a developer."""
    return [sys.executable, "manage.py", "runserver", "--noreload", "--skip-checks", f"127.0.0.1:{port}"]


@contextmanager
def running(command: list[str], port: int, log: Path, **environment: str) -> Iterator[None]:
    """Run a server until the block ends; everything it says goes into a file."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            wait_for(port, process, log)
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers."""
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            requests.get(f"http://127.0.0.1:{port}/nowhere", timeout=5)
        except requests.ConnectionError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < ends, log.read_text()
            time.sleep(0.1)
        else:
            return


@pytest.mark.parametrize(("server", "debug"), [(gunicorn, "false"), (runserver, "false"), (runserver, "true")])
def test_servers_log_that_a_cv_was_fetched_but_not_how(
    server: Callable[[int], list[str]], debug: str, resume: Resume, tmp_path: Path
) -> None:
    port, log = free_port(), tmp_path / "log"
    path = urlsplit(links.url_for(resume)).path
    with running(server(port), port, log, DEBUG=debug):
        good, bad = f"http://127.0.0.1:{port}{path}", f"http://127.0.0.1:{port}{path.replace('/cv/', '/cv/x')}"
        assert CV == requests.get(good, timeout=5).content
        head = requests.head(good, timeout=5)
        assert (200, str(len(CV)), b"") == (head.status_code, head.headers["Content-Length"], head.content)
        assert 404 == requests.get(bad, timeout=5).status_code
    said = log.read_text()
    assert "/cv/***" in said
    assert [] == [secret for secret in (path.split("/")[2][:20], "sanne") if secret in said]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ('"GET /cv/eyJ:1a:b_c/cv%20sanne.pdf HTTP/1.1" 200 31', '"GET /cv/*** HTTP/1.1" 200 31'),
        ("Not Found: /cv/eyJ:1a:b_c/cv sanne's.pdf", "Not Found: /cv/***"),
        ("Not Found: /cv/eyJ\nand /cv/eyJ", "Not Found: /cv/***\nand /cv/***"),
        ('"GET /customer/applications/5/cv/ HTTP/1.1" 200 31', '"GET /customer/applications/5/cv/ HTTP/1.1" 200 31'),
        ("nothing to mask", "nothing to mask"),
    ],
)
def test_a_line_keeps_everything_but_the_link(said: str, kept: str) -> None:
    record = logging.LogRecord("django.server", logging.INFO, __file__, 1, "%s", (said,), None)
    assert MaskTokens().filter(record)
    assert kept == record.getMessage()


def test_a_line_about_something_else_is_left_alone() -> None:
    record = logging.LogRecord("gunicorn.access", logging.INFO, __file__, 1, "%(r)s", ({"r": "GET /"},), None)
    MaskTokens().filter(record)
    assert ("%(r)s", {"r": "GET /"}) == (record.msg, record.args)


def test_the_request_does_not_go_along(resume: Resume, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    path = urlsplit(links.url_for(resume)).path.replace("/cv/", "/cv/x")
    client.get(path)
    told: dict[str, Any] = {key: value for record in caplog.records for key, value in record.__dict__.items()}
    assert "Not Found: /cv/***" == caplog.messages[-1]
    assert "sanne" not in repr(told)
    assert "request" not in told


@pytest.mark.parametrize(
    "echo",
    [
        '{{"resume": "{}"}}',
        '{{"errors": [{{"detail": "resume - {} could not be fetched"}}]}}',
        "<a href='{}'>",
        "{}",
    ],
)
def test_an_answer_that_repeats_a_link_is_kept_without_it(echo: str, resume: Resume) -> None:
    link = links.url_for(resume)
    for spelt in (link, link.replace("/", "\\/")):
        kept = Redactor([])(echo.format(spelt))
        assert link.split("/")[4][:20] not in kept
        assert "sanne" not in kept
