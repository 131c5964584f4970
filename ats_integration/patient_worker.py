"""A worker that RQ's own upkeep does not end while Redis is away or refuses it."""

from __future__ import annotations

from typing import Any

from django.core.management import CommandError
from rq.worker import SimpleWorker

from .rq_json import unless_redis_is_away

#: The first version of Redis whose scripts may run without memory to spare; Valkey began behind it.
OLDEST = 7


class PatientWorker(SimpleWorker):
    """Go on where Redis does not hear what RQ has to say beside the work."""

    def require_new_redis(self) -> None:
        """Refuse a server that does not know the scripts; one that is away may be asked later.

        Raises CommandError.
        """
        with unless_redis_is_away(self.log):
            version = str(self.connection.info("server")["redis_version"])
            if int(version.partition(".")[0]) < OLDEST:
                raise CommandError(f"Redis {OLDEST} or newer, or Valkey, is needed; this is Redis {version}.")

    def register_birth(self) -> None:
        """Enter the list of workers; a Redis whose memory is full has no room for that, and still gives work."""
        with unless_redis_is_away(self.log):
            super().register_birth()  # type: ignore[no-untyped-call]

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Say that this worker is alive, if Redis is there to hear it."""
        with unless_redis_is_away(self.log):
            super().heartbeat(timeout, pipeline)

    def set_state(self, state: str, pipeline: Any = None) -> None:
        """Say what this worker does, if Redis is there to hear it."""
        with unless_redis_is_away(self.log):
            super().set_state(state, pipeline)

    def check_for_suspension(self, burst: bool) -> None:
        """Wait while the workers are suspended; without Redis nobody can have asked for it."""
        with unless_redis_is_away(self.log):
            super().check_for_suspension(burst)

    def run_maintenance_tasks(self) -> None:
        """Tidy up RQ's registries, if Redis is there."""
        with unless_redis_is_away(self.log):
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]
