"""What each adapter can do, read from its declaration: for the pages, the documentation and `show_providers`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .providers.base import PARTS, Provider
from .providers.fitting import megabytes

BEGIN, END = "<!-- capabilities -->", "<!-- /capabilities -->"

PART_NAMES = {
    "resume": "CV",
    "cover_letter": "cover letter",
    "phone": "phone",
    "address": "address",
    "linkedin_url": "LinkedIn",
    "website_url": "website",
    "answers": "answers",
    "consent": "consent",
    "marketing_consent": "marketing consent",
    "source": "source",
}


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """One adapter in words; every value is a text for people."""

    slug: str
    name: str
    carries: str
    drops: str
    resume: str
    after_doubt: str
    job_form: str
    limit: str
    beta: str


def capabilities_of(provider: Provider) -> Capabilities:
    """Describe an adapter by what it declares."""
    return Capabilities(
        slug=provider.slug,
        name=provider.name,
        carries=named(provider, is_carried=True),
        drops=named(provider, is_carried=False) or "nothing",
        resume=resume_of(provider),
        after_doubt=after_doubt(provider),
        job_form="read from the ATS" if has_own(provider, "form_request") else "not told by the ATS",
        limit=limit_of(provider),
        beta=provider.beta or "no",
    )


def named(provider: Provider, *, is_carried: bool) -> str:
    """Name the parts that an ATS takes, or those that it cannot take."""
    return part_words(part for part in PARTS if (part in provider.carries) == is_carried)


def part_words(parts: Iterable[str]) -> str:
    """Name the parts of an application for people, one after the other."""
    return ", ".join(PART_NAMES.get(part, part.replace("_", " ")) for part in parts)


def resume_of(provider: Provider) -> str:
    """Say which CVs an ATS takes."""
    kinds = ", ".join(sorted(provider.resume_types)) or "any kind"
    size = f"at most {megabytes(provider.resume_limit)}" if provider.resume_limit else "no documented limit"
    return f"{kinds}; {size}"


def after_doubt(provider: Provider) -> str:
    """Say what happens after a try without a readable answer."""
    if provider.doubt_stays:
        return f"the ATS is asked first; the delivery says `possible_duplicate` {provider.doubt_stays}"
    if has_own(provider, "lookup") or provider.is_idempotent:
        return "the ATS is asked first: nothing arrives twice"
    return "repeated; the delivery says `possible_duplicate`"


def limit_of(provider: Provider) -> str:
    """Say how many calls an ATS takes."""
    if provider.rate is None:
        return "none documented"
    seconds = provider.rate.per.total_seconds()
    whose = "for all connections together" if provider.rate.scope == "sender" else "for a connection"
    return f"{provider.rate.calls} calls in {seconds:g} s {whose}"


def has_own(provider: Provider, method: str) -> bool:
    """Tell whether an adapter has a method of its own."""
    return getattr(type(provider), method) is not getattr(Provider, method)


def markdown(found: Capabilities) -> str:
    """Return the table of one adapter for its page."""
    rows = (
        ("takes", found.carries),
        ("cannot take", found.drops),
        ("CV", found.resume),
        ("what a job requires", found.job_form),
        ("after an unclear answer", found.after_doubt),
        ("limit", found.limit),
        ("not certain", found.beta),
    )
    lines = ("| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows))
    return "\n".join((BEGIN, *lines, END))


def overview(all_found: list[Capabilities]) -> str:
    """Return the table of all adapters."""
    head = ("| ATS | takes | cannot take | after an unclear answer | beta |", "|---|---|---|---|---|")
    rows = (
        f"| [{c.name}]({c.slug}.md) | {c.carries} | {c.drops} | {c.after_doubt} | {'no' if c.beta == 'no' else 'yes'} |"
        for c in all_found
    )
    return "\n".join((BEGIN, *head, *rows, END))


def put_into(page: Path, table: str) -> None:
    """Replace the generated part of a page.

    Raises ValueError where the page has no place for it.
    """
    text = page.read_text()
    begin, end = text.index(BEGIN), text.index(END) + len(END)
    page.write_text(text[:begin] + table + text[end:])
