"""OTYS Go!: JSON-RPC at /jservice.php, files at /fileService.php; errors come under status 200."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from ..accounts import Accounts
from ..drawers import Drawer
from ..values import Call, Refusal, Reply, Taken
from .base import Vendor, is_email, require

FILE_TYPES = {"pdf", "doc", "docx", "txt", "rtf", "jpg", "jpeg", "png", "gif"}
LARGEST = 8_000_000
CV, OTHER = 1, 201
PERSON = {"firstName", "infix", "lastName", "emailPrimary", "PhoneNumbers", "languageCode"}
CANDIDATE = {"pointOfEntry", "statusId", "source", "Person"}
DOCUMENT = {
    "subject", "typeId", "candidateUid", "fileUid", "private", "customerRightsLevel", "alwaysOnTop", "description",
}  # fmt: skip
PROCEDURE = {"candidateUid", "vacancyUid", "ProcedureStatus1", "KillerQuestions", "UtmTags"}
LOGIN, MAKE, APPLY = "loginByUid", "Otys.Services.CandidateService.add", "Otys.Services.ProcedureService.add"


def gives(result: Any) -> Reply:
    """Return a result."""
    return Reply(status=200, body={"jsonrpc": "2.0", "id": 1, "result": result})


def says(words: str) -> Reply:
    """Return an error, which has the status of a success."""
    return Reply(status=200, body={"jsonrpc": "2.0", "id": 1, "error": {"message": words}})


OVER = says("Access denied; please login again")
NO_VACANCY = says("Vacancy not found")


class Otys(Vendor):
    """Play the web service for whoever has a key."""

    slug = "otys"
    replies = {
        "refuse_key": says("Invalid API key"),
        "closed": NO_VACANCY,
        "reject": says("Person.emailPrimary is not valid"),
    }
    touched = {"refuse_key": LOGIN, "closed": APPLY, "reject": MAKE}

    def account(self, steps: tuple[str, ...]) -> str:
        return ""

    def ordered(self, mode: str, call: Call) -> Reply | None:
        """Refuse where OTYS would: a key at the login, a vacancy at the procedure, data at the candidate."""
        return self.replies[mode] if call.body.get("method") == self.touched[mode] else None

    def answer(self, call: Call, accounts: Accounts, drawer: Drawer) -> Reply | Taken:
        """Take files, and calls of the web service."""
        require(call.method == "POST", Reply(status=405))
        if call.steps == ("fileService.php",):
            return take_file(call, drawer)
        require(call.steps == ("jservice.php",), self.unknown)
        params = call.body.get("params")
        is_rpc = set(call.body) == {"jsonrpc", "method", "params", "id"} and call.body["jsonrpc"] == "2.0"
        require(is_rpc and isinstance(params, list) and params, says("Invalid request"))
        assert isinstance(params, list)
        if call.body["method"] == LOGIN:
            require(len(params) == 1 and accounts.fits(self.slug, "", str(params[0])), self.replies["refuse_key"])
            return gives(f"session-{drawer.add('sessions', {})}")
        enter(str(params[0]), drawer)
        return self.serve(call, params[1:], accounts, drawer)

    def serve(self, call: Call, params: list[Any], accounts: Accounts, drawer: Drawer) -> Reply | Taken:
        """Answer a call in a session."""
        match call.body["method"].removeprefix("Otys.Services."), params:
            case "CandidateService.getListEx", [dict(listing)]:
                return people(listing, drawer)
            case "CandidateService.add", [dict(about)]:
                return gives(add_candidate(about, drawer))
            case "ProcedureService.getListEx", [dict(listing)]:
                wanted = {item["field"]: item["param"] for item in listing["condition"]["items"]}
                return listed(drawer.find("procedures", **wanted))
            case "AttachedDocumentsService.add", [dict(about)]:
                return attach(about, drawer)
            case "ProcedureStatus1Service.getList", [dict()]:
                return gives([{"uid": "7", "automaticallySelectEvent": 0}, {"uid": "8", "automaticallySelectEvent": 1}])
            case "ProcedureService.add", [dict(about)]:
                return self.apply(call, about, accounts, drawer)
            case "VacancyService.getDetail", [str(vacancy), dict()]:
                return gives({"uid": vacancy}) if accounts.has_job(self.slug, "", vacancy) else NO_VACANCY
        return says("Method not found")

    def apply(self, call: Call, about: dict[str, Any], accounts: Accounts, drawer: Drawer) -> Taken:
        """Make a procedure; a second one of the same person is made, too."""
        require(set(about) <= PROCEDURE, says("Unknown field"))
        person, vacancy = str(about.get("candidateUid")), str(about.get("vacancyUid"))
        known = drawer.get("candidates", person)
        require(known, says("Candidate not found"))
        assert known
        require(accounts.has_job(self.slug, "", vacancy), NO_VACANCY)
        check_questions(about.get("KillerQuestions", []))
        files = {kind: upload for kind in (CV, OTHER) for upload in uploads(drawer, person, kind)}
        one, letter = known["Person"], files.get(OTHER)
        received = self.received(
            call,
            job=vacancy,
            resume=files.get(CV),
            name=" ".join(filter(None, (one["firstName"], one.get("infix"), one["lastName"]))),
            email=one["emailPrimary"],
            phone=next((phone["phoneNumber"] for phone in one.get("PhoneNumbers", [])), ""),
            cover_letter=letter.text if letter else "",
        )
        uid = drawer.add("procedures", {"candidateUid": person, "vacancyUid": vacancy}, id=f"p-{uuid4()}")
        fields = {**known, **about, "letter": received.cover_letter}
        return Taken(reception=replace(received, id=uid, fields=fields), reply=gives(uid))


def enter(session: str, drawer: Drawer) -> None:
    """Refuse a call without a session that lasts."""
    known = drawer.get("sessions", session.removeprefix("session-"))
    require(known is not None and not drawer.get("ended", session), OVER)


def take_file(call: Call, drawer: Drawer) -> Reply:
    """Keep a file that came with a session."""
    enter(call.text("sessionId"), drawer)
    upload = call.files.get("file")
    fits = upload and 0 < upload.size <= LARGEST and upload.extension in FILE_TYPES
    require(call.is_multipart and fits and set(call.form) == {"sessionId"}, says("The file is not allowed"))
    assert upload
    uid = drawer.add("files", {"upload": upload}, id=f"f-{uuid4()}")
    return Reply(status=200, body=[{"ouid": uid, "name": upload.filename, "size": upload.size}])


def people(listing: Mapping[str, Any], drawer: Drawer) -> Reply:
    """Find candidates by their email address."""
    try:
        words = listing["search"]["ACTONOMY"]["DATA"]["keywords"]
        email = words["value"].strip('"').lower() if words["options"]["searchList"] == ["emailAddress"] else ""
    except (KeyError, TypeError, AttributeError):
        raise Refusal(says("Invalid search")) from None
    found = [(uid, one) for uid, one in drawer.find("candidates") if one["Person"]["emailPrimary"].lower() == email]
    return listed(found)


def listed(found: list[tuple[str, Mapping[str, Any]]]) -> Reply:
    """Return a list."""
    shown = [{"uid": uid, "Person": {"emailPrimary": one.get("Person", {}).get("emailPrimary")}} for uid, one in found]
    return gives({"listOutput": shown, "totalCount": len(shown)})


def add_candidate(about: dict[str, Any], drawer: Drawer) -> str:
    """Make a candidate; OTYS makes a second one where there is one already."""
    person = about.get("Person")
    is_known = set(about) <= CANDIDATE and isinstance(person, dict) and set(person) <= PERSON
    require(is_known and (about.get("pointOfEntry"), about.get("statusId")) == ("web", -1), says("Unknown field"))
    assert isinstance(person, dict)
    texts = [about.get("source", "x"), *(person.get(name, "x") for name in PERSON - {"PhoneNumbers"})]
    require(all(isinstance(text, str) and text.strip() for text in texts), says("A field is empty"))
    require({"firstName", "lastName"} <= set(person), says("A name is missing"))
    require(is_email(person.get("emailPrimary", "")), Otys.replies["reject"])
    require(isinstance(person.get("PhoneNumbers", []), list), says("PhoneNumbers is no list"))
    return drawer.add("candidates", about, id=f"c-{uuid4()}")


def attach(about: dict[str, Any], drawer: Drawer) -> Reply:
    """Put a file into a candidate's dossier."""
    require(set(about) <= DOCUMENT and about.get("typeId") in (CV, OTHER), says("Unknown field or type"))
    require(about.get("subject") and about.get("private") is False, says("A field is empty"))
    file, person = drawer.get("files", about.get("fileUid")), str(about.get("candidateUid"))
    require(file and drawer.get("candidates", person), says("File or candidate not found"))
    assert file
    return gives(drawer.add("documents", {"person": person, "kind": about["typeId"], "upload": file["upload"]}))


def uploads(drawer: Drawer, person: str, kind: int) -> list[Any]:
    """Return the files of one kind in a candidate's dossier, the oldest first."""
    return [document["upload"] for _, document in drawer.find("documents", person=person, kind=kind)]


def check_questions(answers: Any) -> None:
    """Refuse answers that are none."""
    fits = isinstance(answers, list) and all(
        isinstance(said, dict) and set(said) == {"questionId", "answer"} and all(map(str, said.values()))
        for said in answers
    )
    require(fits, says("KillerQuestions is not valid"))
