"""What a job asks: read before anything is handed in, remembered for a while, read again where it may have changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from django.core.cache import cache

from ..errors import Rejected, Unavailable, Uncertain
from ..messages import Message
from .job_forms import JobForm
from .parts import job_id
from .talk import Talk

FORM_SECONDS = 600  # how long a job's questions are remembered


class JobTalk(Talk):
    """Calls that go by what a job asks."""

    #: Whether what the job asks was read by an earlier try.
    is_remembered = False

    def look_at_form(self) -> None:
        """Learn what the job asks; refuse to send what the ATS would take although it is incomplete."""
        if not self.provider.wants_form(self.submission.message):
            return
        self.learn_form()
        if self.is_remembered and self.lacks():
            self.forget_form()
            self.learn_form()
        if lacks := self.lacks():
            words = self.redact(f"The job requires what the application lacks: {'; '.join(lacks)}.")
            raise Rejected(words, code="answers_missing")

    def learn_form(self) -> None:
        """Let the calls that follow know what the job asks, where the ATS tells."""
        if form := self.job_form():
            self.submission = replace(self.submission, job_form=form)

    def lacks(self) -> tuple[str, ...]:
        """Name what the application lacks, where the ATS would take it all the same."""
        message, form = self.submission.message, self.submission.job_form
        if form is None or not self.provider.accepts_incomplete:
            return ()
        return form.missing(message, self.provider.told(message, form))

    def asks_anew(self) -> bool:
        """Forget what the job asked, and read it again where it was remembered; tell whether that is something else."""
        before = self.submission.job_form
        self.forget_form()
        if self.is_remembered:
            self.look_at_form()
        return self.submission.job_form != before

    def forget_form(self) -> None:
        """Let whoever is next ask what the job asks: it may have changed, or be closed by now."""
        if self.submission.job_form:
            cache.delete(form_key(self.submission.message))

    def job_form(self) -> JobForm | None:
        """Return the questions of the job, remembered for a while."""
        if self.provider.form_request(self.submission) is None:
            return None
        known = cache.get(form_key(self.submission.message))
        self.is_remembered = known is not None
        return self.read_form() if known is None else JobForm.from_json(known)

    def read_form(self) -> JobForm | None:
        """Ask for the questions of the job, and remember them."""
        try:
            form = self.ask(self.provider.form_request, lambda _submission, response: self.provider.form_of(response))
        except Uncertain as error:  # we only asked: nothing can have arrived
            raise Unavailable(error.detail, code="send_failed", status=error.status, excerpt=error.excerpt) from None
        self.progress.save(self.submission.kept)  # holds the claim for the calls that follow
        if form:
            cache.set(form_key(self.submission.message), form.to_json(), FORM_SECONDS)
        return form


def form_key(message: Message) -> str:
    """Return the key under which a job's questions are remembered: another connection or job has another."""
    asked = json.dumps([message.ats.model_dump(mode="json"), job_id(message)], sort_keys=True)
    return "ats-job-form-" + hashlib.sha256(asked.encode()).hexdigest()
