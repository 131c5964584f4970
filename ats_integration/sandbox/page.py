"""The page for people: what arrived at which ATS, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.timezone import localtime

from .values import Reception
from .world import World

SHOWN = 200  # rows; the rest is in /_sandbox/received
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; color: #222 }
h1 { font-size: 1.4rem } table { border-collapse: collapse; width: 100%; margin: 1rem 0 }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top }
th { font-size: .8rem; color: #555 } td.number, th.number { text-align: right } code { font-size: .8rem }
.trouble { background: #fff3cd; padding: .5rem .8rem; border-radius: .3rem } .none { color: #666 }
"""
FRAME = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="3">
<title>ATS stand-in</title><style>{}</style></head><body><h1>ATS stand-in: what arrived</h1>
{}{}{}</body></html>"""
COUNTS = ("calls", "accepted", "refused", "distinct", "twice")


def page(world: World) -> str:
    """Return the page."""
    rows = world.receptions.find()[-SHOWN:][::-1]
    return format_html(FRAME, mark_safe(STYLE), counts(world), troubles(world), arrivals(rows))  # noqa: S308 - a constant


def counts(world: World) -> SafeString:
    """Return the counts per provider."""
    body = ((name, *(stats[key] for key in COUNTS)) for name, stats in world.stats().items())
    return table(("ATS", *COUNTS), body)


def troubles(world: World) -> SafeString:
    """Return the instructions that are in force."""
    found = ((item["mode"], item["provider"], item["account"]) for item in world.behaviours.to_list())
    return format_html_join("", '<p class="trouble">Told to be <b>{}</b>: {}, account {}</p>', found)


def arrivals(rows: Sequence[Reception]) -> SafeString:
    """Return what arrived, or a sentence where nothing did."""
    if not rows:
        return format_html('<p class="none">{}</p>', "Nothing has arrived yet.")
    return table(("at", "ATS", "job", "candidate", "CV", "cover letter", "everything else"), map(cells, rows))


def cells(row: Reception) -> tuple[object, ...]:
    """Return the cells of one application."""
    at = parse_datetime(row.at)
    others = format_html_join("", "<code>{}: {}</code><br>", row.fields.items())
    person = format_html("{}<br>{}<br>{}", row.name, row.email, row.phone)
    resume = f"{row.resume.filename} ({row.resume.size} bytes)" if row.resume else "none"
    when = localtime(at).strftime("%H:%M:%S") if at else row.at
    letter = Truncator(row.cover_letter).chars(200)
    return (when, row.provider, f"{row.account} {row.job_id}", person, resume, letter, others)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> SafeString:
    """Return a table; what comes from outside is escaped."""
    body = format_html_join("", "<tr>{}</tr>", ((line("td", row),) for row in rows))
    return format_html("<table><tr>{}</tr>{}</table>", line("th", heads), body)


def line(tag: str, texts: Iterable[object]) -> SafeString:
    """Return the cells of one row."""
    return format_html_join("", "<{0}>{1}</{0}>", ((tag, text) for text in texts))
