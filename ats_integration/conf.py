"""Read ATS_INTEGRATION from the Django settings: typed, with defaults, late.

Use `conf.retry_budget` for the setting `RETRY_BUDGET`. Values are read at first use and follow
`override_settings`. Unknown keys and wrong types are reported by the system checks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

NAME = "ATS_INTEGRATION"
MODEL = re.compile(r"[^\W\d]\w*\.[^\W\d]\w*")
#: So long a worker holds on to a job, at most.
JOB_TIMEOUT = timedelta(minutes=3)


@dataclass(frozen=True, kw_only=True)
class Conf:
    """All settings of the app, one field each."""

    #: The host's models, as `app_label.Model`.
    customer_model: str = ""
    application_model: str = ""
    #: Subclass of `ats_integration.adapters.ApplicationAdapter`, by dotted path.
    application_adapter: str = ""
    #: Callable `user -> QuerySet of customers` for the customer pages; empty = nobody sees them.
    customers_of_user: str = ""
    #: Adapters by dotted path; add your own here.
    providers: tuple[str, ...] = (
        "ats_integration.providers.greenhouse.Greenhouse",
        "ats_integration.providers.lever.Lever",
        "ats_integration.providers.recruitee.Recruitee",
        "ats_integration.providers.workable.Workable",
        "ats_integration.providers.smartrecruiters.SmartRecruiters",
        "ats_integration.providers.ashby.Ashby",
        "ats_integration.providers.teamtailor.Teamtailor",
        "ats_integration.providers.personio.Personio",
        "ats_integration.providers.homerun.Homerun",
        "ats_integration.providers.bullhorn.Bullhorn",
        "ats_integration.providers.jazzhr.JazzHR",
        "ats_integration.providers.breezy.Breezy",
        "ats_integration.providers.bamboohr.BambooHR",
        "ats_integration.providers.pinpoint.Pinpoint",
        "ats_integration.providers.jobylon.Jobylon",
        "ats_integration.providers.carerix.Carerix",
        "ats_integration.providers.webhook.Webhook",
        "ats_integration.providers.afas.Afas",
        "ats_integration.providers.otys.Otys",
    )

    #: The first key encrypts, all of them decrypt. At least 16 characters each, better 43 random ones.
    encryption_keys: tuple[str, ...] = ()

    #: S3 bucket of the dead letters.
    dead_letter_bucket: str = ""
    #: Value of the x-amz-server-side-encryption header; empty = the bucket's own default.
    dead_letter_encryption: str = "AES256"

    #: Before try n + 1: between half and all of base * factor ** n, at most cap.
    retry_base: timedelta = timedelta(seconds=5)
    retry_factor: float = 2.0
    retry_cap: timedelta = timedelta(seconds=60)
    #: From the first failed try to the dead letter.
    retry_budget: timedelta = timedelta(seconds=300)
    #: The same in tries: about as many as fit the budget; a message dies at this tryCount.
    retry_max_tries: int = 11
    #: Least wait after a 429 that does not say how long.
    rate_limit_floor: timedelta = timedelta(seconds=15)

    connect_timeout: timedelta = timedelta(seconds=3)
    read_timeout: timedelta = timedelta(seconds=10)
    #: A whole call, however slowly its answer drips.
    total_timeout: timedelta = timedelta(seconds=30)
    #: A worker that has not settled a delivery by then is taken for dead. Longer than total_timeout.
    claim_lease: timedelta = timedelta(seconds=35)
    #: Deliveries in flight at once in one worker process.
    worker_concurrency: int = 32
    #: Deliveries in flight at once for one connection, in all workers together, where it says nothing else.
    max_concurrency: int = 8
    #: Tries in a row that found the ATS out of reach, after which we leave it alone and only probe.
    circuit_failures: int = 10

    #: Failures are collected this long before the first mail, and mailed again no sooner than repeat.
    notice_window: timedelta = timedelta(seconds=60)
    notice_repeat: timedelta = timedelta(hours=1)
    support_emails: tuple[str, ...] = ()
    #: This site's own address, for links in mails and links to CVs.
    public_url: str = "http://localhost:8000"

    #: Hosts that may resolve to private addresses or be spoken to without TLS.
    allowed_private_hosts: tuple[str, ...] = ()

    #: How often the database is compared with Redis, and how old a delivery must be to be missed.
    sweep_interval: timedelta = timedelta(seconds=10)
    sweep_grace: timedelta = timedelta(seconds=15)
    #: Applications younger than this that never got a delivery (bulk_create, imports) are taken in.
    intake_lookback: timedelta = timedelta(days=1)

    #: Alias in STORAGES that holds the CVs.
    resume_storage: str = "default"

    @property
    def try_timeout(self) -> timedelta:
        """How long a try may begin calls: while the last one lasts, the worker still holds on to the job."""
        return max(JOB_TIMEOUT - self.claim_lease - self.total_timeout, self.total_timeout)


DEFAULTS = {field.name.upper(): field.default for field in fields(Conf)}


def written(key: str) -> str:
    """Name a setting as projects write it, and as the job board's environment does."""
    return f"{NAME}['{key}'] (in the job board: ATS_{key})"


def given() -> dict[str, Any]:
    """Return what the project's settings say, as they say it."""
    said = getattr(settings, NAME, {})
    if not isinstance(said, Mapping):
        raise ImproperlyConfigured(f"{NAME} is of type {type(said).__name__}: write it as a dict.")
    return dict(said)


def require_model(key: str) -> None:
    """Refuse a setting that cannot be the name of a model; whether there is such a model, a system check says."""
    name = given().get(key)
    if not name:
        raise ImproperlyConfigured(f"{NAME}['{key}'] is missing: name the host's model as 'app_label.Model'.")
    if not (isinstance(name, str) and MODEL.fullmatch(name)):
        raise ImproperlyConfigured(f"{NAME}['{key}'] is {name!r}: write it as 'app_label.Model'.")


@cache
def load() -> Conf:
    """Build the settings object, leaving out keys that do not exist (a system check names them).

    Raises ImproperlyConfigured where a model is not named: without it not even the checks can run.
    """
    for key in ("CUSTOMER_MODEL", "APPLICATION_MODEL"):
        require_model(key)
    known = {key: value for key, value in given().items() if key in DEFAULTS}
    values: dict[str, Any] = {key.lower(): tuple(v) if isinstance(v, list) else v for key, v in known.items()}
    return Conf(**values)


class LazyConf:
    """Stand for the current `Conf`; every attribute is read when it is used."""

    def __getattr__(self, name: str) -> Any:
        return getattr(load(), name)


def forget(*, setting: str, **_: Any) -> None:
    """Drop the cached settings when a test overrides them."""
    if setting == NAME:
        load.cache_clear()


setting_changed.connect(forget)

if TYPE_CHECKING:
    conf: Conf
else:
    conf = LazyConf()
