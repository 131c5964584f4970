"""How the job board and `ats_integration` meet: the only file of the host that knows the app's types."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import phonenumbers
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from ats_integration import resumes
from ats_integration.adapters import ApplicationAdapter
from ats_integration.messages import Answer, ApplicationData, Candidate, Consent, Resume
from ats_integration.messages import Application as ApplicationPart
from ats_integration.messages import Customer as CustomerPart
from ats_integration.messages import Vacancy as VacancyPart
from jobbird.board.models import Application, Customer, Vacancy

HOME_REGION = "NL"


class BoardAdapter(ApplicationAdapter):
    """Read the board's applications for the app."""

    def customer_id(self, application: Application) -> Any:
        return application.vacancy.customer_id

    def describe(self, application: Application) -> ApplicationData:
        vacancy = application.vacancy
        return ApplicationData(
            application=application_part(application),
            candidate=candidate_part(application),
            resume=resume_part(application),
            vacancy=vacancy_part(vacancy),
            customer=CustomerPart(id=str(vacancy.customer_id), name=vacancy.customer.name),
        )

    def received_between(self, start: datetime, end: datetime, customer_ids: Collection[Any]) -> QuerySet[Application]:
        found = Application.objects.filter(created_at__gte=start, created_at__lt=end)
        theirs = found.filter(vacancy__customer_id__in=customer_ids)
        return theirs.select_related("vacancy__customer").order_by("created_at")

    def open_job_ids(self, customer_id: Any) -> list[str]:
        found = Vacancy.objects.filter(customer_id=customer_id, is_open=True).exclude(external_id="")
        return list(found.values_list("external_id", flat=True).distinct())


def customers_of_user(user: Any) -> QuerySet[Customer]:
    """Return the customers a user works for."""
    return Customer.objects.filter(members=user)


def application_part(application: Application) -> ApplicationPart:
    """Describe what was handed in."""
    return ApplicationPart(
        id=str(application.pk),
        submitted_at=application.created_at,
        cover_letter=application.cover_letter,
        source=application.source,
        answers=tuple(Answer.model_validate(answer) for answer in application.answers),
        consent=Consent.model_validate(application.consent),
    )


def candidate_part(application: Application) -> Candidate:
    """Describe the person."""
    return Candidate(
        first_name=application.first_name,
        last_name=application.last_name,
        email=application.email,
        phone=e164(application.phone),
        linkedin_url=application.linkedin_url,
        website_url=application.website_url,
    )


def resume_part(application: Application) -> Resume | None:
    """Describe the CV, or return None where there is none."""
    if not application.cv:
        return None
    return resumes.describe(application.cv, filename=application.cv_filename)


def vacancy_part(vacancy: Vacancy) -> VacancyPart:
    """Describe the job."""
    url = settings.ATS_PUBLIC_URL.rstrip("/") + reverse("apply", args=[vacancy.pk])
    return VacancyPart(id=str(vacancy.pk), external_id=vacancy.external_id, title=vacancy.title, url=url)


def e164(phone: str) -> str:
    """Return a phone number in E.164, read as Dutch where it has no country; unreadable ones stay."""
    try:
        number = phonenumbers.parse(phone, HOME_REGION)
    except phonenumbers.NumberParseException:
        return phone
    if not phonenumbers.is_possible_number(number):
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
