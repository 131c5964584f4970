"""The stand-in as Python code uses it: start, tell, look, stop."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self

from . import control
from .accounts import Questions
from .server import Server
from .values import Reception
from .world import World

POLL = 0.003  # seconds; how soon it stops


class Sandbox:
    """A running stand-in. Port 0 takes a free one."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._world = World()
        self._server = Server(host, port, self._world)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL,), name="ats-stand-in", daemon=True
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Answer from now on, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Close everything; no thread is left."""
        self._server.stop()
        self._thread.join()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_port)

    def url(self, provider: str = "", account: str = "") -> str:
        """Return the base address of a vendor, or of the stand-in itself.

        `account` is only for a vendor that has the customer in its host's name (Recruitee).
        """
        host = self._server.server_name
        shown = f"[{host}]" if ":" in host else host
        return "/".join(filter(None, (f"http://{shown}:{self.port}", provider, account)))

    def behave(self, provider: str, mode: str, **options: Any) -> None:
        """Tell one vendor, or all (`*`), how to behave; see `behaviours.Behaviour` for the options.

        Raises ValueError or TypeError where the instruction makes no sense.
        """
        control.behave(self._world, {"provider": provider, "mode": mode, **options})

    def register(
        self, provider: str, *, account: str, key: str, jobs: Iterable[str] | Mapping[str, Questions] = ()
    ) -> None:
        """Make one customer known to a vendor, which from then on knows registered ones only."""
        self._world.accounts.register(provider, account, key, jobs)

    def received(self, provider: str = "", *, email: str = "") -> list[Reception]:
        """Return what was taken, oldest first."""
        return self._world.receptions.find(provider, email)

    def stats(self) -> dict[str, dict[str, Any]]:
        """Return per provider: calls, accepted, refused, distinct (person and job) and twice."""
        return self._world.stats()

    def reset(self) -> None:
        """Forget all that was registered, told and received."""
        self._world.reset()
