"""What OTYS is asked and told about a candidate, the documents and the procedure."""

from __future__ import annotations

from typing import Any

from ..messages import Message
from . import surnames
from .calls import Request, Submission, TextFile
from .otys_rpc import rpc
from .parts import answered, consented, filled, job_id, lines, one_line, paragraphs, plain

#: OTYS wants both names; somebody who has only one gets this as the other.
NO_NAME = "-"
LONGEST_INFIX = 50  # characters; none is documented
LETTER = "motivatie.txt"
CV, OTHER = 1, 201  # kinds of documents


def call(submission: Submission, service: str, *params: Any) -> Request:
    """Return a call in the session."""
    return rpc(f"Otys.Services.{service}", submission.session["id"], *params)


def search(submission: Submission) -> Request | None:
    """Return the search for a candidate with this email address; none once we made one."""
    return None if submission.kept.get("candidate") else ask_person(submission)


def ask_person(submission: Submission) -> Request:
    """Return the question who has this email address."""
    email = submission.message.candidate.email.replace('"', "")
    exactly = {"enableExpansion": False, "required": True, "searchList": ["emailAddress"], "searchMode": "one"}
    data = {
        "hasEmail": {"options": {"required": True, "persistent": True}, "value": "1"},
        "keywords": {"options": exactly, "value": f'"{email}"'},
    }
    order = {"SCORE": "DESC", "entryDateFull": "DESC"}
    options = {"getTotalCount": 1, "limit": 5, "offset": 0, "sort": order}
    asked = {"DATA": data, "OPTIONS": options, "VERSION": 2, "SUB_VERSION": 0}
    shown = {"uid": 1, "Person": {"emailPrimary": 1}}
    listing = {"search": {"ACTONOMY": asked}, "limit": 5, "excludeLimitCheck": 1, "getTotalCount": 1, "what": shown}
    return call(submission, "CandidateService.getListEx", listing)


def make(submission: Submission) -> Request | None:
    """Return the making of a candidate; none where there is one."""
    if person_of(submission):
        return None
    person = submission.message.candidate
    infix, surname = surnames.split(person.last_name, LONGEST_INFIX)
    phones = [{"type": "primary", "phoneNumber": person.phone}] if person.phone else []
    fields: tuple[tuple[str, Any], ...] = (
        ("firstName", person.first_name.strip() or NO_NAME),
        ("infix", infix),
        ("lastName", surname or NO_NAME),
        ("emailPrimary", person.email),
        ("PhoneNumbers", phones),
        ("languageCode", "nl"),
    )
    about = {"pointOfEntry": "web", "statusId": -1, "Person": dict(filled(*fields))}
    source = filled(("source", source_of(submission)))
    return call(submission, "CandidateService.add", {**about, **dict(source)})


def query(submission: Submission) -> Request:
    """Return the question whether the candidate applied for the vacancy."""
    pairs = (("candidateUid", person_of(submission)), ("vacancyUid", job_id(submission.message)))
    items = [{"type": "COND", "field": name, "op": "EQ", "param": value} for name, value in pairs]
    where = {"type": "AND", "items": items}
    listing = {
        "what": {"uid": 1},
        "limit": 1,
        "offset": 0,
        "getTotalCount": True,
        "sort": {"entryDateTime": "DESC"},
        "excludeLimitCheck": True,
        "condition": where,
    }
    return call(submission, "ProcedureService.getListEx", listing)


def upload_cv(submission: Submission) -> Request | None:
    """Return the upload of the CV."""
    if submission.resume is None:
        return None
    form = (("file", submission.resume), ("sessionId", submission.session["id"]))
    return Request(method="POST", path="/fileService.php", headers={"Accept": "application/json"}, form=form)


def attach_cv(submission: Submission) -> Request | None:
    """Return the call that makes the uploaded file the candidate's CV."""
    file, resume = submission.kept.get("cv"), submission.resume
    return attach(submission, file, CV, resume.filename) if file and resume else None


def upload_letter(submission: Submission) -> Request | None:
    """Return the upload of everything that has no field of its own, as a text."""
    if not (text := letter(submission)):
        return None
    form = (("file", TextFile(LETTER, text)), ("sessionId", submission.session["id"]))
    return Request(method="POST", path="/fileService.php", headers={"Accept": "application/json"}, form=form)


def attach_letter(submission: Submission) -> Request | None:
    """Return the call that puts the text into the candidate's dossier."""
    file = submission.kept.get("text")
    return attach(submission, file, OTHER, "Motivatie") if file else None


def attach(submission: Submission, file: str, kind: int, subject: str) -> Request:
    """Return the call that puts a file into the candidate's dossier."""
    about = {"subject": subject, "typeId": kind, "candidateUid": person_of(submission), "fileUid": file}
    rights = {"private": False, "customerRightsLevel": 0, "alwaysOnTop": False, "description": ""}
    return call(submission, "AttachedDocumentsService.add", {**about, **rights})


def ask_status(submission: Submission) -> Request:
    """Return the question which first statuses a procedure may have."""
    shown = {"uid": True, "code": True, "automaticallySelectEvent": True}
    listing = {"limit": 500, "condition": None, "excludeLimitCheck": True, "what": shown}
    return call(submission, "ProcedureStatus1Service.getList", listing)


def submit(submission: Submission) -> Request | None:
    """Return the making of a procedure; none where there is one."""
    if submission.kept.get("earlier"):
        return None
    kept, message = submission.kept, submission.message
    about: dict[str, Any] = {"candidateUid": person_of(submission), "vacancyUid": job_id(message)}
    if status := kept.get("status"):
        about["ProcedureStatus1"] = {"uid": f"1_{status}"}
    if known := [answer for answer in answered(message) if answer.question_id]:
        about["KillerQuestions"] = [{"questionId": said.question_id, "answer": plain(said)} for said in known]
    return call(submission, "ProcedureService.add", about)


def ask_vacancy(submission: Submission, job: str) -> Request:
    """Return the question whether OTYS shows a vacancy."""
    return call(submission, "VacancyService.getDetail", job, {"uid": 1, "title": 1})


def letter(submission: Submission) -> str:
    """Return the cover letter, and below it what has no field, or none for somebody who was there or had applied."""
    message, had_applied = submission.message, submission.kept.get("earlier")
    fieldless = lines(answer for answer in answered(message) if had_applied or not answer.question_id)
    consent = consented(message.application.consent)
    return paragraphs(message.application.cover_letter, contact(submission, message), fieldless, consent)


def contact(submission: Submission, message: Message) -> str:
    """Return links and address; of a candidate who was there also phone and source, which are not changed there."""
    person, was_there = message.candidate, not submission.kept.get("candidate")
    told = filled(
        ("LinkedIn", person.linkedin_url),
        ("Website", person.website_url),
        ("Address", one_line(person.address)),
        ("Phone", person.phone if was_there else ""),
        ("Source", message.application.source if was_there else ""),
    )
    return "\n".join(f"{name}: {text}" for name, text in told)


def person_of(submission: Submission) -> Any:
    """Return the candidate's uid, of one we made or one who was there; nothing where there is none yet."""
    return submission.kept.get("candidate") or submission.kept.get("known")


def may_be_made(submission: Submission) -> bool:
    """Tell whether an earlier try may have made a candidate without an answer: its search had found nobody."""
    return submission.is_doubtful and "known" in submission.kept and not person_of(submission)


def source_of(submission: Submission) -> str:
    """Return what the customer calls us."""
    return str(submission.settings.get("source") or submission.message.application.source)[:100]
