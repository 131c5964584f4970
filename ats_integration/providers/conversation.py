"""One try at one delivery: log in where needed, settle a doubt, look what the job asks, then walk the steps."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..errors import DeliveryError, JobClosed, Rejected, Unauthorized, Uncertain
from .answers import dressed
from .base import APPLICATION, Provider, Receipt, Submission
from .calls import UNCLEAR
from .fitting import misfit
from .job_forms import JobForm
from .job_talk import JobTalk
from .steps import Kept, Lookup, Progress, Step

#: What an ATS may answer because a job is not as we remember it. The next try asks anew what it asks; after a
#: refusal there is no next try, so this one does.
ABOUT_JOB = (JobClosed, Unauthorized)
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


class Conversation(JobTalk):
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
        if not self.is_walked():
            self.look_at_form()
        try:
            self.walk()
        except DeliveryError as error:
            if not self.mend(error):
                raise
            self.walk()
        return self.accepted()

    def is_walked(self) -> bool:
        """Tell whether no step is left, so that nothing needs to know any more what the job asks."""
        kept = self.submission.kept
        return all(step.name in kept and not step.fresh for step in self.provider.steps(self.submission))

    def walk(self) -> None:
        """Take the steps that are not yet done."""
        steps = self.provider.steps(self.submission)
        for step in steps:
            self.take(step, is_last=step is steps[-1])

    def mend(self, error: DeliveryError) -> bool:
        """Put right what was out of date, a step's result or what the job asks; tell whether to walk once more."""
        if error.redo in self.submission.kept:
            self.forget(error.redo)
            return True
        if isinstance(error, ABOUT_JOB):
            self.forget_form()
        return isinstance(error, Rejected) and self.asks_anew()

    def forget(self, name: str) -> None:
        """Drop what a step left behind: the ATS does not know it any more, nor what unclear calls did with it."""
        kept = {known: value for known, value in self.submission.kept.items() if known not in (name, UNCLEAR)}
        self.submission = replace(self.submission, kept=kept)
        self.progress.save(kept)

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
        except Uncertain:
            self.keep({UNCLEAR: sorted({*self.submission.kept.get(UNCLEAR, ()), step.name})}, is_durable=True)
            raise
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
