"""Before a connection is switched on: which past applications would have lacked what?

Recent applications of the customer are held against what their jobs ask in the ATS. Only questions
are asked there; nothing is sent.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import uuid4

from django.utils import timezone

from .adapters import adapter
from .capabilities import has_own, part_words
from .errors import DeliveryError, Unavailable
from .intake import described
from .messages import ApplicationData, build
from .models import ATSConfig
from .providers import exchange, registry
from .providers.base import Provider, Submission
from .providers.job_forms import JobForm
from .sessions import StoredSessions

#: A person waits for the result: after this no further job is asked about.
PATIENCE = timedelta(seconds=20)
SLOW = "The ATS was slow: not all jobs were asked about."
LOOK_BACK = timedelta(days=90)
MOST = 50


@dataclass(frozen=True, kw_only=True)
class Line:
    """One past application: what its job asks and it lacks, and what the ATS cannot take."""

    application_id: str
    vacancy: str
    missing: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    problem: str = ""

    @property
    def lost(self) -> str:
        """What the ATS cannot take, in words."""
        return part_words(self.dropped)

    @property
    def is_fine(self) -> bool:
        """Tell whether it would have arrived with everything its job requires."""
        return not (self.missing or self.problem)


@dataclass(frozen=True)
class Preview:
    """What the ATS can be asked, and how past applications would have fared."""

    asks_jobs: bool
    lines: tuple[Line, ...] = ()
    problem: str = ""

    @property
    def lacking(self) -> int:
        """How many would have lacked something."""
        return sum(not line.is_fine for line in self.lines)


@dataclass
class Look:
    """One preview under way: each job is asked about once, until time is up or the ATS turns out to be out of reach."""

    config: ATSConfig
    provider: Provider
    credentials: dict[str, Any]
    forms: dict[str, JobForm | str | None] = field(default_factory=dict)
    ends: float = field(default_factory=lambda: time.monotonic() + PATIENCE.total_seconds())
    over: str = ""

    def lines(self, applications: Any) -> Iterator[Line]:
        """Yield how each application would have fared."""
        for application in applications:
            if data := described(application):
                yield self.line(data)

    def line(self, data: ApplicationData) -> Line:
        """Hold one application against its job."""
        submission = self.submission(data)
        form = self.form(submission)
        about: dict[str, Any] = {"application_id": data.application.id, "vacancy": data.vacancy.title}
        if isinstance(form, str):
            return Line(**about, problem=form)
        told = self.provider.told(submission.message, form) if form else frozenset()
        missing = form.missing(submission.message, told) if form else ()
        lost = self.provider.lost(replace(submission, job_form=form))
        return Line(**about, missing=missing, dropped=lost)

    def submission(self, data: ApplicationData) -> Submission:
        """Return the application as it would have been handed in, without its CV's bytes."""
        message = build(data, message_id=uuid4(), created_at=timezone.now(), ats=self.config.snapshot())
        return Submission(message=message, settings=self.config.settings, credentials=self.credentials)

    def form(self, submission: Submission) -> JobForm | str | None:
        """Return what a job asks, or why that cannot be told."""
        job = submission.message.vacancy.external_id
        if job not in self.forms:
            self.forms[job] = self.over or self.asked(submission)
        if time.monotonic() > self.ends:
            self.over = self.over or SLOW
        return self.forms[job]

    def asked(self, submission: Submission) -> JobForm | str | None:
        """Ask the ATS about a job."""
        try:
            return exchange.look_at_job(self.provider, submission, StoredSessions(self.config))
        except DeliveryError as error:
            problem = error.detail or str(error.outcome.label)
            if isinstance(error, Unavailable):
                self.over = problem
            return problem


def preview(config: ATSConfig, most: int = MOST) -> Preview:
    """Hold the latest applications of a connection's customer against their jobs. Never raises for an ATS."""
    try:
        look = Look(config, registry.get(config.provider), config.credentials.reveal())
    except DeliveryError as error:
        return Preview(asks_jobs=False, problem=error.detail)
    now = timezone.now()
    recent = adapter().received_between(now - LOOK_BACK, now, [config.customer_id]).reverse()
    lines = tuple(look.lines(islice(recent.iterator(), most)))
    return Preview(asks_jobs=has_own(look.provider, "form_request"), lines=lines)
