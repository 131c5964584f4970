"""The ATS stand-in: answers 200 to every call after a fixed latency, and remembers what arrived when.

Usage: python -m benchmarks.ats_server PORT LATENCY_SECONDS

The first step of a path is the kind of customer: `blackhole` is never answered, `refuses` gets a 422 at
once until it is mended, anybody else is answered. A message is told by the header `webhook-id` of its
call. GET /totals and /arrivals answer in JSON, /mend mends, /reset forgets everything. Times are those
of the machine's monotonic clock, in nanoseconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import uvloop

ANSWER = b'{"id":"c_1","status":"created"}'
ID_HEADER, LENGTH_HEADER = b"\r\nwebhook-id:", b"\r\ncontent-length:"
REFUSAL = b'{"error":"email is invalid"}'
BLACKHOLE, REFUSES = "blackhole", "refuses"


@dataclass
class Kind:
    """What arrived for one kind of customer."""

    total: int = 0
    first_ns: int = 0
    last_ns: int = 0
    arrivals: dict[str, int] = field(default_factory=dict)

    def add(self, id: str) -> None:
        """Remember one call."""
        self.total += 1
        self.last_ns = time.monotonic_ns()
        self.first_ns = self.first_ns or self.last_ns
        self.arrivals.setdefault(id, self.last_ns)

    @property
    def totals(self) -> dict[str, int]:
        """Sum up."""
        summed = {"total": self.total, "unique": len(self.arrivals)}
        return {**summed, "first_ns": self.first_ns, "last_ns": self.last_ns}


class Memory:
    """What arrived, by kind of customer."""

    def __init__(self) -> None:
        self.kinds: defaultdict[str, Kind] = defaultdict(Kind)
        self.is_mended = False

    def tell(self, question: bytes) -> Any:
        """Answer a question of the benchmark."""
        if question == b"/reset":
            self.__init__()  # type: ignore[misc]
        if question == b"/mend":
            self.is_mended = True
        if question == b"/arrivals":
            return {name: kind.arrivals for name, kind in self.kinds.items()}
        return {name: kind.totals for name, kind in self.kinds.items()}


def header(head: bytes, name: bytes) -> bytes:
    """Return the value of a header; empty where it is missing. Names come in lower case."""
    start = head.lower().find(name)
    return head[start + len(name) :].split(b"\r\n", 1)[0].strip() if start >= 0 else b""


def response(status: bytes, body: bytes) -> bytes:
    """Return a whole answer."""
    return b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


class Connection(asyncio.Protocol):
    """Read calls off one connection and answer them, without any framework in between."""

    def __init__(self, memory: Memory, latency: float) -> None:
        self.memory, self.latency = memory, latency
        self.unread = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.unread += data
        while (end := self.unread.find(b"\r\n\r\n")) >= 0:
            head = self.unread[:end]
            whole = end + 4 + int(header(head, LENGTH_HEADER) or 0)
            if len(self.unread) < whole:
                return
            self.unread = self.unread[whole:]
            self.take(head)

    def take(self, head: bytes) -> None:
        """Answer one call."""
        method, path, _ = head.split(b"\r\n", 1)[0].split(b" ", 2)
        if method == b"GET":
            self.send(response(b"200 OK", json.dumps(self.memory.tell(path)).encode()))
            return
        kind = path.split(b"/", 2)[1].decode()
        self.memory.kinds[kind].add(header(head, ID_HEADER).decode())
        if kind == REFUSES and not self.memory.is_mended:
            self.send(response(b"422 Unprocessable Entity", REFUSAL))
        elif kind != BLACKHOLE:
            asyncio.get_running_loop().call_later(self.latency, self.send, response(b"200 OK", ANSWER))

    def send(self, answer: bytes) -> None:
        """Write an answer, if somebody still listens."""
        if not self.transport.is_closing():
            self.transport.write(answer)


async def serve(port: int, latency: float) -> None:
    """Listen on the loopback interface until the process is ended."""
    memory = Memory()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(memory, latency), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), float(sys.argv[2])))
