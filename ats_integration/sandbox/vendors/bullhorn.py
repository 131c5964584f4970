"""Bullhorn, REST API: loginInfo, OAuth, login; then JobOrder, Candidate, file and JobSubmission in a session.

One address plays all of the vendor's hosts: the answers name it. The customer is the API user's name.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from ..accounts import Accounts
from ..drawers import Drawer
from ..uploads import upload_of
from ..values import Call, Refusal, Reply, Taken, Upload
from .base import Vendor, is_email, require

SEARCH = re.compile(r'email:"((?:[^"\\]|\\.)+)" AND isDeleted:0')
QUERY = re.compile(r"candidate\.id=(\d+) AND jobOrder\.id=(\d+) AND isDeleted=false")
#: The fields of a record, with the longest text each one takes.
CANDIDATE = {
    "firstName": 50, "lastName": 50, "name": 100, "email": 100, "phone": 20, "mobile": 20, "status": 100,
    "source": 200, "companyURL": 100, "comments": 1_000_000, "externalID": 50,
}  # fmt: skip
FILE = {"externalID", "fileContent", "fileType", "name", "contentType", "type", "description"}
SUBMISSION = {"candidate", "jobOrder", "status", "dateWebResponse", "source", "comments"}


def says(status: int, words: str, key: str = "errors.badRequest") -> Reply:
    """Return a failure of the REST API."""
    return Reply(status=status, body={"errorMessage": words, "errorMessageKey": key, "errorCode": status})


def made(kind: str, id: str) -> Reply:
    """Return what a PUT says."""
    return Reply(status=200, body={"changedEntityType": kind, "changedEntityId": int(id), "changeType": "INSERT"})


NOT_FOUND = says(404, "Entity not found", "errors.entityNotFound")
WRONG_CLIENT = Reply(status=400, body={"error": "invalid_client", "error_description": "Invalid client."})
SPENT = Reply(status=400, body={"error": "invalid_grant", "error_description": "Invalid or expired code."})
WRONG_USER = Reply(status=200, body='<html><p class="error">Invalid credentials.</p></html>')


class Bullhorn(Vendor):
    """Play Bullhorn with its data centre."""

    slug = "bullhorn"
    replies = {
        "refuse_key": WRONG_CLIENT,
        "closed": Reply(status=200, body={"data": {"id": 0, "isOpen": False, "isDeleted": False}}),
        "reject": says(400, "email is not valid"),
    }
    throttled = says(429, "Too many requests")
    unknown = NOT_FOUND

    def account(self, steps: tuple[str, ...]) -> str:
        is_session = steps[:1] == ("rest-services",) and len(steps) > 2
        return steps[1] if is_session else ""

    def ordered(self, mode: str, call: Call) -> Reply | None:
        """Refuse where Bullhorn would: the client at its token, a job where it is asked for, data at a PUT."""
        touched = {
            "refuse_key": call.steps == ("oauth", "token"),
            "closed": "JobOrder" in call.steps,
            "reject": call.method == "PUT",
        }
        return self.replies[mode] if touched[mode] else None

    def answer(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply | Taken:
        """Let users in, and let sessions look and store."""
        match call.method, call.steps:
            case "GET", ("rest-services", "loginInfo"):
                homes = {"oauthUrl": f"{call.home}/oauth", "restUrl": f"{call.home}/rest-services"}
                return Reply(status=200, body=homes)
            case "GET", ("oauth", "authorize"):
                return authorize(call, accounts, drawer)
            case "POST", ("oauth", "token"):
                return token(call, drawer)
            case "POST", ("rest-services", "login"):
                return log_in(call, drawer)
            case _, ("rest-services", user, *steps) if steps:
                enter(call, drawer, user)
                return self.serve(call, accounts, drawer, tuple(steps))
        return NOT_FOUND

    def serve(self, call: Call, accounts: Accounts, drawer: Drawer, steps: tuple[str, ...]) -> Reply | Taken:
        """Answer a call of a session."""
        user = self.account(call.steps)
        match call.method, steps:
            case "GET", ("ping",):
                return Reply(status=200, body={"sessionExpires": 1795420800000})
            case "GET", ("entity", "JobOrder", job):
                require(accounts.has_job(self.slug, user, job), NOT_FOUND)
                return Reply(status=200, body={"data": {"id": int(job), "isOpen": True, "isDeleted": False}})
            case "GET", ("search", "Candidate"):
                return search(call, drawer, user)
            case "GET", ("query", "JobSubmission"):
                return query(call, drawer)
            case "PUT", ("entity", "Candidate"):
                return made("Candidate", drawer.add("candidates", {**person(call), "user": user}))
            case "PUT", ("file", "Candidate", id):
                require(drawer.get("candidates", id), NOT_FOUND)
                return Reply(status=200, body={"fileId": int(drawer.add("files", {"person": id, "file": file(call)}))})
            case "PUT", ("entity", "JobSubmission"):
                return self.submit(call, drawer)
        return NOT_FOUND

    def submit(self, call: Call, drawer: Drawer) -> Taken:
        """Take a submission; a second one of the same person is taken too."""
        body = call.body
        require(set(body) <= SUBMISSION, says(400, "Unknown field"))
        person, job = (id_in(body.get(name)) for name in ("candidate", "jobOrder"))
        known = drawer.get("candidates", person)
        require(known, NOT_FOUND)
        assert known is not None
        texts = [body.get("status"), body.get("source", ""), body.get("comments", "")]
        require(all(isinstance(text, str) for text in texts) and texts[0], says(400, "status is missing"))
        at = body.get("dateWebResponse")
        require(isinstance(at, int) and at > 1_000_000_000_000, says(400, "dateWebResponse is not in milliseconds"))
        files = drawer.find("files", person=person)
        received = self.received(
            call,
            job=job,
            resume=files[-1][1]["file"] if files else None,
            name=known["name"],
            email=known["email"],
            phone=known.get("phone", ""),
            cover_letter=body.get("comments", ""),
        )
        id = drawer.add("submissions", {"person": person, "job": job})
        fields = {**{f"Candidate.{name}": value for name, value in known.items()}, **body}
        return Taken(reception=replace(received, id=id, fields=fields), reply=made("JobSubmission", id))


def asked(call: Call, name: str) -> str:
    """Return a parameter, or an empty text."""
    return (call.query.get(name) or [""])[0]


def authorize(call: Call, accounts: Accounts, drawer: Drawer) -> Reply:
    """Redirect with a code that works once; say on a page what is wrong."""
    user, password = asked(call, "username"), asked(call, "password")
    require((asked(call, "response_type"), asked(call, "action")) == ("code", "Login"), says(400, "Bad request"))
    require(asked(call, "client_id"), Reply(status=200, body='<html><p class="error">Invalid Client Id</p></html>'))
    fits = accounts.is_known("bullhorn", user) and accounts.fits("bullhorn", user, password)
    require(user and fits, WRONG_USER)
    code = drawer.add("codes", {"user": user}) + ":a/b+c="
    query = urlencode({"code": code, "client_id": asked(call, "client_id")})
    return Reply(status=302, headers={"Location": f"https://www.bullhorn.example/welcome?{query}"})


def token(call: Call, drawer: Drawer) -> Reply:
    """Give a token for a code."""
    require(asked(call, "client_id") and asked(call, "client_secret"), WRONG_CLIENT)
    code, marked, _ = asked(call, "code").partition(":a/b+c=")
    known = drawer.get("codes", code)
    require(known and marked and not drawer.get("spent", code), SPENT)
    assert known is not None
    require(asked(call, "grant_type") == "authorization_code", SPENT)
    drawer.add("spent", {}, id=code)
    access = drawer.add("access", {"user": known["user"]})
    return Reply(
        status=200,
        body={"access_token": f"at-{access}", "token_type": "Bearer", "expires_in": 600, "refresh_token": "rt-1"},
    )


def log_in(call: Call, drawer: Drawer) -> Reply:
    """Open a session for a token."""
    known = drawer.get("access", asked(call, "access_token").removeprefix("at-"))
    require(known and asked(call, "version") == "*", says(400, "Invalid or expired OAuth access token."))
    require(asked(call, "ttl").isdecimal(), says(400, "ttl is not a number"))
    assert known is not None
    session = drawer.add("sessions", {"user": known["user"]})
    home = f"{call.home}/rest-services/{quote(known['user'], safe='')}/"
    return Reply(status=200, body={"BhRestToken": f"bh-{session}", "restUrl": home})


def enter(call: Call, drawer: Drawer, user: str) -> None:
    """Refuse a call without a session of this user."""
    require(call.headers.get("content-type") == "application/json", says(400, "Content-Type is not JSON"))
    given = call.headers.get("bhresttoken", "")
    require(given, says(412, "BhRestToken is missing", "errors.authentication.missingRestToken"))
    known = drawer.get("sessions", given.removeprefix("bh-"))
    require(known and known["user"] == user, says(401, "Invalid token", "errors.authentication.invalidRestToken"))


def search(call: Call, drawer: Drawer, user: str) -> Reply:
    """Find candidates by their email address."""
    found = SEARCH.fullmatch(asked(call, "query"))
    require(found and asked(call, "fields"), says(400, "Bad query"))
    assert found is not None
    email = re.sub(r"\\(.)", r"\1", found[1]).lower()
    people = [(id, one) for id, one in drawer.find("candidates", user=user) if one["email"].lower() == email]
    return Reply(
        status=200, body={"total": len(people), "data": [{"id": int(i), "email": p["email"]} for i, p in people]}
    )


def query(call: Call, drawer: Drawer) -> Reply:
    """Find submissions of a candidate on a job."""
    found = QUERY.fullmatch(asked(call, "where"))
    require(found and asked(call, "fields"), says(400, "Bad query"))
    assert found is not None
    known = drawer.find("submissions", person=found[1], job=found[2])
    return Reply(status=200, body={"data": [{"id": int(id), "status": "New Lead"} for id, _ in known]})


def person(call: Call) -> dict[str, Any]:
    """Return a candidate's fields, or raise Refusal."""
    body = dict(call.body)
    wrong = [name for name, value in body.items() if not isinstance(value, str) or len(value) > CANDIDATE.get(name, -1)]
    require(not wrong, says(400, f"Unknown or wrong: {', '.join(wrong)}"))
    require(
        all(body.get(name, "").strip() for name in ("firstName", "lastName", "name")), says(400, "A name is missing")
    )
    require(is_email(body.get("email", "")), says(400, "email is not valid"))
    return body


def file(call: Call) -> Upload:
    """Return a file that came in base64, or raise Refusal."""
    body = call.body
    require(set(body) <= FILE and body.get("fileType") == "SAMPLE", says(400, "Unknown field or fileType"))
    require(all(body.get(name) for name in ("externalID", "fileContent", "name")), says(400, "A field is missing"))
    try:
        return upload_of(str(body["name"]), str(body.get("contentType", "")), str(body["fileContent"]))
    except ValueError:
        raise Refusal(says(400, "fileContent is not base64")) from None


def id_in(value: Any) -> str:
    """Return the id of a reference to a record, or an empty text."""
    found = value.get("id") if isinstance(value, dict) else None
    return str(found) if isinstance(found, int) else ""
