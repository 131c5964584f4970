"""BambooHR, Applicant Tracking: one multipart POST per application, Basic auth with the key as user name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ..errors import DeliveryError, JobClosed, RateLimited, Uncertain
from ..messages import Message
from .base import APPLICATION, Provider, Values
from .calls import Probe, Receipt, Request, Response, Submission, TextFile, get
from .config_fields import ConfigField
from .failures import in_words
from .job_forms import objects
from .parts import PARTS, answered, filled, job_number, lines, paragraphs
from .steps import Kept, Lookup

JSON = {"Accept": "application/json"}  # BambooHR answers in XML otherwise
ROOT = "/api/v1/applicant_tracking"
#: BambooHR wants a last name; a person who has only one name gets this as the other.
NO_NAME = "-"
LINKEDIN = re.compile(r"https?://([\w-]+\.)*linkedin\.com/\S*", re.IGNORECASE)
WEBSITE = re.compile(r"https?://\S+", re.IGNORECASE)
CLOSED = re.compile(r"\bjob\b.*\b(closed|invalid|no longer|not exist|not found|not open|unknown)\b", re.IGNORECASE)


class BambooHR(Provider):
    """Hand applications in for an opening of the customer."""

    slug = "bamboohr"
    name = "BambooHR"
    production_url = "https://{company_domain}.bamboohr.com"
    docs_url = "https://documentation.bamboohr.com/reference/add-new-candidate"
    fields = (
        ConfigField(
            name="company_domain",
            label="Company domain",
            help="The first part of your address in BambooHR: acme in acme.bamboohr.com.",
            pattern=r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?",
        ),
        ConfigField(
            name="api_key",
            label="API key",
            help="Your name (lower left) > API Keys > Add New Key, of somebody who has access to the ATS settings.",
            secret=True,
        ),
    )
    job_id_help = "The opening's number, at the end of its address on the careers page: 21 in /careers/21."
    carries = frozenset(PARTS) - {"consent", "marketing_consent"}
    resume_types = frozenset({"pdf", "doc", "docx", "txt", "rtf", "jpg", "jpeg", "gif", "png", "tif", "tiff", "bmp"})

    def build(self, submission: Submission) -> Request:
        """Return the POST; the cover letter goes as a text file, and only fields with a value are sent."""
        message, person = submission.message, submission.message.candidate
        home, text = person.address, letter(submission.message)
        return Request(
            method="POST",
            path=ROOT + "/application",
            auth=basic(submission.credentials),
            headers=JSON,
            form=filled(
                ("firstName", person.first_name.strip() or NO_NAME),
                ("lastName", person.last_name.strip() or NO_NAME),
                ("email", person.email),
                ("phoneNumber", person.phone),
                ("jobId", str(job_number(message))),
                ("source", message.application.source),
                ("linkedinUrl", person.linkedin_url if LINKEDIN.fullmatch(person.linkedin_url) else ""),
                ("websiteUrl", person.website_url if WEBSITE.fullmatch(person.website_url) else ""),
                ("address", home.street),
                ("city", home.city),
                ("zip", home.postal_code),
                ("country", home.country),
                ("resume", submission.resume),
                ("coverLetter", TextFile("motivatie.txt", text) if text else None),
            ),
        )

    def read(self, response: Response) -> Receipt:
        """Read `candidateId`, which is the reference."""
        if reference := in_words(response.get("candidateId")):
            return Receipt(reference=reference)
        raise Uncertain("BambooHR did not say whether it took the application.")

    def failure(self, response: Response) -> DeliveryError:
        """Take 503 with a wait for a limit, other faults for uncertain: the candidate may have been stored."""
        status, words = response.status, self.explain(response)
        if status == 503 and "retry-after" in response.headers:
            return RateLimited(words, status=status)
        if status in (500, 502, 504, 598):
            return Uncertain(words, status=status, code=f"http_{status}")
        if status == 422 and CLOSED.search(words):
            return JobClosed(words, status=status)
        return super().failure(response)

    def explain(self, response: Response) -> str:
        """Return what the header says: the body may be empty."""
        return response.headers.get("x-bamboohr-error-message", "") or super().explain(response)

    def lookup(self, submission: Submission) -> Lookup:
        """Ask for the opening's applications of this person."""
        return Lookup(build=self.search, read=self.found)

    def search(self, submission: Submission) -> Request:
        """Return the question whether somebody with this email address applied."""
        message = submission.message
        asked = {"jobId": str(job_number(message)), "searchString": message.candidate.email}
        return replace(get(ROOT + "/applications", headers=JSON, **asked), auth=basic(submission.credentials))

    def found(self, submission: Submission, response: Response) -> Kept:
        """Return the application that is there already."""
        listed = self.success(response).get("applications")
        if not isinstance(listed, list):
            raise Uncertain("BambooHR did not say who applied.")
        email = submission.message.candidate.email.casefold()
        people = objects([application.get("applicant") for application in objects(listed)])
        same = [person for person in people if in_words(person.get("email")).casefold() == email]
        return {APPLICATION: {"reference": in_words(same[0].get("id")), "dropped": []}} if same else {}

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask for the open jobs: the key's owner needs access to the ATS for that."""
        request = replace(get(ROOT + "/jobs", headers=JSON, statusGroups="Open"), auth=basic(credentials))
        asked = (self.job_probe(request, job) for job in job_ids)
        return (
            self.account_probe(request, f"company called {settings['company_domain']}, and takes the key"),
            *(replace(probe, read=partial(self.require_listed, probe.job_id)) for probe in asked),
        )

    def require_listed(self, job: str, response: Response) -> None:
        """Refuse a job that is not among the open ones."""
        listed = self.success(response).json()
        if not isinstance(listed, list):
            raise Uncertain("BambooHR did not list its jobs.")
        if job not in {in_words(opening.get("id")) for opening in objects(listed)}:
            raise JobClosed("The job is not among the open ones.")


def basic(credentials: Values) -> tuple[str, str]:
    """Return user name and password of every call; BambooHR looks at the first only."""
    return credentials["api_key"], "x"


def letter(message: Message) -> str:
    """Return the cover letter with what no field takes: the answers, and links of another form."""
    person = message.candidate
    links = (("LinkedIn", person.linkedin_url, LINKEDIN), ("Website", person.website_url, WEBSITE))
    others = (f"{name}: {url}" for name, url, form in links if url and not form.fullmatch(url))
    return paragraphs(message.application.cover_letter, "\n".join(others), lines(answered(message)))
