"""AFAS Profit: POST /connectors/HrCreateApplicant; version and description for who asks. Refusals are 500."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import Any

from ..accounts import Accounts
from ..drawers import Drawer
from ..uploads import upload_of
from ..values import Call, Refusal, Reply, Taken, Upload
from .base import Vendor, is_email, require

CONNECTOR = "HrCreateApplicant"
TOKEN = re.compile(r"<token><version>[0-9]+</version><data>.+</data></token>")
#: The longest text of each field; 0 = not documented.
TEXTS = {
    "LaNm": 80, "Is": 15, "FiNm": 50, "In": 15, "EmA2": 255, "EmAd": 255, "TeN2": 255, "TeNr": 255, "MbN2": 255,
    "MbNr": 255, "ViGe": 1, "DaBi": 10, "CoId": 3, "Ad": 60, "HmAd": 30, "ZpCd": 15, "Rs": 50, "Mo": 0,
    "CvFileName": 255, "CvFileStream": 0, "ViSo": 20, "LgId": 3,
}  # fmt: skip
REQUIRED = ("VcSn", "LaNm")
OTHERS = {"VcSn": int, "HmNr": int, "OpEm": bool}


def says(words: str) -> Reply:
    """Return a refusal in AFAS's shape, which is a fault by its status."""
    return Reply(status=500, body={"errorNumber": 18, "externalMessage": words, "profitLogReference": "8A7F2C"})


WRONG_TOKEN = Reply(status=401, body={"errorNumber": 0, "externalMessage": "", "profitLogReference": ""})
NO_CONNECTOR = Reply(status=404, body={"errorNumber": 0, "externalMessage": "", "profitLogReference": ""})


class Afas(Vendor):
    """Play the environment behind a user token."""

    slug = "afas"
    replies = {
        "refuse_key": WRONG_TOKEN,
        "closed": says("De vacature met volgnummer 2 bestaat niet of is niet meer open."),
        "reject": says("Veld 'E-mail privé' heeft geen geldige waarde."),
    }
    down = Reply(status=503, body={"retry_after": 60})
    unknown = NO_CONNECTOR

    def account(self, steps: tuple[str, ...]) -> str:
        return ""

    def answer(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply | Taken:
        """Answer any call of those that the documentation describes."""
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        require(scheme == "AfasToken" and accounts.fits(self.slug, "", opened(token)), WRONG_TOKEN)
        match call.method, call.steps:
            case "GET", ("ProfitVersion",):
                return Reply(status=200, body={"version": "6.6.9"})
            case "GET", ("metainfo", "update", connector) if connector == CONNECTOR:
                fields = [{"fieldId": name, "label": name, "mandatory": name in REQUIRED} for name in (*TEXTS, *OTHERS)]
                return Reply(status=200, body={"id": CONNECTOR, "name": CONNECTOR, "fields": fields})
            case "POST", ("connectors", connector) if connector == CONNECTOR:
                return self.take_applicant(call, accounts, drawer)
        return NO_CONNECTOR

    def take_applicant(self, call: Call, accounts: Accounts, drawer: Drawer) -> Taken:
        """Take an applicant as the documentation describes one, and nothing else."""
        fields = fields_of(call)
        if wrong := [name for name, value in fields.items() if not fits(name, value)]:
            raise Refusal(says(f"Onbekend of ongeldig: {', '.join(wrong)}."))
        require(fields.get("LaNm", "").strip() and "VcSn" in fields, says("Een verplicht veld is leeg."))
        require(is_email(fields.get("EmA2", "")), self.replies["reject"])
        require(accounts.has_job(self.slug, "", str(fields["VcSn"])), self.replies["closed"])
        names = (fields.get(name, "") for name in ("FiNm", "Is", "LaNm"))
        received = self.received(
            call,
            job=str(fields["VcSn"]),
            resume=curriculum(fields),
            name=" ".join(filter(None, names)),
            email=fields["EmA2"],
            phone=fields.get("MbN2", ""),
            cover_letter=fields.get("Mo", ""),
        )
        home = f"{fields.get('Ad', '')} {fields.get('HmNr', '')}{fields.get('HmAd', '')}".strip()
        shown = {name: value for name, value in fields.items() if name != "CvFileStream"}
        number = drawer.add("applicants", {"email": received.email})
        reply = Reply(status=201, body={"results": {CONNECTOR: {"CaId": number}}})
        return Taken(reception=replace(received, id=number, fields={**shown, "address": home}), reply=reply)


def opened(token: str) -> str:
    """Return the token that came in base64, or nothing where it is none."""
    try:
        found = base64.b64decode(token, validate=True).decode()
    except ValueError:
        return ""
    return found if TOKEN.fullmatch(found) else ""


def fields_of(call: Call) -> dict[str, Any]:
    """Return the fields of a call, however deep AFAS wants them."""
    found: Any = call.json
    for name in (CONNECTOR, "Element", "Fields"):
        require(isinstance(found, dict) and set(found) == {name}, Reply(status=400, body=says("").body))
        found = found[name]
    require(isinstance(found, dict), Reply(status=400, body=says("").body))
    return dict(found)


def fits(name: str, value: Any) -> bool:
    """Tell whether AFAS takes a value: the type and length of its field, and no empty text."""
    if name in OTHERS:
        return type(value) is OTHERS[name]
    longest = TEXTS.get(name)
    return longest is not None and isinstance(value, str) and value != "" and (not longest or len(value) <= longest)


def curriculum(fields: dict[str, Any]) -> Upload | None:
    """Return the CV, which came in base64 under a name with an extension."""
    name, content = fields.get("CvFileName", ""), fields.get("CvFileStream", "")
    if not name and not content:
        return None
    require("." in name and content, says("Het bestand is niet geldig."))
    try:
        upload = upload_of(name, "", content)
    except ValueError:
        raise Refusal(says("Het bestand is niet geldig.")) from None
    kind = "application/pdf" if upload.extension == "pdf" else ""
    return replace(upload, content_type=kind)
