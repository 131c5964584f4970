"""How Carerix lets one in: a token for an OAuth client, from the customer's own realm."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from ..errors import DeliveryError, JobClosed, Rejected, Unauthorized, Unavailable
from .base import Provider
from .calls import Request, Response, Session, Submission
from .carerix_calls import SCOPE
from .carerix_parts import refusal, said
from .failures import in_words
from .steps import Step

#: A token that does not say how long it is good, and the longest that one is kept, in seconds.
SHORT, LONG = 60, 3600
#: What the token endpoint says (RFC 6749, 5.2) where another try cannot help.
REFUSED = ("invalid_client", "unauthorized_client", "invalid_scope", "invalid_grant")


class WithLogin(Provider):
    """The part of the adapter that gets a token, notices when it has expired, and reads errors."""

    def login(self, submission: Submission) -> tuple[Step, ...]:
        """Ask for a token."""
        return (Step(name="access", build=ask_token, read=self.read_token),)

    def read_token(self, _submission: Submission, response: Response) -> dict[str, Any]:
        """Return the token and how long to keep it; nothing was handed in, so a refusal is no rejected application."""
        if response.status in (400, 401) and response.get("error") in REFUSED:
            raise Unauthorized(self.explain(response), status=response.status)
        try:
            self.success(response)
        except (Rejected, JobClosed) as error:
            raise Unavailable(error.detail, status=response.status, code="login_failed") from None
        token, seconds = str(response.get("access_token") or ""), response.get("expires_in")
        if not token:
            raise Unavailable("The answer of the token endpoint could not be read.", code="login_failed")
        return {"token": token, "seconds": seconds if isinstance(seconds, int) else SHORT}

    def session_of(self, submission: Submission) -> Session:
        """Keep the token until shortly before it expires."""
        access = submission.kept["access"]
        seconds = max(min(access["seconds"], LONG) * 0.9, SHORT)
        return Session(values={"token": access["token"]}, lifetime=timedelta(seconds=seconds))

    def is_logged_out(self, response: Response) -> bool:
        """Notice an expired token."""
        return response.status == 401

    def failure(self, response: Response) -> DeliveryError:
        """Read GraphQL's errors; "not found" is about the address, never about the job."""
        if response.status == 400 and response.get("errors"):
            return refusal(response)
        if response.status in (404, 410):
            return Unavailable(self.explain(response), status=response.status, code=f"http_{response.status}")
        return super().failure(response)

    def explain(self, response: Response) -> str:
        """Return the words of the API or of the token endpoint."""
        return said(response) or in_words(response.get("error_description")) or super().explain(response)


def ask_token(submission: Submission) -> Request:
    """Return the login; a connection's own base address stands for the host of the token endpoint, too."""
    endpoint = urlsplit(submission.settings["token_endpoint"])
    given = {
        "grant_type": "client_credentials",
        "client_id": submission.settings["client_id"],
        "client_secret": submission.credentials["client_secret"],
        "scope": SCOPE,
    }
    return Request(
        method="POST",
        base_url=submission.message.ats.base_url or f"{endpoint.scheme}://{endpoint.netloc}",
        path=endpoint.path,
        headers={"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"},
        raw=urlencode(given).encode(),
    )
