"""The ATS stand-in: answers 200 to every call after a fixed latency, and remembers what arrived when.

Usage: python -m benchmarks.ats_server PORT LATENCY_SECONDS

A path holding /blackhole/ is never answered, /refuses/ answers 422 at once. A call is told apart by
its header `webhook-id`, a customer by the last step of the path. GET /totals, /arrivals and /customers
answer in JSON, GET /reset forgets everything. Times are those of the machine's monotonic clock, in
nanoseconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any

import uvloop

ANSWER = b'{"id":"c_1","status":"created"}'
REFUSAL = b'{"error":"email is invalid"}'
ID_HEADER, LENGTH_HEADER = b"\r\nwebhook-id:", b"\r\ncontent-length:"


class Memory:
    """What arrived, and when."""

    def __init__(self) -> None:
        self.total = self.last_ns = 0
        self.first: dict[str, int] = {}
        self.customers: Counter[str] = Counter()

    def add(self, path: bytes, head: bytes) -> None:
        """Remember one call."""
        self.total += 1
        self.last_ns = time.monotonic_ns()
        self.customers[path.rpartition(b"/")[2].decode()] += 1
        self.first.setdefault(header(head, ID_HEADER).decode(), self.last_ns)

    def tell(self, path: bytes) -> Any:
        """Answer a question of the benchmark."""
        if path == b"/arrivals":
            return self.first
        if path == b"/customers":
            return self.customers
        if path == b"/reset":
            self.__init__()  # type: ignore[misc]
        return {"total": self.total, "unique": len(self.first), "last_ns": self.last_ns}


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
        self.memory.add(path, head)
        if b"/refuses/" in path:
            self.send(response(b"422 Unprocessable Entity", REFUSAL))
        elif b"/blackhole/" not in path:
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
