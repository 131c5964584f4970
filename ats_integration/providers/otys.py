"""OTYS Go!, JSON-RPC in a session: candidate, documents and procedure, each one looked for before it is made."""

from __future__ import annotations

from collections.abc import Sequence

from ..messages import Message
from .base import APPLICATION
from .calls import Probe, Receipt, Response, Submission
from .config_fields import ConfigField
from .otys_parts import (
    ask_person,
    ask_status,
    ask_vacancy,
    attach_cv,
    attach_letter,
    make,
    may_be_made,
    query,
    search,
    submit,
    upload_cv,
    upload_letter,
)
from .otys_rpc import Rpc, file_uid, first_uid, uid
from .parts import PARTS, job_id
from .steps import Kept, Lookup, Step


class Otys(Rpc):
    """Hand applications in like the customer's own website does."""

    slug = "otys"
    name = "OTYS Go!"
    production_url = "https://ows.otys.nl"
    docs_url = "https://wordpress.org/plugins/otys-jobs-apply/"
    fields = (
        ConfigField(
            name="api_key",
            label="API key",
            help="The key of an API user. Your OTYS administrator or OTYS support can give it to you.",
            secret=True,
        ),
        ConfigField(
            name="source",
            label="Source",
            help="What OTYS shall show as the source of new candidates; empty = what the application names as its own.",
            required=False,
            pattern=r".{1,100}",
        ),
    )
    job_id_help = "The vacancy's uid, as the vacancy feed shows it."
    calls_per_delivery = 9
    carries = frozenset(PARTS)
    resume_types = frozenset({"pdf", "doc", "docx", "txt", "rtf", "jpg", "jpeg", "png", "gif"})
    resume_limit = 8_000_000
    doubt_stays = "where its search does not find a candidate whose making left no answer"
    beta = (
        "OTYS does not publish the reference of its web service: we call it the way its own website plugin does. "
        "Not known are its limits, what it says of a closed vacancy (we read a complaint about the vacancy as that), "
        "how soon its search knows a new candidate, and which questions it takes answers to."
    )
    unproven = ("Whether the API user may add candidates and procedures: the first application will tell.",)

    def check(self, message: Message) -> None:
        """Refuse a vacancy without a uid before anybody logs in."""
        job_id(message)

    def steps(self, submission: Submission) -> tuple[Step, ...]:
        """Find or make the candidate, look for the procedure, attach CV and letter, make the procedure."""
        return (
            Step(name="known", build=search, read=self.found, fresh=True),
            Step(name="candidate", build=make, read=lambda _s, r: uid(self.success(r)), fresh=True),
            Step(name="earlier", build=query, read=lambda _s, r: first_uid(self.success(r)), fresh=True),
            Step(name="cv", build=upload_cv, read=lambda _s, r: file_uid(self.success(r)), drops="resume"),
            Step(name="document", build=attach_cv, read=self.done, drops="resume"),
            Step(name="text", build=upload_letter, read=lambda _s, r: file_uid(self.success(r))),
            Step(name="letter", build=attach_letter, read=self.done),
            Step(name="status", build=ask_status, read=self.read_status),
            Step(name=APPLICATION, build=submit, read=lambda _s, r: self.kept_of(r)),
        )

    def found(self, submission: Submission, response: Response) -> str | None:
        """Return the candidate who has the address, empty where nobody has; None where we may have made one."""
        person = first_uid(self.success(response), email=submission.message.candidate.email)
        return person or (None if may_be_made(submission) else "")

    def lookup(self, submission: Submission) -> Kept | Lookup | None:
        """Ask for a candidate whose making left no answer; all else our steps look for before they make it."""
        kept = submission.kept
        if kept.get("candidate"):
            return {} if kept.get("known", "") is not None else None
        return Lookup(build=ask_person, read=self.settled) if may_be_made(submission) else {}

    def settled(self, submission: Submission, response: Response) -> Kept | None:
        """Leave the doubt where nobody is found: OTYS's search may not know a new candidate yet."""
        return {} if self.found(submission, response) else None

    def read(self, response: Response) -> Receipt:
        """Read the procedure's uid."""
        return Receipt(reference=uid(response))

    def receipt(self, submission: Submission) -> Receipt:
        """Return the procedure that was there, or the one we made."""
        if earlier := submission.kept.get("earlier"):
            return Receipt(reference=earlier)
        return super().receipt(submission)

    def probes(self, submission: Submission, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Ask for a list that only a session opens, and for each vacancy."""
        session = Probe(
            request=ask_status(submission),
            proves="OTYS accepts the API key.",
            denies="There is no OTYS at this address.",
            read=self.require_session,
        )
        return (session, *(self.job_probe(ask_vacancy(submission, job), job, self.require_shown) for job in job_ids))
