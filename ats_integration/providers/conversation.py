"""One try at one delivery: log in where needed, settle a doubt, look what the job asks, then walk the steps."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace

from django.core.cache import cache

from ..errors import DeliveryError, JobClosed, Rejected, Unauthorized, Unavailable, Uncertain
from ..messages import Message
from .answers import dressed
from .base import APPLICATION, Provider, Receipt, Submission
from .fitting import misfit
from .job_forms import JobForm
from .parts import job_id
from .steps import Kept, Lookup, Progress, Step
from .talk import Talk

FORM_SECONDS = 600  # how long a job's questions are remembered

#: What an ATS may answer because a job is not as we remember it.
ABOUT_JOB = (JobClosed, Rejected, Unauthorized)
#: Where `kept` remembers across tries which parts optional steps could not hand over.
REFUSED = "refused"


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


class Conversation(Talk):
    """One try, from the login to the receipt."""

    def __init__(self, provider: Provider, submission: Submission, progress: Progress) -> None:
        super().__init__(provider, submission, progress)
        self.is_certain = self.was_there = False

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
            if isinstance(error, ABOUT_JOB):
                self.forget_form()
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

    def forget_form(self) -> None:
        """Let the next try ask what the job asks: it may have changed, or be closed by now."""
        if self.submission.job_form:
            cache.delete(form_key(self.submission.message))

    def look(self) -> JobForm | None:
        """Only learn what the job asks.

        Raises a DeliveryError; also for a job that is not found, which handing in would just try.
        """
        self.enter()
        form = self.job_form()
        if self.last.status == 404:
            raise dressed(self.provider.failure(self.last), self.last, self.redact)
        return form

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
            receipt=Receipt(reference=receipt.reference, dropped=tuple(dict.fromkeys(lost))),
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
        self.keep(found, is_durable=True)

    def look_at_form(self) -> None:
        """Learn what the job asks; refuse to send what the ATS would take although it is incomplete."""
        message = self.submission.message
        if not self.provider.wants_form(message) or (form := self.job_form()) is None:
            return
        self.submission = replace(self.submission, job_form=form)
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
        self.progress.save(self.submission.kept)  # holds the claim for the calls that follow
        if form:
            cache.set(key, form.to_json(), FORM_SECONDS)
        return form


def form_key(message: Message) -> str:
    """Return the key under which a job's questions are remembered: another connection or job has another."""
    asked = json.dumps([message.ats.model_dump(mode="json"), job_id(message)], sort_keys=True)
    return "ats-form-" + hashlib.sha256(asked.encode()).hexdigest()
