"""Send chosen dead letters again. See `ats_integration.resend`."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import IO, Any, TypeVar, cast
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ats_integration import audit, recovery, resend, selection_check
from ats_integration.errors import DeadLetterUnavailable
from ats_integration.letters import Letters
from ats_integration.resend import Fate, Line, Report, Selection

EPILOG = """
examples:
  python manage.py resend_dead_letters --customer 42 --dry-run     what would go, and what would still fail on our side
  python manage.py resend_dead_letters --customer 42               send all of one customer
  python manage.py resend_dead_letters --provider lever --reason unauthorized --since 2h
  python manage.py resend_dead_letters --id 7c0f4f1e-...           one letter
  python manage.py resend_dead_letters --from-s3 --customer 42     when the rows are gone

Only letters that were not sent again yet are chosen. Running it twice sends nothing twice.
exit status: 0 all chosen letters were sent (or there were none), 1 some could not be sent, 2 wrong use.
"""

Found = TypeVar("Found")
AGO = re.compile(r"[0-9]+[mhd]")
#: How S3 answers where it is there and our settings are wrong; no wait helps then.
MISCONFIGURED = (
    "AccessDenied",
    "InvalidAccessKeyId",
    "InvalidBucketName",
    "NoCredentialsError",
    "NoSuchBucket",
    "ParamValidationError",
    "PartialCredentialsError",
    "SignatureDoesNotMatch",
)
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
STYLES = {Fate.SENT: "green", Fate.WOULD_SEND: "green", Fate.SKIPPED: "yellow", Fate.FAILED: "red"}


def moment(text: str) -> datetime:
    """Read a date, a date with time, or how long ago (`30m`, `2h`, `3d`)."""
    try:
        found = ago(text) or parse_datetime(text)
        aware = found if found is None or timezone.is_aware(found) else timezone.make_aware(found)
        if aware:
            return aware.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date: {error}.") from None
    raise argparse.ArgumentTypeError(f"{text!r} is neither 2026-11-24, 2026-11-24T14:30 nor 2h.")


def ago(text: str) -> datetime | None:
    """Read how long ago something was, or return None where the text does not say so."""
    if not AGO.fullmatch(text):
        return None
    return timezone.now() - timedelta(**{UNITS[text[-1]]: int(text[:-1])})


def positive(text: str) -> float:
    """Read a number above zero."""
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number.") from None
    if not number > 0:
        raise argparse.ArgumentTypeError("Give a number above 0.")
    return number


def advice_on(error: DeadLetterUnavailable) -> str:
    """Say what to do where S3 does not give the letters."""
    if error.code in MISCONFIGURED:
        return "Nothing was sent. Check DEAD_LETTER_BUCKET and the AWS_* credentials."
    return "Nothing was sent; try again when S3 is back."


class Command(BaseCommand):
    """Choose dead letters, show what would happen, and send them again."""

    help = "Put chosen dead letters back on the happy queue: tryCount 0, a fresh budget, today's connection."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Keep the line breaks of the examples in --help."""
        kwargs |= {"epilog": EPILOG, "formatter_class": argparse.RawDescriptionHelpFormatter}
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the filters first, then how to go about it."""
        which = parser.add_argument_group("which dead letters (all given filters must fit)")
        which.add_argument("--customer", default="", metavar="ID", help="customer id")
        which.add_argument("--config", type=int, metavar="ID", help="connection (ATSConfig) id")
        which.add_argument("--provider", default="", metavar="SLUG", help="greenhouse, lever, ...")
        which.add_argument(
            "--reason", default="", metavar="CODE", help="reason code, as in the mail: unauthorized, ..."
        )
        which.add_argument(
            "--since", type=moment, metavar="WHEN", help="died at or after: 2026-11-24, 2026-11-24T14:30, 2h"
        )
        which.add_argument("--until", type=moment, metavar="WHEN", help="died before")
        which.add_argument(
            "--id", dest="ids", type=UUID, action="append", default=[], metavar="UUID", help="message id; repeatable"
        )
        which.add_argument("--limit", type=int, default=resend.MAX_AT_ONCE, metavar="N", help="at most N, oldest first")
        how = parser.add_argument_group("how")
        how.add_argument("--rate", type=positive, metavar="N", help="at most N a second")
        how.add_argument(
            "--dry-run",
            action="store_true",
            help="show what would go and what would still fail on our side; change nothing and ask no ATS",
        )
        how.add_argument(
            "--from-s3", action="store_true", help="read the letters from S3 and make rows for them where they are gone"
        )
        how.add_argument("--yes", action="store_true", help="do not ask")
        how.add_argument(
            "--by", default="", metavar="NAME", help="who you are, for the audit trail (default: your login)"
        )
        how.add_argument("--json", action="store_true", dest="as_json", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Choose, ask, send, report."""
        selection = self.selection(options)
        self.refuse_all(selection, options)
        report, problems = self.report(selection, options)
        self.show(report, problems, options)
        if report.failed or problems:
            sys.exit(1)

    def selection(self, options: dict[str, Any]) -> Selection:
        """Read the filters."""
        if options["limit"] < 1:
            raise CommandError("--limit must be at least 1.", returncode=2)
        names = ("customer", "config", "provider", "reason", "since", "until")
        limit = min(options["limit"], sys.maxsize)
        selection = Selection(**{name: options[name] for name in names}, ids=tuple(options["ids"]), limit=limit)
        if problem := selection_check.problem_of(selection, from_s3=options["from_s3"]):
            raise CommandError(problem, returncode=2)
        return selection

    def refuse_all(self, selection: Selection, options: dict[str, Any]) -> None:
        """Refuse to send everything where nobody can be asked; a script that wants that must say so."""
        if selection.is_everything and not (options["dry_run"] or options["yes"] or sys.stdin.isatty()):
            raise CommandError("No filter is given: add one (--customer 42), or --yes to send all.", returncode=2)

    def report(self, selection: Selection, options: dict[str, Any]) -> tuple[Report, Sequence[str]]:
        """Send, or look what sending would do; return that, and what in S3 could not be used."""
        if not options["from_s3"]:
            return self.confirmed(resend.chosen(selection), options), ()
        if options["dry_run"]:
            return self.reading(recovery.look, selection, options)
        restored = self.reading(recovery.restore, selection, options)
        return self.confirmed(restored.letters, options), restored.problems

    def reading(self, read: Callable[..., Found], selection: Selection, options: dict[str, Any]) -> Found:
        """Read from S3, and show how many were read: each is a call."""
        try:
            with self.progress(is_quiet=options["as_json"]) as progress:
                return read(selection, on_read=partial(progress.advance, progress.add_task("reading S3", total=None)))
        except DeadLetterUnavailable as error:
            raise CommandError(f"{error} {advice_on(error)}") from None

    def confirmed(self, letters: Letters, options: dict[str, Any]) -> Report:
        """Send them, once a person said so, if one is there to be asked."""
        if letters and not (options["dry_run"] or options["yes"]):
            self.confirm(len(letters))
        return self.work(letters, options)

    def confirm(self, count: int) -> None:
        """Ask a person, if there is one."""
        if not sys.stdin.isatty():
            return
        if input(f"Send {count} dead letter(s) again? [y/N] ").strip().lower() not in ("y", "yes"):
            raise CommandError("Nothing was sent.", returncode=1)

    def work(self, letters: Letters, options: dict[str, Any]) -> Report:
        """Send with a progress bar on a terminal, silently elsewhere."""
        with self.progress(is_quiet=options["as_json"]) as progress:
            task = progress.add_task("checking" if options["dry_run"] else "sending", total=len(letters))

            def advance(_line: Line) -> None:
                progress.advance(task)

            by = audit.at_the_command_line(options["by"])
            how = {"dry_run": options["dry_run"], "rate": options["rate"]}
            return resend.send_all(letters, **how, on_line=advance, by=by)

    def progress(self, *, is_quiet: bool) -> Progress:
        """Return the bar."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        return Progress(*columns, console=console, disable=is_quiet or not console.is_terminal, transient=True)

    def show(self, report: Report, problems: Sequence[str], options: dict[str, Any]) -> None:
        """Print the table or the JSON."""
        if options["as_json"]:
            self.stdout.write(json.dumps(as_json(report, problems, is_dry=options["dry_run"]), indent=2))
            return
        if not report.lines and not problems:
            self.stdout.write("No dead letter fits: nothing to send.")
            return
        self.stdout.ending = ""
        console = Console(file=cast(IO[str], self.stdout), width=None if sys.stdout.isatty() else 160)
        console.print(table(report.lines))
        for problem in problems:
            console.print(f"[red]not restored[/red] {escape(problem)}")
        verb = "would be sent" if options["dry_run"] else "sent"
        console.print(f"{report.sent} {verb}, {report.skipped} skipped, {report.failed + len(problems)} failed")
        if len(report.lines) >= options["limit"]:
            console.print(f"That is the limit of {options['limit']}; more may wait.")


def table(lines: Sequence[Line]) -> Table:
    """Lay the report out; a long one is shortened to what needs a look and a few others."""
    shown = sorted(lines, key=lambda line: line.fate != Fate.FAILED)[:50]
    grid = Table("message", "customer", "ATS", "reason", "result", "why", title=None)
    for line in shown:
        style = STYLES[line.fate]
        words = map(escape, (str(line.message_id), line.customer, line.provider, line.reason))
        grid.add_row(*words, f"[{style}]{line.fate}[/]", escape(line.detail))
    if len(lines) > len(shown):
        grid.add_row("...", "", "", "", f"{len(lines) - len(shown)} more", "--json shows all")
    return grid


def as_json(report: Report, problems: Sequence[str], *, is_dry: bool) -> dict[str, Any]:
    """Describe the report for scripts."""
    letters = [{**asdict(line), "message_id": str(line.message_id), "fate": str(line.fate)} for line in report.lines]
    counts = {"sent": report.sent, "skipped": report.skipped, "failed": report.failed + len(problems)}
    return {"dry_run": is_dry, **counts, "problems": list(problems), "letters": letters}
