"""Would this dead letter go through now? Looks at everything on our side, and calls no ATS."""

from __future__ import annotations

from .errors import CredentialsUnreadable, MessageInvalid, ResumeChanged, ResumeMissing, UnknownProvider
from .intake import described_now
from .messages import ApplicationData, decode
from .models import ATSConfig, DeadLetter, Delivery
from .providers import registry
from .resumes import opened
from .states import Status


def examine(letter: DeadLetter) -> tuple[ApplicationData | None, str]:
    """Return the data to send, and what stands in the way ("" = nothing)."""
    delivery = letter.delivery
    if letter.config is None:
        return None, "Its connection is gone; the letter itself is still in S3."
    if delivery is None:
        return None, "Its delivery is gone: --from-s3 makes it again."
    if delivery.status != Status.DEAD:
        return None, f"Its delivery is {delivery.status} already."
    data = data_of(delivery)
    if data is None:
        return None, "The application cannot be read."
    return data, problem_of(letter.config) or job_problem(letter.config, data) or resume_problem(data)


def data_of(delivery: Delivery) -> ApplicationData | None:
    """Return the application as it is now, or as it was in its message where the host has it no more."""
    if data := described_now(delivery.application_id):
        return data
    try:
        message = decode(delivery.message)
    except MessageInvalid:
        return None
    return ApplicationData(**{name: getattr(message, name) for name in ApplicationData.model_fields})


def problem_of(config: ATSConfig) -> str:
    """Say what keeps a connection from working, without calling its ATS."""
    if not config.is_active:
        return "Its connection is paused."
    try:
        problems = registry.get(config.provider).problems(config.settings, config.credentials.reveal())
    except (UnknownProvider, CredentialsUnreadable) as error:
        return str(error)
    return f"Its connection is incomplete: {', '.join(sorted(problems))}." if problems else ""


def job_problem(config: ATSConfig, data: ApplicationData) -> str:
    """Say whether the vacancy lacks the ATS's job id, where the ATS needs one."""
    is_fine = data.vacancy.external_id or not registry.get(config.provider).needs_job_id
    return "" if is_fine else "Its vacancy has no id of the job in the ATS."


def resume_problem(data: ApplicationData) -> str:
    """Say what is wrong with the CV."""
    try:
        with opened(data.resume):
            return ""
    except (ResumeMissing, ResumeChanged) as error:
        return str(error)
