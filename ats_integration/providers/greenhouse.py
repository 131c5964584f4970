"""Greenhouse Recruiting, Job Board API: one multipart POST per application, no id comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ..errors import DeliveryError, JobClosed, Rejected, Uncertain
from ..messages import Answer, Consent, Message
from .base import Provider, Values
from .calls import Probe, Receipt, Request, Response, Submission, get, path
from .config_fields import ConfigField
from .failures import in_words
from .job_forms import JobForm, Question
from .parts import answered, filled, job_id

#: Greenhouse wants a last name; a person who has only one name gets this as the other.
NO_NAME = "-"
#: Greenhouse's own names of the usual fields, and ours.
USUAL = {"resume": "resume", "cover_letter": "cover_letter", "phone": "phone"}
#: LinkedIn and the website have no field: customers make a question for them.
LINK_WORDS = {"linkedin_url": ("linkedin",), "website_url": ("website", "portfolio", "homepage")}
QUESTION = re.compile(r"(?:question_)?([0-9]+)(\[\])?")


class Greenhouse(Provider):
    """Hand applications in like a careers site of the customer does."""

    slug = "greenhouse"
    name = "Greenhouse"
    production_url = "https://boards-api.greenhouse.io"
    docs_url = "https://developers.greenhouse.io/job-board.html"
    fields = (
        ConfigField(
            name="board_token",
            label="Board token",
            help="Configure > Dev Center > Configure Job Board, “Your Board Token”; for example acmebv.",
            pattern=r"[A-Za-z0-9][A-Za-z0-9._-]*",
        ),
        ConfigField(
            name="api_key",
            label="Job Board API key",
            help="Configure > Dev Center > API Credential Management > Create New API Key, API type “Job Board”.",
            secret=True,
        ),
        ConfigField(
            name="source_token",
            label="Source token",
            help="The value of gh_src in a tracking link. Without it, Greenhouse decides on the source itself.",
            required=False,
        ),
    )
    job_id_help = "The job post's id: the number at the end of the job's address on the job board."
    carries = frozenset({"resume", "cover_letter", "phone", "answers", "consent", "source"})
    accepts_incomplete = True
    resume_types = frozenset({"pdf", "doc", "docx", "txt", "rtf"})
    unproven = ("Greenhouse offers no call that proves the API key: the first application will.",)

    def build(self, submission: Submission) -> Request:
        """Return the POST; only this call carries the key."""
        message, person = submission.message, submission.message.candidate
        return Request(
            method="POST",
            path=path("v1", "boards", submission.settings["board_token"], "jobs", job_id(message)),
            auth=(submission.credentials["api_key"], ""),
            headers={"Accept": "application/json"},
            form=filled(
                ("first_name", person.first_name.strip() or NO_NAME),
                ("last_name", person.last_name.strip() or NO_NAME),
                ("email", person.email),
                ("phone", person.phone),
                ("resume", submission.resume),
                ("cover_letter_text", message.application.cover_letter),
                ("mapped_url_token", self.given(submission.settings).get("source_token")),
                *(field for answer in answered(message) for field in answer_fields(answer)),
                *link_fields(message, submission.job_form),
                *consent_fields(message.application.consent),
            ),
        )

    def read(self, response: Response) -> Receipt:
        """Accept 200 with `success` only: a 200 with `error` is a failure."""
        if response.get("error") is not None:
            words = self.explain(response)
            raise JobClosed(words) if "not live" in words.lower() else Rejected(words)
        if response.status == 200 and response.get("success"):
            return Receipt()
        raise Uncertain("Greenhouse did not say whether it saved the application.")

    def failure(self, response: Response) -> DeliveryError:
        """Take "Failed to save person" for a closed job: the same 401 as for a wrong key comes then."""
        words = self.explain(response)
        if response.status == 401 and "failed to save person" in words.lower():
            return JobClosed(f"{words} (the job post is not live, or the API key is wrong)", status=401)
        return super().failure(response)

    def explain(self, response: Response) -> str:
        """Return `error` and `reason`."""
        said = (in_words(response.get("error")), in_words(response.get("reason")))
        return ": ".join(filter(None, said)) or super().explain(response)

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask for the board and for each job; both are public."""
        board = path("v1", "boards", settings["board_token"])
        return (
            self.account_probe(get(board), f"job board called {settings['board_token']}"),
            *(self.job_probe(get(board + path("jobs", job)), job) for job in job_ids),
        )

    def form_request(self, submission: Submission) -> Request:
        """Ask for the job post with its questions; it is public, and not found where the post is not live."""
        board = path("v1", "boards", submission.settings["board_token"])
        return get(board + path("jobs", job_id(submission.message)), questions="true")

    def read_form(self, response: Response) -> JobForm:
        """Return the custom questions, and which of the usual fields are required."""
        asked = [(question, field) for question in listed(response) for field in listed_fields(question)]
        custom = tuple(question_of(q, f) for q, f in asked if QUESTION.fullmatch(str(f.get("name"))))
        required = {USUAL[f["name"]] for q, f in asked if q.get("required") and f.get("name") in USUAL}
        return JobForm(questions=custom, required_parts=frozenset(required))

    def told(self, message: Message, form: JobForm) -> frozenset[str]:
        """Count the questions that are answered, by their number or by LinkedIn and the website."""
        numbers = (QUESTION.fullmatch(answer.question_id) for answer in answered(message))
        links = (name for name, _url in link_fields(message, form))
        return frozenset((*(f"question_{known[1]}" for known in numbers if known), *links))

    def carried_by(self, submission: Submission) -> frozenset[str]:
        """Add LinkedIn and the website where the job asks for them."""
        told = {name for name, _url in link_fields(submission.message, submission.job_form)}
        places = link_places(submission.job_form)
        return self.carried(submission.message) | {part for part, name in places.items() if name in told}

    def carried(self, message: Message) -> frozenset[str]:
        """Leave out answers without a Greenhouse question, and a source that no tracking link stands for."""
        known = all(QUESTION.fullmatch(answer.question_id) for answer in answered(message))
        tracked = self.given(message.ats.settings).get("source_token")
        lost = {"answers": not known, "source": not tracked}
        return self.carries - {part for part, is_lost in lost.items() if is_lost}


