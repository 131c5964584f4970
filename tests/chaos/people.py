"""Who hires: three companies. One has an ATS that can be asked what arrived, two have one that cannot."""

from __future__ import annotations

from typing import Any

from ats_integration.models import ATSConfig
from jobbird.board.models import Customer, Vacancy
from jobbird.demo.ats import StandIn
from jobbird.demo.crowd import Opening

#: Slug of the company: its provider, the setting that names its account, the credential.
COMPANIES = {
    "acme": ("recruitee", "company", "careers_token"),
    "bakker": ("workable", "subdomain", "api_token"),
    "waterland": ("recruitee", "company", "careers_token"),
}
#: The company whose ATS refuses everybody in the faults that need dead letters.
REFUSING = "waterland"
#: Providers that tell whether an application is there already; with the others a call is repeated in doubt.
ASKED = ("workable",)
#: How they share the applications: the refusing one gets one in five.
SHARES = ("acme", "bakker", "acme", "bakker", "waterland")
#: No limit of calls: what is measured is the recovery. Slots of a killed worker are taken until its leases run out.
UNLIMITED = {"rate_per_second": 1000.0, "max_concurrency": 500}


def settle_in(ats_url: str) -> list[Opening]:
    """Write companies, vacancies and connections; return the openings in the order in which people apply."""
    openings = {slug: opening(slug, ats_url) for slug in COMPANIES}
    return [openings[slug] for slug in SHARES]


def opening(slug: str, ats_url: str) -> Opening:
    """Write one company with its vacancy and connection."""
    provider, account, secret = COMPANIES[slug]
    customer = Customer.objects.create(name=slug)
    vacancy = Vacancy.objects.create(customer=customer, title="Monteur", external_id=f"{slug}-1")
    values: dict[str, Any] = {"settings": {account: slug}, "credentials": {secret: f"key-of-{slug}-0123456789"}}
    base = f"{ats_url}/{provider}/{slug}"
    ATSConfig.objects.create(customer=customer, provider=provider, base_url=base, **values, **UNLIMITED)
    return Opening(pk=vacancy.pk, customer=slug, provider=provider)


def let_refuse(ats: StandIn) -> None:
    """Let the ATS of one company refuse everybody."""
    ats.behave(COMPANIES[REFUSING][0], "reject", account=REFUSING)
