"""How OTYS is spoken to: JSON-RPC, a login by key, errors under status 200, uids in many wrappings."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from ..errors import DeliveryError, JobClosed, Rejected, Unauthorized, Unavailable, Uncertain
from .base import Provider
from .calls import Request, Response, Session, Submission
from .failures import in_words
from .job_forms import objects
from .steps import Step

JSON = {"Accept": "application/json", "Content-Type": "application/json"}
#: A session that is over says "Access denied; please login again" or "... first".
DENIED = re.compile(r"access denied", re.IGNORECASE)
ABOUT_JOB = re.compile(r"\b(vacanc(y|ies)|vacature)", re.IGNORECASE)
#: The kind of status that OTYS gives to whoever applies through the website.
THROUGH_WEBSITE = "1"


class Rpc(Provider):
    """The part of the adapter that opens a session, notices when it is over, and reads errors."""

    def login(self, submission: Submission) -> tuple[Step, ...]:
        """Ask for a session."""
        return (Step(name="session", build=log_in, read=self.read_session),)

    def read_session(self, _submission: Submission, response: Response) -> str:
        """Return the session; nothing was handed in, so a refusal is no rejected application."""
        session = response.get("result")
        if response.status == 200 and isinstance(session, str) and session:
            return session
        if response.status == 200 and isinstance(response.json(), dict):
            raise Unauthorized(self.explain(response), status=response.status)
        try:
            self.success(response)
        except (Rejected, JobClosed) as error:
            raise Unavailable(error.detail, status=response.status, code="login_failed") from None
        raise Unavailable("The answer to the login could not be read.", status=response.status, code="login_failed")

    def session_of(self, submission: Submission) -> Session:
        """Keep the session for less than the eight hours after which OTYS's own plugin logs in again."""
        return Session(values={"id": submission.kept["session"]}, lifetime=timedelta(hours=7))

    def is_logged_out(self, response: Response) -> bool:
        """Notice a session that is over."""
        return bool(DENIED.match(self.explain(response)))

    def success(self, response: Response) -> Response:
        """Return a 2xx answer without an error, or raise the failure that it means; an empty error is one, too."""
        error = super().success(response).get("error")
        if error or isinstance(error, dict):
            raise refusal(self.explain(response), response.status)
        return response

    def done(self, _submission: Submission, response: Response) -> int:
        """Accept an answer with a result, whatever that is."""
        if has_result(self.success(response)):
            return response.status
        raise Uncertain("OTYS did not say whether it did that.")

    def failure(self, response: Response) -> DeliveryError:
        """Take "not found" for a fault of the address: no call has a job in its path."""
        if response.status in (404, 410):
            return Unavailable(self.explain(response), status=response.status, code=f"http_{response.status}")
        return super().failure(response)

    def explain(self, response: Response) -> str:
        """Return the message of an error."""
        error = response.get("error")
        return (in_words(error.get("message")) if isinstance(error, dict) else "") or super().explain(response)

    def read_status(self, _submission: Submission, response: Response) -> str:
        """Return the status of who applied through the website; without one the procedure goes all the same."""
        is_refused = response.status == 200 and response.get("error") is not None
        return "" if is_refused else status_uid(self.success(response))

    def require_session(self, response: Response) -> None:
        """Refuse an answer that says the session is over; another error is about the question, not about the key."""
        if self.is_logged_out(super().success(response)):
            raise Unauthorized(self.explain(response), status=response.status)

    def require_shown(self, response: Response) -> None:
        """Refuse a vacancy that OTYS does not show."""
        try:
            shown: Any = self.success(response).get("result")
        except Rejected as error:
            raise JobClosed(error.detail) from None
        if not has_result(response):
            raise Uncertain("Whether it is open could not be read.")
        if not isinstance(shown, dict) or not shown:
            raise JobClosed("OTYS does not show the vacancy.")


def refusal(words: str, status: int) -> DeliveryError:
    """Return the failure that an error of the web service means."""
    if DENIED.match(words):
        return Unauthorized(words, status=status)
    return JobClosed(words, status=status) if ABOUT_JOB.search(words) else Rejected(words, status=status)


def rpc(method: str, *params: Any) -> Request:
    """Return a call of the web service."""
    body = {"jsonrpc": "2.0", "method": method, "params": list(params), "id": 1}
    return Request(method="POST", path="/jservice.php", headers=JSON, json=body)


def log_in(submission: Submission) -> Request:
    """Return the login."""
    return rpc("loginByUid", submission.credentials["api_key"])


def has_result(response: Response) -> bool:
    """Tell whether an answer has a result, whatever that is."""
    body = response.json()
    return isinstance(body, dict) and "result" in body


def uid(response: Response) -> str:
    """Return the uid of what was made, as itself or inside of an object."""
    result = response.get("result")
    if found := in_words(result.get("uid") if isinstance(result, dict) else result):
        return found
    raise Uncertain("OTYS did not say what it made.")


def file_uid(response: Response) -> str:
    """Return the uid of the file that was uploaded: the first one of a list or an object of files."""
    body = response.json()
    files = objects(list(body.values()) if isinstance(body, dict) else body)
    if files and (found := in_words(files[0].get("ouid") or files[0].get("uid"))):
        return found
    raise Uncertain("OTYS did not say how it calls the file.")


def first_uid(response: Response, *, email: str = "") -> str:
    """Return the uid of the first thing in a list, empty where there is none.

    `email` is for people, who are left out where OTYS shows that their address is another one.
    """
    fitting = (in_words(row.get("uid")) for row in rows(response) if address_of(row) in ("", email.lower()))
    return next(filter(None, fitting), "")


def address_of(row: dict[str, Any]) -> str:
    """Return a person's email address as far as OTYS shows it."""
    person = row.get("Person")
    return in_words(person.get("emailPrimary")).lower() if isinstance(person, dict) else ""


def status_uid(response: Response) -> str:
    """Return the status that is meant for people who apply through the website, empty where none is."""
    meant = (row for row in rows(response) if in_words(row.get("automaticallySelectEvent")) == THROUGH_WEBSITE)
    return next((in_words(row.get("uid")) for row in meant), "")


def rows(response: Response) -> list[dict[str, Any]]:
    """Return what a list has.

    Raises Unavailable where the answer is no list: we only asked.
    """
    result = response.get("result")
    found = (result.get("listOutput") or result.get("data") or []) if isinstance(result, dict) else result
    if not isinstance(found, list):
        raise Unavailable("OTYS's list could not be read.", status=response.status)
    return objects(found)
