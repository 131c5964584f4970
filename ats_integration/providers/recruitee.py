"""Tellent Recruitee, Careers Site API: one multipart POST per application, answered by 201."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..errors import DeliveryError, JobClosed, Uncertain
from ..messages import Answer, Message
from .base import Provider, Values
from .calls import Probe, Receipt, Request, Response, Submission, get, path
from .config_fields import ConfigField
from .failures import in_words
from .parts import answered, filled, job_id, lines, paragraphs

QUESTIONS = "candidate[open_question_answers_attributes]"


class Recruitee(Provider):
    """Hand applications in like the customer's careers site does."""

    slug = "recruitee"
    name = "Recruitee"
    production_url = "https://{company}.recruitee.com"
    docs_url = "https://docs.recruitee.com/reference/intro-to-careers-site-api"
    fields = (
        ConfigField(
            name="company",
            label="Company subdomain",
            help="The first part of your careers site's address: acme in acme.recruitee.com.",
            pattern=r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?",
        ),
        ConfigField(
            name="careers_token",
            label="Careers API token",
            help="Settings > Apps and plugins > Careers API tokens > + Add token.",
            secret=True,
        ),
    )
    job_id_help = "The last part of the job's address on the careers site, after /o/."
    carries = frozenset({"resume", "cover_letter", "phone", "linkedin_url", "website_url", "answers", "source"})
    unproven = (
        "Until 10 February 2027 Recruitee answers without a token too: before that date a wrong token goes unnoticed.",
    )

    def build(self, submission: Submission) -> Request:
        """Return the POST; what has no field of its own is told below the cover letter."""
        message, person = submission.message, submission.message.candidate
        return Request(
            method="POST",
            path=path("api", "offers", job_id(message), "candidates"),
            headers=token(submission.credentials),
            form=filled(
                ("candidate[name]", person.full_name),
                ("candidate[email]", person.email),
                ("candidate[phone]", person.phone),
                ("candidate[cv]", submission.resume),
                ("candidate[cover_letter]", letter(message)),
                ("candidate[referrer]", message.application.source),
                *answer_fields(message),
            ),
        )

    def read(self, response: Response) -> Receipt:
        """Accept 201 only; the candidate's id is the reference."""
        if response.status != 201:
            raise Uncertain("Recruitee did not say whether it took the application.")
        candidate = response.get("candidate")
        return Receipt(reference=in_words(candidate.get("id")) if isinstance(candidate, dict) else "")

    def failure(self, response: Response) -> DeliveryError:
        """Read a redirect as a careers site that Recruitee does not host (any more)."""
        if response.status == 301:
            words = "Recruitee does not host this careers site, or it has an address of its own."
            return JobClosed(words, code="careers_not_hosted")
        return super().failure(response)

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask for the published offers and for each job."""
        offers, headers = path("api", "offers"), token(credentials)
        return (
            self.account_probe(get(offers, headers=headers), f"careers site called {settings['company']}"),
            *(self.job_probe(get(offers + path(job), headers=headers), job) for job in job_ids),
        )


def token(credentials: Values) -> dict[str, str]:
    """Return the headers of every call."""
    return {"Accept": "application/json", "X-Careers-Sites-Token": credentials["careers_token"]}


def is_known(answer: Answer) -> bool:
    """Tell whether Recruitee knows the question: its ids are numbers."""
    return answer.question_id.isascii() and answer.question_id.isdigit()


def letter(message: Message) -> str:
    """Return the cover letter with the links and the answers that have no field of their own."""
    person, application = message.candidate, message.application
    links = filled(("LinkedIn", person.linkedin_url), ("Website", person.website_url))
    unknown = lines(answer for answer in answered(message) if not is_known(answer))
    return paragraphs(application.cover_letter, "\n".join(f"{name}: {url}" for name, url in links), unknown)


def answer_fields(message: Message) -> Iterator[tuple[str, str]]:
    """Yield the answers under a running index, not under the question's id."""
    for index, answer in enumerate(filter(is_known, answered(message))):
        yield f"{QUESTIONS}[{index}][open_question_id]", answer.question_id
        match answer.answer:
            case bool(flag):
                yield f"{QUESTIONS}[{index}][flag]", str(flag).lower()
            case tuple(chosen):
                yield from ((f"{QUESTIONS}[{index}][multi_content][]", text) for text in chosen)
            case said:
                yield f"{QUESTIONS}[{index}][content]", str(said)
