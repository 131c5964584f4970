"""How one talks to an ATS: one call after the other, in a session where the ATS wants a login."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from ..conf import conf
from ..errors import DeliveryError, OurFault, Unavailable, Uncertain
from ..redaction import redactor_for
from ..resumes import reading
from . import transport
from .answers import dressed
from .base import Provider, Response, Submission
from .calls import Request, Session
from .steps import Progress, Step

Value = TypeVar("Value")


def address(provider: Provider, base_url: str, settings: Mapping[str, Any]) -> str:
    """Return the base address: the connection's own, or the vendor's production one.

    Raises OurFault where neither is known.
    """
    try:
        return base_url or provider.home(settings)
    except LookupError:
        words = f"The connection has no base address: enter the one that {provider.name} gave you."
        raise OurFault(words, code="config_incomplete") from None


class Talk:
    """The calls about one submission, and what they leave behind."""

    def __init__(self, provider: Provider, submission: Submission, progress: Progress) -> None:
        self.provider, self.progress = provider, progress
        if (submission.kept, submission.is_doubtful) != (progress.kept, progress.is_doubtful):
            submission = replace(submission, kept=dict(progress.kept), is_doubtful=progress.is_doubtful)
        self.submission = submission
        self.base_url = address(provider, submission.message.ats.base_url, submission.settings)
        self.redact = redactor_for(submission.message, submission.credentials.values())
        self.last = Response(status=0)
        self.ends = time.monotonic() + conf.try_timeout.total_seconds()

    def enter(self) -> Submission:
        """Log in, where the ATS wants that; return the submission with its session.

        Raises a DeliveryError.
        """
        if self.provider.login(self.submission):
            self.open_session()
        return self.submission

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
        """Send one request, unless the try has lasted too long; the CV is read from its start."""
        if time.monotonic() > self.ends:
            raise Unavailable("The ATS answered so slowly that the try was given up.", code="try_timeout")
        if self.submission.resume:
            with reading():
                self.submission.resume.stream.seek(0)
        return transport.call(request.base_url or self.base_url, request)

    def open_session(self, over: Mapping[str, Any] | None = None) -> None:
        """Take the connection's session, or open a new one instead of the one that is over."""
        session = self.progress.sessions.get(self.log_in, over=over)
        self.submission = replace(self.submission, session=session)
        self.progress.save(self.submission.kept)
        secrets = (*self.submission.credentials.values(), *session.values())
        self.redact = redactor_for(self.submission.message, secrets)

    def log_in(self) -> Session:
        """Log in; once more from the start where what one step gave was over before the next one used it."""
        try:
            return self.walk_login()
        except DeliveryError as error:
            if not error.redo:
                raise
        return self.walk_login()

    def walk_login(self) -> Session:
        """Walk the steps of the login; whatever becomes of it, they leave nothing behind but the session."""
        kept = self.submission.kept
        self.submission = replace(self.submission, session={})
        try:
            for step in self.provider.login(self.submission):
                self.take_login(step)
                self.progress.save(kept)
            return self.provider.session_of(self.submission)
        finally:
            self.submission = replace(self.submission, kept=kept)

    def take_login(self, step: Step) -> None:
        """Take one step of the login; no answer is left behind, either."""
        try:
            self.keep({step.name: self.ask(step.build, step.read)}, is_durable=False)
        except Uncertain as error:  # nobody was handed in: nothing can have arrived
            raise Unavailable(error.detail, code="send_failed", status=error.status) from None
        except DeliveryError as error:
            error.excerpt = ""  # an answer that could not be read may hold a token
            raise
