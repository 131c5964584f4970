"""Greenhouse Recruiting, Job Board API: one multipart POST per application, no id comes back."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import DeliveryError, JobClosed, Rejected, Uncertain
from ..messages import Message
from .base import Provider, Values
from .calls import Probe, Receipt, Request, Response, Submission, get, path
from .config_fields import ConfigField
from .failures import in_words
from .greenhouse_parts import form_fields, form_in, taken, told
from .job_forms import JobForm
from .parts import job_id


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
    reset_header = "x-ratelimit-reset"
    resume_types = frozenset({"pdf", "doc", "docx", "txt", "rtf"})
    unproven = ("Greenhouse offers no call that proves the API key: the first application will.",)

    def build(self, submission: Submission) -> Request:
        """Return the POST; only this call carries the key."""
        return Request(
            method="POST",
            path=board(submission.settings) + path("jobs", job_id(submission.message)),
            auth=(submission.credentials["api_key"], ""),
            headers={"Accept": "application/json"},
            form=form_fields(submission, self.given(submission.settings).get("source_token")),
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
        return (
            self.account_probe(get(board(settings)), f"job board called {settings['board_token']}"),
            *(self.job_probe(get(board(settings) + path("jobs", job)), job) for job in job_ids),
        )

    def form_request(self, submission: Submission) -> Request:
        """Ask for the job post with its questions; it is public, and not found where the post is not live."""
        return get(board(submission.settings) + path("jobs", job_id(submission.message)), questions="true")

    def read_form(self, response: Response) -> JobForm:
        """Return the job's own questions and consents, and which of the usual fields are required."""
        return form_in(response)

    def told(self, message: Message, form: JobForm) -> frozenset[str]:
        """Name the questions that answers, links and consents answer."""
        return told(message, form)

    def carried_by(self, submission: Submission) -> frozenset[str]:
        """Leave out what no question of the job takes, and a source that no tracking link stands for."""
        untracked = set() if self.given(submission.settings).get("source_token") else {"source"}
        return self.carries - {"answers", "consent"} - untracked | taken(submission.message, submission.job_form)


def board(settings: Values) -> str:
    """Return the path of the customer's job board."""
    return path("v1", "boards", settings["board_token"])
