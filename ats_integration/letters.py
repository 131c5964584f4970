"""Dead letters that were chosen: only their keys are kept, and the rows read when their turn comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .models import DeadLetter

#: How many are read at once; each brings its delivery with the whole message.
BATCH = 200


@dataclass(frozen=True)
class Letters:
    """Dead letters by their keys, in this order; those that are gone meanwhile are left out when it is their turn."""

    keys: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[DeadLetter]:
        rows = DeadLetter.objects.select_related("delivery", "config__customer")
        for i in range(0, len(self.keys), BATCH):
            found = rows.in_bulk(self.keys[i : i + BATCH])
            yield from (found[key] for key in self.keys[i : i + BATCH] if key in found)
