"""Credentials as the code sees them: a mapping that opens only when it is read, and never prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import encryption


class Credentials(Mapping[str, Any]):
    """Hold an encrypted token; decrypt at the first look.

    Reading raises CredentialsUnreadable where no configured key fits; copying, pickling, saving,
    printing and comparing with nothing never decrypt.
    """

    __slots__ = ("_values", "token")

    def __init__(self, token: str) -> None:
        self.token = token
        self._values: dict[str, Any] | None = None

    @classmethod
    def seal(cls, values: Mapping[str, Any]) -> Credentials:
        """Encrypt `values` (already sealed ones are returned as they are)."""
        if isinstance(values, Credentials):
            return values
        return cls(encryption.encrypt(dict(values)) if values else "")

    def reveal(self) -> dict[str, Any]:
        """Return the plain values. Call this only right before an ATS is called."""
        if self._values is None:
            self._values = encryption.decrypt(self.token) if self.token else {}
        return self._values

    def __getitem__(self, key: str) -> Any:
        return self.reveal()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.reveal())

    def __len__(self) -> int:
        return len(self.reveal())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        if not self or not other:
            return bool(self) == bool(other)
        return self.reveal() == dict(other)

    def __reduce__(self) -> tuple[type[Credentials], tuple[str]]:
        return Credentials, (self.token,)

    def __bool__(self) -> bool:
        return bool(self.token)

    def __repr__(self) -> str:
        return "<Credentials: hidden>" if self.token else "<Credentials: none>"

    __str__ = __repr__
