"""Carerix: a token for an OAuth client of a realm, then GraphQL with crEmployeeApply and crPublication.

One address plays both hosts. The customer is the realm; all that an error says here is our guess.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...resumes import FALLBACK_TYPE, media_types
from ..accounts import Accounts
from ..drawers import Drawer
from ..uploads import upload_of
from ..values import Call, Refusal, Reply, Taken, Upload
from .base import Vendor, is_email, require

SCOPE = "urn:cx/cx5Wrapper:data:manage"
APPLY = (
    "mutation($dedupe:Boolean,$pub:ID,$request:CREmployeeRequest!)"
    "{crEmployeeApply(dedupe:$dedupe,pub:$pub,request:$request){_id}}"
)
PUBLICATION = re.compile(r'query\{crPublication\(_id:([0-9]+|"(?:[^"\\]|\\.)*")\)\{_id publicationEnd\}\}')
PEOPLE = re.compile(r'query\{crEmployeePage\(qualifier:("(?:[^"\\]|\\.)*")\)\{items\{_id\}\}\}')
QUALIFIER = re.compile(r"emailAddress = '([^']*)'")
TEXTS = {"_kind", "firstName", "lastName", "emailAddress", "phoneNumber", "mobileNumber", "city", "notes"}
LARGEST = 10_000_000


def errors(message: str, status: int = 200) -> Reply:
    """Return a failure in GraphQL's shape."""
    return Reply(status=status, body={"errors": [{"message": message}], "data": None})


def oauth(status: int, error: str) -> Reply:
    """Return a failure of the token endpoint."""
    return Reply(status=status, body={"error": error, "error_description": f"Refused: {error}"})


def found(**data: Any) -> Reply:
    """Return a result in GraphQL's shape."""
    return Reply(status=200, body={"data": data})


NO_PUBLICATION = errors("Publication not found")


