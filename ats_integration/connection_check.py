"""Test a connection by the harmless calls its ATS offers, and say what they prove. Used by the pages and the admin."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from .errors import DeliveryError, JobClosed, Uncertain
from .explanations import explain
from .messages import Application, ApplicationData, Ats, Candidate, Customer, Message, Vacancy, build
from .models import ATSConfig
from .providers import exchange, registry
from .providers.base import Probe, Provider, Submission, Values
from .redaction import Redactor

#: A person waits for the result: after this no further question is asked.
PATIENCE = timedelta(seconds=20)
#: More jobs than this are not asked for, one call each.
MOST_JOBS = 25

NOT_IDS = ("", ".", "..")


@dataclass(frozen=True, kw_only=True)
class ConnectionReport:
    """What a test found, in sentences for people; no secret is in them.

    Unknown jobs do not make a connection bad: applications for the others arrive.
    """

    proven: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    unknown_jobs: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether nothing stands in the way."""
        return not self.problems


def check_connection(config: ATSConfig, job_ids: Sequence[str] = ()) -> ConnectionReport:
    """Test a connection, and whether the ATS has these jobs. Never raises for anything an ATS does."""
    try:
        provider, credentials = registry.get(config.provider), config.credentials.reveal()
    except DeliveryError as error:
        return ConnectionReport(problems=(error.detail,))
    if wrong := provider.problems(config.settings, credentials):
        labels = {field.name: field.label for field in provider.fields}
        return ConnectionReport(problems=tuple(f"{labels[name]}: {problem}" for name, problem in wrong.items()))
    try:
        check = Check(provider, config, credentials)
    except DeliveryError as error:  # no base address
        return ConnectionReport(problems=(f"{provider.name}: {error.detail}",))
    return check.run(job_ids)


class Check:
    """One test under way: ask, and collect what the answers say."""

    def __init__(self, provider: Provider, config: ATSConfig, credentials: Values) -> None:
        self.provider, self.settings, self.credentials = provider, config.settings, credentials
        self.own_url = config.base_url
        self.base_url = exchange.address(provider, config.base_url, config.settings)
        self.redact = Redactor(map(str, credentials.values()))
        self.submission = Submission(message=about_nobody(config), settings=self.settings, credentials=credentials)
        self.proven: list[str] = []
        self.unproven = list(provider.unproven)
        self.problems: list[str] = []
        self.unknown_jobs: list[str] = []

    def run(self, job_ids: Sequence[str]) -> ConnectionReport:
        """Ask everything, until a problem makes more questions useless or time is up."""
        ends = time.monotonic() + PATIENCE.total_seconds()
        for probe in self.probes(job_ids):
            if time.monotonic() > ends:
                self.unproven.append("The ATS was slow: not all jobs were asked for.")
                break
            self.put(probe)
            if self.problems:
                break
        return ConnectionReport(
            proven=tuple(self.proven),
            unproven=tuple(self.unproven),
            problems=tuple(self.problems),
            unknown_jobs=tuple(self.unknown_jobs),
        )

    def probes(self, job_ids: Sequence[str]) -> tuple[Probe, ...]:
        """Return the questions; none where the ATS did not let us log in."""
        try:
            self.submission = exchange.logged_in(self.provider, self.submission)
        except DeliveryError as error:
            self.problems.append(self.in_words(error))
            return ()
        self.redact = Redactor(map(str, (*self.credentials.values(), *self.submission.session.values())))
        return self.provider.probes(self.submission, self.askable(job_ids))

    def askable(self, job_ids: Sequence[str]) -> list[str]:
        """Return the ids to ask for: each once, and not more than a person wants to wait for."""
        found = [job for job in dict.fromkeys(job.strip() for job in job_ids) if job not in NOT_IDS]
        if len(found) > MOST_JOBS:
            self.unproven.append(f"Only the first {MOST_JOBS} of {len(found)} jobs were asked for.")
        return found[:MOST_JOBS]

    def put(self, probe: Probe) -> None:
        """Ask one question."""
        try:
            exchange.ask(self.provider, probe, self.address(probe), self.redact)
        except DeliveryError as error:
            self.note(probe, error)
        else:
            self.proven.append(probe.proves)

    def address(self, probe: Probe) -> str:
        """Return where to ask: some questions go to another host, but a connection's own address stands for all."""
        if self.submission.session:  # the login told where
            return probe.request.base_url or self.base_url
        return self.own_url or probe.request.base_url or self.base_url

    def note(self, probe: Probe, error: DeliveryError) -> None:
        """Sort a failure: a job that is not there, an account that is not there, or a problem with the ATS."""
        is_unknown = isinstance(error, JobClosed) and error.code == JobClosed.default_code
        if is_unknown and probe.job_id:
            self.unknown_jobs.append(probe.job_id)
        elif is_unknown:
            self.problems.append(probe.denies)
        elif probe.job_id and error.code == Uncertain.default_code:
            self.unproven.append(f"Job {probe.job_id}: {error.detail}")
        else:
            self.problems.append(self.in_words(error))

    def in_words(self, error: DeliveryError) -> str:
        """Say what went wrong, in one sentence."""
        said = f": {error.detail}" if error.detail else "."
        return f"{self.provider.name} {explain(error.code).happened}{said}"


def about_nobody(config: ATSConfig) -> Message:
    """Return a message without a person or a job, to log in with."""
    now = timezone.now()
    data = ApplicationData(
        application=Application(id="", submitted_at=now),
        candidate=Candidate(first_name="", email=""),
        vacancy=Vacancy(id="", title=""),
        customer=Customer(id="", name=""),
    )
    ats = Ats(config_id=config.pk or 0, provider=config.provider, base_url=config.base_url, settings=config.settings)
    return build(data, message_id=uuid4(), created_at=now, ats=ats)