def answer_fields(answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield the form fields of one answer; none where Greenhouse does not know the question."""
    if not (known := QUESTION.fullmatch(answer.question_id)):
        return
    name, value = f"question_{known[1]}", answer.answer
    if isinstance(value, tuple):
        yield from ((f"{name}[]", chosen) for chosen in value)
    elif isinstance(value, bool):
        yield name, "1" if value else "0"
    else:
        yield name + (known[2] or ""), str(value)


def link_places(form: JobForm | None) -> dict[str, str]:
    """Return the questions of a job that ask for LinkedIn and the website, by part."""
    found = {part: form.find(*words) if form else None for part, words in LINK_WORDS.items()}
    return {part: question.id for part, question in found.items() if question}


def link_fields(message: Message, form: JobForm | None) -> tuple[tuple[str, str], ...]:
    """Return the links a job asks for, unless the candidate answered those questions."""
    said = {f"question_{answer.question_id.removeprefix('question_')}" for answer in answered(message)}
    links = {"linkedin_url": message.candidate.linkedin_url, "website_url": message.candidate.website_url}
    return filled(*((name, links[part]) for part, name in link_places(form).items() if name not in said))


def listed(response: Response) -> list[dict[str, Any]]:
    """Return the questions of a job post."""
    questions = response.get("questions")
    return [q for q in questions if isinstance(q, dict)] if isinstance(questions, list) else []


def listed_fields(question: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the form fields of one question."""
    return [field for field in question.get("fields") or [] if isinstance(field, dict)]


def question_of(question: dict[str, Any], field: dict[str, Any]) -> Question:
    """Read one custom question."""
    values = [value for value in field.get("values") or [] if isinstance(value, dict)]
    return Question(
        id=str(field["name"]).removesuffix("[]"),
        label=str(question.get("label", "")),
        is_required=bool(question.get("required")),
        kind=str(field.get("type", "")),
        choices=tuple((str(value.get("value")), str(value.get("label"))) for value in values),
    )


def consent_fields(consent: Consent) -> Iterator[tuple[str, str]]:
    """Yield what the candidate agreed to: the older single consent is the one for processing."""
    if consent.processing:
        yield "data_compliance[gdpr_consent_given]", "true"
        yield "data_compliance[gdpr_processing_consent_given]", "true"
    if consent.retention:
        yield "data_compliance[gdpr_retention_consent_given]", "true"
