"""Rows of the job board and the app, written in bulk by the app's own functions."""

from __future__ import annotations

from itertools import islice
from typing import Any

import django

django.setup()

from django.db import transaction  # noqa: E402

from ats_integration import intake  # noqa: E402
from ats_integration.intake import TakenIn  # noqa: E402
from ats_integration.models import ATSConfig, Delivery  # noqa: E402
from jobbird.board.models import Application, Customer, Vacancy  # noqa: E402

BATCH = 500
LETTER = "x" * 1180  # characters; makes a body of 2 KB
SECRET = "whsec_" + "A" * 32


def connect(ats_url: str, count: int, *, kind: str = "customer") -> list[Vacancy]:
    """Make customers, each with a vacancy and a connection; `kind` begins their names and addresses.

    An address ends like https://ats.example/<kind>/<kind>-7; what stands before it is `ats_url`.
    """
    customers = Customer.objects.bulk_create(Customer(name=f"{kind}-{number}") for number in range(count))
    ATSConfig.objects.bulk_create(connection(customer, kind, ats_url) for customer in customers)
    return Vacancy.objects.bulk_create(Vacancy(customer=each, title="Monteur", external_id="7") for each in customers)


def connection(customer: Customer, kind: str, ats_url: str) -> ATSConfig:
    """Describe a connection through the webhook provider: one signed POST of JSON per application."""
    return ATSConfig(
        customer=customer,
        provider="webhook",
        settings={"url": f"https://ats.example/{kind}/{customer.name}"},
        credentials={"secret": SECRET},
        base_url=ats_url,
    )


def connections(kind: str) -> list[tuple[Vacancy, ATSConfig]]:
    """Return the vacancies of one kind of customer, each with the connection."""
    configs = {config.customer_id: config for config in ATSConfig.objects.filter(customer__name__startswith=kind)}
    found = Vacancy.objects.filter(customer__in=configs).select_related("customer").order_by("pk")
    return [(vacancy, configs[vacancy.customer_id]) for vacancy in found]


def application(vacancy: Vacancy, number: int) -> Application:
    """Describe an application without a CV."""
    name = {"first_name": "Ann", "last_name": "de Vries", "email": f"ann-{number}@example.org"}
    return Application(vacancy=vacancy, cover_letter=LETTER, phone="+31612345678", **name)


def apply(places: list[tuple[Vacancy, ATSConfig]], first: int, count: int) -> list[TakenIn]:
    """Write applications, spread over connections, and their pending deliveries."""
    made: list[TakenIn] = []
    numbers = iter(range(first, first + count))
    while batch := list(islice(numbers, BATCH)):
        made += apply_batch([places[number % len(places)] for number in batch], batch)
    return made


@transaction.atomic
def apply_batch(places: list[tuple[Vacancy, ATSConfig]], numbers: list[int]) -> list[TakenIn]:
    """Write one application for each of these places, and its delivery."""
    rows = [application(vacancy, number) for (vacancy, _), number in zip(places, numbers, strict=True)]
    written: list[Any] = Application.objects.bulk_create(rows)
    pairs = zip(written, places, strict=True)
    taken = [intake.new_delivery(config.snapshot(), row, intake.described(row)) for row, (_, config) in pairs]
    Delivery.objects.bulk_create([one.delivery for one in taken])
    return taken
