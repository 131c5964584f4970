"""Two customers with everything they have, and a person of every role. What is secret carries a mark."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from ats_integration import audit
from ats_integration.models import ATSConfig, Attempt, AuditEntry, DeadLetter, Delivery, Incident
from ats_integration.states import Deed, Outcome, Status
from jobbird.board.models import Application, Customer, Vacancy
from jobbird.board.support import GROUP

#: Marks that may stand nowhere but in an open credential.
SECRET = "marked-secret-4711-of-acme"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"

ROLES = ("anyone", "own", "other", "nobody", "support", "superuser")


@dataclass(frozen=True, kw_only=True)
class World:
    """What belongs to the customer that the addresses lead to, and the people by role (`anyone` has no user)."""

    people: dict[str, User | None]
    sessions: dict[str, str]
    customer: Customer
    rival: Customer
    vacancy: Vacancy
    config: ATSConfig
    application: Application
    delivery: Delivery
    letter: DeadLetter
    incident: Incident
    entry: AuditEntry


def build(base_url: str) -> World:
    """Write everything; the connection leads to `base_url`."""
    customer, rival = Customer.objects.create(name="Acme BV"), Customer.objects.create(name="Rival NV")
    vacancy = Vacancy.objects.create(customer=customer, title="Monteur", external_id="monteur-elektrotechniek")
    config = connect(customer, base_url)
    application = Application.objects.create(vacancy=vacancy, **candidate())
    delivery = dead(application, config)
    them = people(customer, rival)
    return World(
        people=them,
        sessions={role: session_of(person) for role, person in them.items() if person},
        customer=customer,
        rival=rival,
        vacancy=vacancy,
        config=config,
        application=application,
        delivery=delivery,
        letter=letter_of(delivery),
        incident=incident_of(config),
        entry=entry_of(config),
    )


def people(customer: Customer, rival: Customer) -> dict[str, User | None]:
    """Make one person of each role."""
    own, other, nobody = (User.objects.create_user(name, password="x") for name in ("own", "other", "nobody"))
    customer.members.add(own)
    rival.members.add(other)
    support = User.objects.create_user("support", password="x", is_staff=True)
    support.groups.add(Group.objects.get(name=GROUP))
    superuser = User.objects.create_superuser("superuser", password="x")
    return {
        "anyone": None,
        "own": own,
        "other": other,
        "nobody": nobody,
        "support": support,
        "superuser": superuser,
    }


def session_of(person: User) -> str:
    """Log somebody in and return the key of the session."""
    client = Client()
    client.force_login(person)
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def browser(world: World, role: str) -> Client:
    """Return a new browser of that role, which shows errors instead of raising them."""
    client = Client(raise_request_exception=False)
    if key := world.sessions.get(role):
        client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def connect(customer: Customer, base_url: str) -> ATSConfig:
    """Connect a customer with Recruitee."""
    return ATSConfig.objects.create(
        customer=customer,
        name="Acme's Recruitee",
        provider="recruitee",
        settings={"company": "acme"},
        credentials={"careers_token": SECRET},
        base_url=base_url,
        notify_emails=["hr@acme.example"],
    )


def candidate() -> dict[str, Any]:
    """Return what a candidate leaves."""
    cv = ContentFile(PDF, name="cv.pdf")
    names = {"first_name": "Sanne", "last_name": "de Vries", "email": "sanne@example.org"}
    return {**names, "phone": "06 12345678", "cover_letter": "Graag.", "cv": cv, "cv_filename": "cv sanne.pdf"}


def dead(application: Application, config: ATSConfig) -> Delivery:
    """Let the delivery that intake made have failed."""
    delivery = Delivery.objects.get(application=application, config=config)
    delivery.status, delivery.last_error_code, delivery.last_error = Status.DEAD, "http_422", "Refused."
    delivery.save()
    Attempt.objects.create(
        delivery=delivery,
        number=1,
        outcome=Outcome.REJECTED,
        duration=timedelta(seconds=1),
        started_at=timezone.now(),
        excerpt="no",
    )
    return delivery


def letter_of(delivery: Delivery) -> DeadLetter:
    """Write the dead letter of a delivery."""
    now = timezone.now()
    return DeadLetter.objects.create(
        message_id=delivery.pk,
        delivery=delivery,
        config=delivery.config,
        customer_id=delivery.config.customer_id,
        customer_name="Acme BV",
        provider="recruitee",
        key="dead-letters/v1/x.json",
        reason="http_422",
        try_count=1,
        died_at=now,
        stored_at=now,
    )


def incident_of(config: ATSConfig) -> Incident:
    """Write an incident of a connection."""
    now = timezone.now()
    about = {"customer_id": config.customer_id, "provider": config.provider, "reason": "http_422"}
    return Incident.objects.create(**about, opened_at=now, last_failure_at=now)


def entry_of(config: ATSConfig) -> AuditEntry:
    """Write a line of the audit trail."""
    audit.on_connection(config, Deed.CHANGED, by="own")
    return AuditEntry.objects.get()
