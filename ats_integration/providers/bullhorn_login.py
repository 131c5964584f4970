"""How Bullhorn lets one in: where the account lives, OAuth by user name and password, then a REST session."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from ..errors import Rejected, Unauthorized, Unavailable
from .base import Provider
from .calls import Request, Response, Session, Submission, get, path
from .config_fields import ConfigField
from .failures import in_words
from .steps import Step

#: How long a session is asked for; one that ends earlier answers 401 and is renewed.
LIFETIME = timedelta(minutes=30)
#: What the customer enters for the login.
LOGIN_FIELDS = (
    ConfigField(
        name="client_id",
        label="Client ID",
        help="From Bullhorn Support, by ticket: ask for REST API credentials.",
        pattern=r"[A-Za-z0-9][A-Za-z0-9._-]*",
    ),
    ConfigField(name="client_secret", label="Client secret", help="From the same ticket.", secret=True),
    ConfigField(
        name="username",
        label="API user name",
        help="From the same ticket. This user must sign in through a browser once, to accept the terms.",
    ),
    ConfigField(name="password", label="API user's password", help="From the same ticket.", secret=True),
    ConfigField(
        name="redirect_uri",
        label="Redirect URI",
        help="Only if one was registered for the key.",
        required=False,
        pattern=r"https?://\S+",
    ),
)

SAID = re.compile(r'class="error">\s*([^<]{1,200})')
NO_CODE = "Bullhorn gave no code. Has the API user signed in through a browser once, to accept the terms?"


class WithLogin(Provider):
    """The part of the adapter that opens a session and notices when it is over."""

    def login(self, submission: Submission) -> tuple[Step, ...]:
        """Ask where the account lives, get a code, a token for it, and a session for that."""
        return (
            Step(name="homes", build=self.ask_homes, read=self.read_homes),
            Step(name="code", build=self.ask_code, read=self.read_code),
            Step(name="access", build=self.ask_access, read=self.read_access),
            Step(name="session", build=self.ask_session, read=self.read_session),
        )

    def session_of(self, submission: Submission) -> Session:
        """Return the session's token and where all other calls go."""
        return Session(values=submission.kept["session"], lifetime=LIFETIME)

    def is_logged_out(self, response: Response) -> bool:
        """Notice a session that is over (401) or unknown (412)."""
        return response.status in (401, 412)

    def moved(self, request: Request, response: Response) -> Request | None:
        """Follow 307, which names the right data centre, with method and body."""
        target = urlsplit(response.headers.get("location", ""))
        if response.status != 307 or not target.netloc:
            return None
        return Request(
            method=request.method,
            base_url=f"{target.scheme}://{target.netloc}",
            path=target.path,
            params=tuple(parse_qsl(target.query, keep_blank_values=True)),
            headers=request.headers,
            json=request.json,
        )

    def explain(self, response: Response) -> str:
        """Return the words of the REST API or of the token endpoint."""
        said = (response.get("errorMessage"), response.get("error_description"))
        return next(filter(None, map(in_words, said)), "") or super().explain(response)

    def ask_homes(self, submission: Submission) -> Request:
        """Return the question where the account lives."""
        return get(path("rest-services", "loginInfo"), username=submission.settings["username"])

    def read_homes(self, submission: Submission, response: Response) -> dict[str, str]:
        """Return the addresses of the account's data centre."""
        return {"oauth": self.required(response, "oauthUrl"), "rest": self.required(response, "restUrl")}

    def ask_code(self, submission: Submission) -> Request:
        """Return the sign-in."""
        given = self.given(submission.settings)
        asked = {"client_id": given["client_id"], "response_type": "code", "action": "Login"}
        user = {"username": given["username"], "password": submission.credentials["password"]}
        back = {"redirect_uri": given["redirect_uri"]} if "redirect_uri" in given else {}
        return self.at("oauth", "GET", "/authorize", submission, {**asked, **user, **back})

    def read_code(self, submission: Submission, response: Response) -> str:
        """Return the code of the redirect, which is not followed; a page instead says what is wrong."""
        if not 200 <= response.status < 400:
            self.require_success(response)
        query = urlsplit(response.headers.get("location", "")).query.replace("+", "%2B")
        if code := parse_qs(query).get("code"):
            return code[0]
        said = SAID.search(response.text)
        raise Unauthorized(said[1].strip() if said else NO_CODE, status=response.status)

    def ask_access(self, submission: Submission) -> Request:
        """Return the exchange of the code, which works once."""
        client = {
            "client_id": submission.settings["client_id"],
            "client_secret": submission.credentials["client_secret"],
        }
        asked = {"grant_type": "authorization_code", "code": submission.kept["code"], **client}
        return self.at("oauth", "POST", "/token", submission, asked)

    def read_access(self, submission: Submission, response: Response) -> str:
        """Return the access token."""
        if response.get("error") == "invalid_client":
            raise Unauthorized(self.explain(response), status=response.status)
        return self.required(response, "access_token", redo="code")

    def ask_session(self, submission: Submission) -> Request:
        """Return the opening of a session."""
        minutes = str(int(LIFETIME.total_seconds() // 60))
        asked = {"version": "*", "access_token": submission.kept["access"], "ttl": minutes}
        return self.at("rest", "POST", "/login", submission, asked)

    def read_session(self, submission: Submission, response: Response) -> dict[str, str]:
        """Return the session; its address is another one than that of the login."""
        token = self.required(response, "BhRestToken", redo="code")
        return {"token": token, "rest_url": self.required(response, "restUrl")}

    def at(self, home: str, method: str, step: str, submission: Submission, params: dict[str, Any]) -> Request:
        """Return a call to one of the account's addresses."""
        base_url = submission.kept["homes"][home]
        return Request(method=method, path=step, base_url=base_url, params=tuple(params.items()))

    def required(self, response: Response, key: str, *, redo: str = "") -> str:
        """Return what a successful answer must tell; a refusal may send us back to an earlier step."""
        self.require_success(response, redo=redo)
        if value := response.get(key):
            return str(value)
        raise login_failed("Bullhorn's answer to the login could not be read.", response)

    def require_success(self, response: Response, *, redo: str = "") -> None:
        """Raise what an answer means; nothing was handed in, so a refusal is no rejected application."""
        try:
            self.success(response)
        except Rejected as error:
            raise login_failed(error.detail, response, redo=redo) from None


def login_failed(words: str, response: Response, *, redo: str = "") -> Unavailable:
    """Return the failure of a login that another try may mend: codes and tokens work once."""
    return Unavailable(words, status=response.status, code="login_failed", redo=redo)
