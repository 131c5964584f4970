"""Write the demo into the database, and take it out again. Writing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import transaction

from ats_integration.models import ATSConfig, DeadLetter, Incident

from . import demo_data
from .applying import consent_given, hand_in
from .demo_data import DemoCandidate, DemoCustomer
from .models import Application, Customer, Vacancy


def add_admin() -> bool:
    """Make the superuser; tell whether it is new."""
    return add_user(demo_data.ADMIN, "admin@jobbird.example", is_staff=True, is_superuser=True)


def add_customer(demo: DemoCustomer, ats_url: str) -> bool:
    """Write a customer with its recruiter, vacancies and connection; tell whether the login is new."""
    with transaction.atomic():
        is_new = add_user(demo.slug, demo.email)
        customer = Customer.objects.filter(name=demo.name).first() or Customer.objects.create(name=demo.name)
        customer.members.add(User.objects.get(username=demo.slug))
        add_vacancies(customer, demo)
        add_connection(customer, demo, ats_url)
    return is_new


def add_user(username: str, email: str, **flags: bool) -> bool:
    """Make a login with the demo's password; one that exists stays as it is. Tell whether it is new."""
    if User.objects.filter(username=username).exists():
        return False
    User.objects.create_user(username, email, demo_data.PASSWORD, **flags)
    return True


def add_vacancies(customer: Customer, demo: DemoCustomer) -> None:
    """Write the vacancies of a customer."""
    for vacancy in demo.vacancies:
        texts = {"title": vacancy.title, "description": vacancy.description}
        Vacancy.objects.update_or_create(customer=customer, external_id=vacancy.external_id, defaults=texts)


def add_connection(customer: Customer, demo: DemoCustomer, ats_url: str) -> None:
    """Write the connection of a customer."""
    values: dict[str, Any] = {
        "settings": demo.settings,
        "credentials": demo.credentials,
        "base_url": base_url(demo, ats_url),
        "notify_emails": [demo.email],
    }
    ATSConfig.objects.update_or_create(customer=customer, provider=demo.provider, defaults=values)


def base_url(demo: DemoCustomer, ats_url: str) -> str:
    """Return where the stand-in plays this customer's ATS: Recruitee's company, a host's name, is part of the path."""
    place = f"{ats_url.rstrip('/')}/{demo.provider}"
    return f"{place}/{demo.slug}" if demo.provider == "recruitee" else place


def add_applications(count: int, demos: Sequence[DemoCustomer]) -> int:
    """Let that many candidates apply, spread over the customers; return how many are new."""
    vacancies = demo_vacancies(demos)
    people = ((demo_data.candidate(number), vacancies[number % len(vacancies)]) for number in range(count))
    return sum(apply(person, vacancy) for person, vacancy in people)


def demo_vacancies(demos: Sequence[DemoCustomer]) -> list[Vacancy]:
    """Return the first vacancy of each customer, then the second of each, and so on."""
    found = Vacancy.objects.filter(customer__name__in=[demo.name for demo in demos]).select_related("customer")
    by_id = {(vacancy.customer.name, vacancy.external_id): vacancy for vacancy in found}
    rows = zip(*([(demo.name, job.external_id) for job in demo.vacancies] for demo in demos), strict=True)
    return [by_id[key] for row in rows for key in row]


def apply(person: DemoCandidate, vacancy: Vacancy) -> bool:
    """Hand in one application; tell whether it is new."""
    if Application.objects.filter(vacancy=vacancy, email=person.email).exists():
        return False
    application = Application(
        vacancy=vacancy,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        phone=person.phone,
        cover_letter=person.cover_letter,
        consent=consent_given(retention=False),
    )
    hand_in(application, ContentFile(person.cv), person.cv_filename)
    return True


def remove(demos: Iterable[DemoCustomer]) -> None:
    """Remove these customers with everything that hangs on them, their logins and their CVs."""
    names, logins = zip(*((demo.name, demo.slug) for demo in demos), strict=True)
    customers = Customer.objects.filter(name__in=names)
    applications = Application.objects.filter(vacancy__customer__in=customers)
    cvs = [application.cv for application in applications.only("cv") if application.cv]
    with transaction.atomic():
        DeadLetter.objects.filter(customer__in=customers).delete()
        Incident.objects.filter(customer__in=customers).delete()
        ATSConfig.objects.filter(customer__in=customers).delete()
        applications.delete()
        customers.delete()
        User.objects.filter(username__in=logins).delete()
    for cv in cvs:
        cv.delete(save=False)
