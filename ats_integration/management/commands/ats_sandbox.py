"""Run the ATS stand-in alone: `python manage.py ats_sandbox --port 9900`."""

from __future__ import annotations

import signal
import threading
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...sandbox import Sandbox
from ...sandbox.vendors import VENDORS


class Command(BaseCommand):
    """Serve all vendors on one port until SIGTERM or Ctrl-C."""

    help = "Play the ATSs on this machine: for demonstrations and tests, never for real candidates."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="Address to listen on (default: %(default)s).")
        parser.add_argument("--port", type=int, default=9900, help="Port to listen on; 0 = a free one.")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        """Start, say where, and wait for the end."""
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        try:
            sandbox = Sandbox(host=host, port=port)
        except (OSError, OverflowError) as error:
            raise CommandError(f"Cannot listen on {host}:{port}: {error}") from None
        with sandbox:
            self.introduce(sandbox)
            ended.wait()

    def introduce(self, sandbox: Sandbox) -> None:
        """Print where everything is."""
        self.stdout.write(f"ATS stand-in on {sandbox.url()}/_sandbox/ (what arrived). Base addresses:")
        for provider in VENDORS:
            self.stdout.write(f"  {sandbox.url(provider)}")
        host = urlsplit(sandbox.url()).hostname
        listed = f"list {host} in ATS_INTEGRATION['ALLOWED_PRIVATE_HOSTS']"
        self.stdout.write(f"To call it, {listed} and enter one of these as base address.")
        self.stdout.flush()