class Carerix(Vendor):
    """Play the API and the realms of the customers."""

    slug = "carerix"
    replies = {
        "refuse_key": oauth(401, "invalid_client"),
        "closed": NO_PUBLICATION,
        "reject": errors("emailAddress is not valid"),
    }
    throttled = Reply(status=429, body={"message": "Too many requests"})

    def account(self, steps: tuple[str, ...]) -> str:
        return steps[2] if steps[:2] == ("auth", "realms") and len(steps) > 2 else ""

    def ordered(self, mode: str, call: Call) -> Reply | None:
        """Refuse where Carerix would: the client at its realm, everything else in GraphQL."""
        return self.replies[mode] if bool(self.account(call.steps)) == (mode == "refuse_key") else None

    def answer(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply | Taken:
        """Give tokens, and answer the queries of those who have one."""
        match call.method, call.steps:
            case "POST", ("auth", "realms", _, "protocol", "openid-connect", "token"):
                return self.token(call, accounts, drawer)
            case "POST", ("graphql", "v1", "graphql"):
                return self.execute(call, accounts, drawer)
        return self.unknown

    def token(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply:
        """Give a token to a client."""
        realm = self.account(call.steps)
        kind = call.headers.get("content-type", "")
        require(kind.startswith("application/x-www-form-urlencoded"), oauth(400, "invalid_request"))
        require(call.text("grant_type") == "client_credentials", oauth(400, "unsupported_grant_type"))
        fits = accounts.is_known(self.slug, realm) and accounts.fits(self.slug, realm, call.text("client_secret"))
        require(call.text("client_id") and fits, self.replies["refuse_key"])
        require(call.text("scope") == SCOPE, oauth(400, "invalid_scope"))
        token = drawer.add("tokens", {"realm": realm})
        return Reply(status=200, body={"access_token": f"cx-{token}", "expires_in": 3600, "token_type": "Bearer"})

    def execute(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply | Taken:
        """Run the queries that the documentation shows."""
        given = call.headers.get("authorization", "")
        known = drawer.get("tokens", given.removeprefix("Bearer cx-"))
        require(given.startswith("Bearer cx-") and known, Reply(status=401, body={"message": "Unauthorized"}))
        assert known is not None
        require(len(call.raw) <= LARGEST, Reply(status=413, body={"message": "Payload too large"}))
        query, realm = str(call.body.get("query", "")), str(known["realm"])
        if query == "query{__typename}":
            return found(__typename="Query")
        if asked := PUBLICATION.fullmatch(query):
            id = str(json.loads(asked[1]))
            return found(crPublication={"_id": id, "publicationEnd": None} if self.has(accounts, realm, id) else None)
        if wanted := PEOPLE.fullmatch(query):
            return people(str(json.loads(wanted[1])), realm, drawer)
        require(query == APPLY, errors("Syntax error", status=400))
        return self.apply(call, accounts, drawer, realm)

    def has(self, accounts: Accounts, realm: str, job: str) -> bool:
        """Tell whether a realm has a publication; their ids are numbers."""
        return job.isdecimal() and accounts.has_job(self.slug, realm, job)

    def apply(self, call: Call, accounts: Accounts, drawer: Drawer, realm: str) -> Taken:
        """Take an application; a known person is used again where the call says so."""
        values = call.body.get("variables")
        require(isinstance(values, dict) and set(values) == {"dedupe", "pub", "request"}, errors("Unknown variable"))
        assert isinstance(values, dict)
        require(isinstance(values["dedupe"], bool), errors("dedupe is not a Boolean"))
        require(type(values["pub"]) is int, errors("pub is not a number"))
        require(self.has(accounts, realm, str(values["pub"])), NO_PUBLICATION)
        request, resume = employee(values["request"])
        person = {"realm": realm, "email": request["emailAddress"].lower()}
        same = drawer.find("people", **person) if values["dedupe"] else []
        id = same[0][0] if same else drawer.add("people", person)
        reception = self.received(
            call,
            job=str(values["pub"]),
            resume=resume,
            name=f"{request.get('firstName', '')} {request['lastName']}".strip(),
            email=request["emailAddress"],
            phone=request.get("phoneNumber", ""),
            cover_letter=request.get("notes", ""),
        )
        fields = {name: value for name, value in request.items() if name != "attachments"}
        return Taken(
            reception=replace(reception, account=realm, fields=fields), reply=found(crEmployeeApply={"_id": id})
        )


def people(qualifier: str, realm: str, drawer: Drawer) -> Reply:
    """Return the people of a realm who have an email address."""
    asked = QUALIFIER.fullmatch(qualifier)
    require(asked, errors("Invalid qualifier"))
    assert asked
    same = drawer.find("people", realm=realm, email=asked[1].lower())
    return found(crEmployeePage={"items": [{"_id": id} for id, _ in same]})


def employee(request: Any) -> tuple[Mapping[str, Any], Upload | None]:
    """Return a person and the CV, or raise Refusal."""
    require(isinstance(request, dict) and request.get("_kind") == "CREmployee", errors("_kind is not CREmployee"))
    texts = {name: value for name, value in request.items() if name != "attachments"}
    wrong = [name for name, value in texts.items() if name not in TEXTS or not isinstance(value, str)]
    require(not wrong, errors(f"Unknown or wrong: {', '.join(wrong)}"))
    require(texts.get("lastName", "").strip(), errors("lastName is missing"))
    require(is_email(texts.get("emailAddress", "")), errors("emailAddress is not valid"))
    return request, curriculum(request["attachments"]) if "attachments" in request else None


def curriculum(attachments: Any) -> Upload:
    """Return the one file that came in base64, or raise Refusal."""
    try:
        (item,) = attachments["items"]
        name, data = item["filePath"], item["toAttachmentData"]
        node = {"_kind": "CRDataNode", "_lookup": {"key": "tag", "value": "CVTag"}}
        fits = (item["_kind"], item["toTypeNode"], data["_kind"]) == ("CRAttachment", node, "CRAttachmentData")
        known = set(item) <= {"_kind", "filePath", "label", "toTypeNode", "toAttachmentData"}
        require(fits and known and "." in name, errors("The attachment is not valid"))
        return upload_of(name, media_types.guess_type(name)[0] or FALLBACK_TYPE, data["content"])
    except (KeyError, TypeError, ValueError):
        raise Refusal(errors("The attachment is not valid")) from None
