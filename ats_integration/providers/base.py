"""What an adapter tells: identity, config fields, abilities, how to build a call and read its answer.

No I/O here. An adapter is pure: `build` makes a Request of a Submission, `read` makes a Receipt
of a Response or raises one of the named failures. The values it works with are importable from here.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from ..errors import DeliveryError, Uncertain
from ..messages import Message
from .answers import reset_at, retry_after
from .calls import Probe, Rate, Receipt, Request, Response, Session, Submission, path
from .config_fields import ConfigField
from .failures import failure_of, in_words, plain_words
from .job_forms import JobForm
from .parts import PARTS, job_id, present
from .steps import Kept, Lookup, Step

__all__ = [
    "APPLICATION",
    "PARTS",
    "ConfigField",
    "Probe",
    "Provider",
    "Rate",
    "Receipt",
    "Request",
    "Response",
    "Submission",
    "failure_of",
    "job_id",
    "path",
    "present",
]

#: The name of the step that hands the application in.
APPLICATION = "application"

#: How an ATS says that this key, or nobody at all, may see what a job asks.
NOT_TOLD = (403, 404, 405, 501)

#: Settings or opened credentials, by the names of the fields.
Values = Mapping[str, Any]


class Provider(ABC):
    """One ATS product. Subclasses set the attributes and implement `build` and `read`."""

    slug: ClassVar[str]
    name: ClassVar[str]
    #: Scheme and host of the production API; `{field}` is filled from the settings.
    production_url: ClassVar[str]
    fields: ClassVar[tuple[ConfigField, ...]]
    #: Which of PARTS the API takes.
    carries: ClassVar[frozenset[str]]
    #: The vendor's documented limit, or None where none is documented.
    rate: ClassVar[Rate | None] = None
    #: How many calls one delivery makes, the login aside: what it weighs against `rate` or the connection's own.
    calls_per_delivery: ClassVar[int] = 1
    #: The header of a 429 that names, as a Unix timestamp, when calls are taken again; empty = there is none.
    reset_header: ClassVar[str] = ""
    #: Where the vendor's documentation of this call stands.
    docs_url: ClassVar[str] = ""
    #: What is not certain about this adapter, in words for the customer; empty = nothing.
    beta: ClassVar[str] = ""
    #: What `Vacancy.external_id` must be for this ATS, in words for the customer.
    job_id_help: ClassVar[str] = ""
    #: Whether an application without a job id goes nowhere.
    needs_job_id: ClassVar[bool] = True
    #: File endings of CVs that the ATS takes, without the dot; empty = not documented, so all.
    resume_types: ClassVar[frozenset[str]] = frozenset()
    #: The largest CV it takes, in bytes; None = not documented.
    resume_limit: ClassVar[int | None] = None
    #: Whether the ATS accepts an application without answers that it requires, so that we must look first.
    accepts_incomplete: ClassVar[bool] = False
    #: Whether handing the same application in again is harmless, because the ATS tells it or our steps look first.
    is_idempotent: ClassVar[bool] = False
    #: Statuses of a fault after which the application may be there all the same, so that we ask before we repeat.
    doubtful: ClassVar[frozenset[int]] = frozenset()
    #: Whether `build` or `steps` needs what the job asks, to put answers and links in their places.
    reads_form: ClassVar[bool] = False
    #: Whether an application can go without the job's questions, where the ATS keeps them from us.
    form_is_optional: ClassVar[bool] = False
    #: When the ATS cannot tell whether an application arrived although it can be asked, in words; empty = it tells.
    doubt_stays: ClassVar[str] = ""
    #: What no harmless call can prove, in sentences for the customer.
    unproven: ClassVar[tuple[str, ...]] = ()

    def home(self, settings: Values) -> str:
        """Return scheme and host of the production API for these settings.

        Raises LookupError where the settings do not tell.
        """
        return self.production_url.format(**self.given(settings))

    def check(self, message: Message) -> None:
        """Look at a message before any call; for an ATS where other calls come before the one of `build`.

        Raises Rejected where the message lacks what no call can do without.
        """
        return

    def build(self, submission: Submission) -> Request:
        """Return the call that hands the application in. Needed unless `steps` is overridden.

        Raises Rejected where the message lacks what no call can do without.
        """
        raise NotImplementedError(f"{type(self).__name__} needs `build` or `steps`.")

    def read(self, response: Response) -> Receipt:
        """Return the receipt of a 2xx answer, or raise a DeliveryError where it says no."""
        raise NotImplementedError(f"{type(self).__name__} needs `read` or `steps`.")

    def steps(self, submission: Submission) -> tuple[Step, ...]:
        """Return the calls of a delivery in their order; most ATSs need only one."""
        return (Step(name=APPLICATION, build=self.build, read=lambda _submission, response: self.kept_of(response)),)

    def kept_of(self, response: Response) -> dict[str, Any]:
        """Return what the only call of a delivery leaves behind."""
        receipt = self.judge(response)
        return {"reference": receipt.reference, "dropped": list(receipt.dropped)}

    def receipt(self, submission: Submission) -> Receipt:
        """Return the receipt once all steps are done; override it together with `steps`."""
        kept = submission.kept[APPLICATION]
        return Receipt(reference=kept["reference"], dropped=tuple(kept["dropped"]))

    def lookup(self, submission: Submission) -> Kept | Lookup | None:
        """Return how to ask whether an earlier, uncertain try arrived; None where the ATS cannot be asked.

        What the question would have brought may be returned at once, where it is known.
        """
        return None

    def login(self, submission: Submission) -> tuple[Step, ...]:
        """Return the calls that open a session; none where the credentials themselves are sent."""
        return ()

    def session_of(self, submission: Submission) -> Session:
        """Return the session that the login left behind in `kept`."""
        raise NotImplementedError(f"{type(self).__name__} has a `login` and needs `session_of`.")

    def is_logged_out(self, response: Response) -> bool:
        """Tell whether an answer says that the session is over: we log in again and repeat that one call."""
        return False

    def moved(self, request: Request, response: Response) -> Request | None:
        """Return the same call to the host that an answer names; None where the answer is an answer."""
        return None

    def wants_form(self, message: Message) -> bool:
        """Tell whether handing this message in needs what its job asks; override where it depends."""
        return self.reads_form or self.accepts_incomplete

    def form_request(self, submission: Submission) -> Request | None:
        """Return the call that asks what the job requires; None where the ATS does not tell."""
        return None

    def read_form(self, response: Response) -> JobForm:
        """Return what the job requires, of a 2xx answer to `form_request`."""
        raise NotImplementedError(f"{type(self).__name__} has a `form_request` and needs `read_form`.")

    def form_of(self, response: Response) -> JobForm | None:
        """Return what the job requires, of any answer to `form_request`; None where it may stay unknown."""
        if self.form_is_optional and response.status in NOT_TOLD:
            return None
        return self.read_form(self.success(response))

    def told(self, message: Message, form: JobForm) -> frozenset[str]:
        """Name the questions of a job that other parts of the message answer, such as LinkedIn."""
        return frozenset()

    def wait(self, response: Response) -> timedelta | None:
        """Return the wait an answer asks for; override where the vendor has a header of another kind."""
        asked = reset_at(response, self.reset_header) if response.status == 429 else None
        return retry_after(response) or asked

    def success(self, response: Response) -> Response:
        """Return a 2xx answer, or raise the failure that another one means."""
        if 200 <= response.status < 300:
            return response
        raise self.failure(response)

    def judge(self, response: Response) -> Receipt:
        """Return the receipt of any answer, or raise the failure it means."""
        if response.status in self.doubtful:
            raise Uncertain(self.explain(response), status=response.status, code=f"http_{response.status}")
        return self.read(self.success(response))

    def failure(self, response: Response) -> DeliveryError:
        """Return the failure that a non-2xx answer means; override where a vendor's codes differ."""
        return failure_of(response.status, self.explain(response))

    def explain(self, response: Response) -> str:
        """Return the vendor's own words about a failure, for people."""
        for key in ("error", "errors", "message", "detail"):
            if words := in_words(response.get(key)):
                return words
        return plain_words(response)

    def ping(self, settings: Values, credentials: Values, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Return the harmless calls that test a connection, and the jobs where the ATS can be asked."""
        return ()

    def probes(self, submission: Submission, job_ids: Sequence[str] = ()) -> tuple[Probe, ...]:
        """Return the same for an ATS with a login, whose calls need the session of `submission`."""
        return self.ping(submission.settings, submission.credentials, job_ids)

    def account_probe(self, request: Request, known_as: str) -> Probe:
        """Return the question whether the ATS knows the customer's account."""
        return Probe(
            request=request, proves=f"{self.name} has a {known_as}.", denies=f"{self.name} knows no {known_as}."
        )

    def job_probe(self, request: Request, job: str, read: Callable[[Response], object] | None = None) -> Probe:
        """Return the question whether a job is open; `read` where more than a 2xx answer is needed for that."""
        proves, denies = f"Job {job} is open.", f"Job {job} is closed or unknown."
        return Probe(request=request, proves=proves, denies=denies, job_id=job, read=read)

    def given(self, settings: Values) -> dict[str, str]:
        """Return the settings that have a value or a default, by field name."""
        values = {field.name: field.value(settings) for field in self.fields if not field.secret}
        return {name: value for name, value in values.items() if value}

    def problems(self, settings: Values, credentials: Values) -> dict[str, str]:
        """Say what is wrong with a connection's values, by field name."""
        found = {f.name: f.problem(f.value(credentials if f.secret else settings)) for f in self.fields}
        return {name: problem for name, problem in found.items() if problem}

    def carried(self, message: Message) -> frozenset[str]:
        """Return which of PARTS this API takes of this message; override where it depends."""
        return self.carries

    def carried_by(self, submission: Submission) -> frozenset[str]:
        """Return the same once the job's questions are known; override where they take parts."""
        return self.carried(submission.message)

    def lost(self, submission: Submission) -> tuple[str, ...]:
        """Name the parts that this delivery could not tell the ATS."""
        return in_order(present(submission.message) - self.carried_by(submission))


def in_order(parts: frozenset[str]) -> tuple[str, ...]:
    """Return parts in the order in which people are told."""
    return tuple(part for part in PARTS if part in parts)
