"""Mails are read back as Django's file backend wrote them."""

from __future__ import annotations

from pathlib import Path

from django.core.mail import EmailMultiAlternatives, get_connection

from jobbird.demo.mailbox import Mailbox


def send(folder: Path, subject: str, text: str) -> None:
    """Send a mail the way the app does."""
    connection = get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=str(folder))
    mail = EmailMultiAlternatives(
        subject, text, to=["hr@acme.example", "support@jobbird.example"], connection=connection
    )
    mail.attach_alternative(f"<p>{text}</p>", "text/html")
    mail.send()


def test_an_empty_folder_holds_no_mail(tmp_path: Path) -> None:
    assert [] == Mailbox(tmp_path).read()


def test_reads_a_mail_as_its_reader_sees_it(tmp_path: Path) -> None:
    send(tmp_path, "Atelier Zoë's Lever is out of order", "Wait until it is back.\n")

    (mail,) = Mailbox(tmp_path).read()

    assert "Atelier Zoë's Lever is out of order" == mail.subject
    assert ("hr@acme.example", "support@jobbird.example") == mail.to
    assert "Wait until it is back.\n" == mail.text


def test_reads_mails_of_several_connections(tmp_path: Path) -> None:
    for number in range(3):
        send(tmp_path, f"number {number}", "text")

    assert {"number 0", "number 1", "number 2"} == {mail.subject for mail in Mailbox(tmp_path).read()}


def test_a_mail_that_is_being_written_waits(tmp_path: Path) -> None:
    send(tmp_path, "complete", "text")
    (file,) = tmp_path.iterdir()
    (tmp_path / "other.log").write_bytes(file.read_bytes()[:-20])

    assert 1 == len(Mailbox(tmp_path).read())
