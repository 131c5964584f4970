"""Hand one application in: let the adapter build, let the transport call, let the adapter judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import DeliveryError, OurFault, Uncertain
from ..redaction import Redactor
from . import transport
from .answers import dressed, is_json
from .base import Probe, Provider, Response, Submission
from .conversation import Accepted, Conversation
from .job_forms import JobForm
from .steps import Progress, Sessions
from .talk import address

__all__ = ["Accepted", "address", "ask", "hand_in", "logged_in", "look_at_job"]

NOT_AN_API = "Something answered, but it is not the API of {}: check the base address."


def hand_in(provider: Provider, submission: Submission, progress: Progress | None = None) -> Accepted:
    """Deliver one application; the receipt names what the ATS could not be told.

    Raises a DeliveryError whose texts are redacted and that carries status and Retry-After.
    """
    require_complete(provider, submission.settings, submission.credentials)
    return Conversation(provider, submission, progress or Progress()).run()


def look_at_job(provider: Provider, submission: Submission, sessions: Sessions) -> JobForm | None:
    """Return what the job of a submission asks; None where the ATS does not tell.

    Raises a DeliveryError.
    """
    require_complete(provider, submission.settings, submission.credentials)
    return Conversation(provider, submission, Progress(sessions=sessions)).look()


def logged_in(provider: Provider, submission: Submission) -> Submission:
    """Return a submission with a session of its own, where the ATS wants a login.

    Raises a DeliveryError.
    """
    return Conversation(provider, submission, Progress()).enter()


def ask(provider: Provider, probe: Probe, base_url: str, redact: Redactor) -> None:
    """Make one harmless call; returning means that it proved what it was to prove.

    Raises a DeliveryError whose texts are redacted.
    """
    response = transport.call(base_url, probe.request)
    try:
        probe.read(response) if probe.read else require_api(provider, response)
    except DeliveryError as error:
        raise dressed(error, response, redact) from None


def require_api(provider: Provider, response: Response) -> None:
    """Accept a 2xx answer in JSON, or raise the failure that another one means."""
    if not is_json(provider.success(response)):
        raise Uncertain(NOT_AN_API.format(provider.name))


def require_complete(provider: Provider, settings: Mapping[str, Any], credentials: Mapping[str, Any]) -> None:
    """Refuse to call with a connection that lacks something the adapter needs."""
    if problems := provider.problems(settings, credentials):
        named = ", ".join(sorted(problems))
        raise OurFault(f"The connection has missing or wrong values: {named}.", code="config_incomplete")
