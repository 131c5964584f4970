"""One try at one delivery: log in where needed, settle a doubt, look what the job asks, then walk the steps."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from django.core.cache import cache

from ..errors import DeliveryError, JobClosed, Rejected, Unavailable, Uncertain
from ..messages import Message
from ..redaction import redactor_for
from . import transport
from .answers import dressed
from .base import APPLICATION, Provider, Receipt, Response, Submission
from .calls import Request, Session
from .fitting import misfit
from .job_forms import JobForm
from .parts import job_id
from .steps import Kept, Lookup, Progress, Step

FORM_SECONDS = 600  # how long a job's questions are remembered

#: Where `kept` remembers across tries which parts optional steps could not hand over.
REFUSED = "refused"

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A success: the adapter's receipt, the HTTP status and a redacted piece of the answer.

    `was_there` tells that an earlier, uncertain try had arrived; `is_certain` that the ATS was asked.
    """

    receipt: Receipt
    status: int
    excerpt: str
    was_there: bool = False
    is_certain: bool = False


def address(provider: Provider, base_url: str, settings: Mapping[str, Any]) -> str:
    """Return the base address: the connection's own, or the vendor's production one."""
    return base_url or provider.home(settings)


class Conversation:
    """The calls of one try, and what they leave behind."""

    def __init__(self, provider: Provider, submission: Submission, progress: Progress) -> None:
        self.provider, self.progress = provider, progress
        self.submission = replace(submission, kept=dict(progress.kept), is_doubtful=progress.is_doubtful)
        self.base_url = address(provider, submission.message.ats.base_url, submission.settings)
        self.redact = redactor_for(submission.message, submission.credentials.values())
        self.is_certain = self.was_there = False
        self.last = Response(status=0)

    def run(self) -> Accepted:
        """Deliver.

        Raises a DeliveryError, dressed with what the answer said.
        """
        self.provider.check(self.submission.message)
        self.require_fitting_resume()
        self.enter()
        if self.submission.is_doubtful:
            self.settle_doubt()
        self.look_at_form()
        try:
            self.walk()
        except DeliveryError as error:
            if error.redo not in self.submission.kept:
                raise
            self.forget(error.redo)
            self.walk()
        return self.accepted()

    def walk(self) -> None:
        """Take the steps that are not yet done."""
        steps = self.provider.steps(self.submission)
        for step in steps:
            self.take(step, is_last=step is steps[-1])

    def forget(self, name: str) -> None:
        """Drop what a step left behind: the ATS does not know it any more."""
        kept = {known: value for known, value in self.submission.kept.items() if known != name}
        self.submission = replace(self.submission, kept=kept)
        self.progress.save(kept)

    def look(self) -> JobForm | None:
        """Only learn what the job asks.

        Raises a DeliveryError.
        """
        self.enter()
        return self.job_form()

    def enter(self) -> Submission:
        """Log in, where the ATS wants that; return the submission with its session.

        Raises a DeliveryError.
        """
        if self.provider.login(self.submission):
            self.open_session()
        return self.submission

    def require_fitting_resume(self) -> None:
        """Refuse a CV that the ATS is known not to take, before anything is sent."""
        if self.submission.resume and (why := misfit(self.provider, self.submission.resume)):
            code, words = why
            raise Rejected(words, code=code)

    def accepted(self) -> Accepted:
        """Put the receipt together."""
        receipt = self.provider.receipt(self.submission)
        lost = (*self.provider.lost(self.submission), *receipt.dropped, *self.refused)
        return Accepted(
            receipt=replace(receipt, dropped=tuple(dict.fromkeys(lost))),
            status=self.last.status,
            excerpt=self.redact(self.last.text),
            was_there=self.was_there,
            is_certain=self.is_certain or self.provider.is_idempotent,
        )

    @property
    def refused(self) -> tuple[str, ...]:
        """The parts that optional steps could not hand over, in this try or an earlier one."""
        return tuple(self.submission.kept.get(REFUSED, ()))

    def take(self, step: Step, *, is_last: bool) -> None:
        """Make one call, unless an earlier try did; the last one is made durable by the receipt itself."""
        if step.name in self.submission.kept and not step.fresh:
            return
        before = self.last
        try:
            value = self.ask(step.build, step.read, step.pause)
        except (Rejected, JobClosed):
            if not step.drops:
                raise
            self.keep({REFUSED: [*self.refused, step.drops]}, is_durable=False)
            value = None
        if self.last is before and step.name in self.submission.kept:
            return  # no call was needed: what was kept stays
        self.keep({step.name: value}, is_durable=not is_last)

    def keep(self, found: Mapping[str, Any], *, is_durable: bool) -> None:
        """Remember what a step left behind."""
        self.submission = replace(self.submission, kept={**self.submission.kept, **found})
        if is_durable:
            self.progress.save(self.submission.kept)

    def ask(
        self,
        build: Callable[[Submission], Request | None],
        read: Callable[[Submission, Response], Value],
        pause: timedelta = timedelta(0),
    ) -> Value | None:
        """Make one call and read its answer; once again with a new session where the old one is over."""
        request = build(self.submission)
        if request is None:
            return None
        if self.last.status:
            time.sleep(pause.total_seconds())
        response = self.call(request)
        if self.submission.session and self.provider.is_logged_out(response):
            self.open_session(over=self.submission.session)
            response = self.call(build(self.submission) or request)
        try:
            return read(self.submission, response)
        except DeliveryError as error:
            raise dressed(error, response, self.redact, self.provider.wait(response)) from None

    def call(self, request: Request) -> Response:
        """Send one request, once more where the vendor says that it belongs to another of its hosts."""
        self.last = self.send(request)
        if moved := self.provider.moved(request, self.last):
            self.last = self.send(moved)
        return self.last

    def send(self, request: Request) -> Response:
        """Send one request; the CV is read from its start."""
        if self.submission.resume:
            self.submission.resume.stream.seek(0)
        return transport.call(request.base_url or self.base_url, request)

    def open_session(self, over: Mapping[str, Any] | None = None) -> None:
        """Take the connection's session, or open a new one instead of the one that is over."""
        session = self.progress.sessions.get(self.log_in, over=over)
        self.submission = replace(self.submission, session=session)
        secrets = (*self.submission.credentials.values(), *session.values())
        self.redact = redactor_for(self.submission.message, secrets)

    def log_in(self) -> Session:
        """Walk the steps of the login; they leave nothing behind but the session."""
        kept = self.submission.kept
        self.submission = replace(self.submission, session={})
        for step in self.provider.login(self.submission):
            self.keep({step.name: self.ask(step.build, step.read)}, is_durable=False)
        made = self.provider.session_of(self.submission)
        self.submission = replace(self.submission, kept=kept)
        return made

    def settle_doubt(self) -> None:
        """Ask whether an earlier try arrived, where the ATS can be asked; one whose receipt we have did."""
        if APPLICATION in self.submission.kept:
            self.is_certain = True
            return
        found: Kept | Lookup | None = self.provider.lookup(self.submission)
        while isinstance(found, Lookup):
            found = self.ask(found.build, found.read)
        if found is None:
            return
        self.is_certain, self.was_there = True, bool(found)
        self.keep(found, is_durable=bool(found))

    def look_at_form(self) -> None:
        """Learn what the job asks; refuse to send what the ATS would take although it is incomplete."""
        if not (self.provider.accepts_incomplete or self.provider.reads_form):
            return
        if (form := self.job_form()) is None:
            return
        self.submission = replace(self.submission, job_form=form)
        message = self.submission.message
        if self.provider.accepts_incomplete and (lacks := form.missing(message, self.provider.told(message, form))):
            raise Rejected(f"The job requires what the application lacks: {'; '.join(lacks)}.", code="answers_missing")

    def job_form(self) -> JobForm | None:
        """Return the questions of the job, remembered for a while."""
        if self.provider.form_request(self.submission) is None:
            return None
        key = form_key(self.submission.message)
        if (known := cache.get(key)) is not None:
            return JobForm.from_json(known)
        try:
            form = self.ask(self.provider.form_request, lambda _submission, response: self.provider.form_of(response))
        except Uncertain as error:  # we only asked: nothing can have arrived
            raise Unavailable(error.detail, code="send_failed", status=error.status, excerpt=error.excerpt) from None
        if form:
            cache.set(key, form.to_json(), FORM_SECONDS)
        return form


def form_key(message: Message) -> str:
    """Return the key under which a job's questions are remembered: another connection or job has another."""
    asked = json.dumps([message.ats.model_dump(mode="json"), job_id(message)], sort_keys=True)
    return "ats-form-" + hashlib.sha256(asked.encode()).hexdigest()
