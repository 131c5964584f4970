"""One connection of the stand-in: read a request, let the world answer, or misbehave as told."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from . import control
from .behaviours import Behaviour
from .uploads import LARGEST_TEXT, Body, form_of
from .values import Call, Refusal, Reply
from .vendors import VENDORS
from .vendors.base import Vendor

if TYPE_CHECKING:
    from .server import Server

CONTROL = "_sandbox"
ABRUPT = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 seconds: closing sends RST
LOOK = 0.25  # seconds between two looks whether a client has left

Query = Mapping[str, list[str]]


class Handler(BaseHTTPRequestHandler):
    """Serve one connection; nothing is logged, because addresses hold keys."""

    protocol_version = "HTTP/1.1"
    server_version = "ATS-stand-in"
    sys_version = ""
    timeout = 60  # seconds that a silent connection is kept
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def respond(self) -> None:
        """Answer one request."""
        parts = urlsplit(self.path)
        first, *rest = (unquote(step) for step in parts.path.split("/")[1:])
        query, body = parse_qs(parts.query, keep_blank_values=True), Body(self.rfile, self.length())
        if first == CONTROL:
            self.say(control.answer(self.server.world, self.command, "/".join(rest), query, body.read(LARGEST_TEXT)))
        elif vendor := VENDORS.get(first):
            self.play(vendor, tuple(rest), query, body)
        else:
            self.say(Reply(status=404, body={"error": "There is no such ATS here."}))
        if not body.drain():
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = respond  # noqa: N815 - the names that http.server looks for

    def length(self) -> int:
        """Return how many bytes the request carries."""
        announced = self.headers.get("Content-Length", "0")
        return int(announced) if announced.isdecimal() else 0

    def play(self, vendor: Vendor, steps: tuple[str, ...], query: Query, body: Body) -> None:
        """Be the vendor, as well or as badly as told."""
        behaviour = self.server.world.behaviours.take(vendor.slug, vendor.account(steps))
        if behaviour.mode == "reset":
            self.leave(vendor, abruptly=True)
            return
        try:
            call: Call | Reply = self.call(steps, query, body)
        except Refusal as refusal:
            call = refusal.reply
        if not body.drain():
            self.leave(vendor)
        elif behaviour.mode == "blackhole":
            self.leave(vendor)
            self.wait_for_the_client()
        else:
            self.react(vendor, call, behaviour)

    def call(self, steps: tuple[str, ...], query: Query, body: Body) -> Call:
        """Read the request, or raise Refusal where it is not what it says."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        form, files, parsed = form_of(headers, body) if body.left else ({}, {}, None)
        kind = headers.get("content-type", "")
        return Call(
            method=self.command,
            steps=steps,
            query=query,
            headers=headers,
            form=form,
            files=files,
            is_multipart=kind.startswith("multipart/form-data"),
            json=parsed,
            raw=body.text,
            home=f"http://{headers.get('host', '')}/{urlsplit(self.path).path.split('/')[1]}",
        )

    def react(self, vendor: Vendor, call: Call | Reply, behaviour: Behaviour) -> None:
        """Answer a request that was read whole."""
        world = self.server.world
        if behaviour.mode == "slow":
            self.server.stopping.wait(behaviour.seconds)
        if isinstance(call, Reply):
            world.receptions.count(vendor.slug, is_taken=False)
            self.say(call)
            return
        reply = world.answer(vendor, call, behaviour)
        if behaviour.mode == "drop_answer":
            self.close_connection = True
        else:
            self.say(reply, is_half=behaviour.mode == "half_answer")

    def leave(self, vendor: Vendor, *, abruptly: bool = False) -> None:
        """Close without an answer, and without having taken anything."""
        self.close_connection = True
        if self.command != "GET":
            self.server.world.receptions.count(vendor.slug, is_taken=False)
        if abruptly:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPT)
            os.close(self.connection.detach())

    def wait_for_the_client(self) -> None:
        """Do nothing until the client has left or the server stops."""
        self.connection.settimeout(LOOK)
        while not self.server.stopping.is_set():
            try:
                self.connection.recv(1, socket.MSG_PEEK)
            except TimeoutError:
                continue
            return

    def say(self, reply: Reply, *, is_half: bool = False) -> None:
        """Send a reply, or announce all of it and send half."""
        self.send_response(reply.status)
        for name, value in {"Content-Type": reply.content_type, **reply.headers}.items():
            self.send_header(name, value)
        content = reply.content
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if is_half else content)
        self.close_connection = self.close_connection or is_half

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
