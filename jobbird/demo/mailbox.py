"""Read the mails that Django wrote to files instead of sending them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

#: What Django's file backend writes behind each mail.
END = b"\n" + b"-" * 79 + b"\n"


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One mail as its reader sees it, in plain text."""

    at: datetime
    to: tuple[str, ...]
    subject: str
    text: str


class Mailbox:
    """A folder of mails."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> list[Mail]:
        """Return all mails, the oldest first; one that is still being written comes next time."""
        return sorted(
            (mail for file in self._folder.glob("*.log") for mail in mails_of(file)), key=lambda mail: mail.at
        )


def mails_of(file: Path) -> Iterator[Mail]:
    """Yield the finished mails of one file."""
    *finished, _rest = file.read_bytes().split(END)
    for raw in finished:
        message = message_from_bytes(raw.lstrip(b"\n"), policy=policy.default)
        assert isinstance(message, EmailMessage)
        yield mail_of(message)


def mail_of(message: EmailMessage) -> Mail:
    """Describe one mail."""
    body = message.get_body(("plain",))
    return Mail(
        at=parsedate_to_datetime(str(message["Date"])),
        to=tuple(address.strip() for address in str(message["To"]).split(",")),
        subject=str(message["Subject"]),
        text=str(body.get_content()) if body else "",
    )
