"""The candidate's form, and the filters of the customer's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet

from ats_integration.models import Delivery
from ats_integration.states import Status

from .bots import PeopleOnly
from .models import Application, Vacancy
from .uploads import ACCEPT, validate_cv
from .words import STATUS

LETTER_LENGTH = 20_000  # characters; about six pages


class ApplicationForm(PeopleOnly, forms.ModelForm):
    """Everything a candidate tells about themselves."""

    linkedin_url = forms.URLField(label="LinkedIn", required=False, max_length=200, assume_scheme="https")
    website_url = forms.URLField(label="Website", required=False, max_length=200, assume_scheme="https")
    cover_letter = forms.CharField(
        label="Cover letter", required=False, max_length=LETTER_LENGTH, widget=forms.Textarea(attrs={"rows": 8})
    )
    cv = forms.FileField(
        label="CV",
        validators=[validate_cv],
        help_text="PDF, DOC, DOCX, RTF, TXT or ODT, at most 10 MB.",
        error_messages={"required": "Choose the file with your CV.", "empty": "This file is empty. Choose another."},
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )
    consent = forms.BooleanField(
        label="My data may be used to handle this application.",
        error_messages={"required": "Without this we may not pass your application on."},
    )
    consent_retention = forms.BooleanField(
        label="My data may be kept for later vacancies.",
        required=False,
        help_text="You can take this back at any time.",
    )

    class Meta:
        model = Application
        fields = ("first_name", "last_name", "email", "phone", "linkedin_url", "website_url", "cover_letter", "cv")
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
        }


class ApplicationFilter(forms.Form):
    """Narrow the customer's applications by where they stand and by vacancy."""

    status = forms.ChoiceField(required=False)
    vacancy = forms.ModelChoiceField(Vacancy.objects.none(), required=False, empty_label="Every vacancy")

    def __init__(self, data: Any, *, vacancies: QuerySet[Vacancy]) -> None:
        super().__init__(data)
        words = [(status.value, STATUS[status]) for status in Status]
        self.fields["status"] = forms.ChoiceField(required=False, choices=[("", "Every status"), *words])
        self.fields["vacancy"] = forms.ModelChoiceField(vacancies, required=False, empty_label="Every vacancy")

    def narrow(self, applications: QuerySet[Application]) -> QuerySet[Application]:
        """Return the applications that fit; a value that does not exist filters nothing."""
        self.is_valid()
        if status := self.cleaned_data.get("status"):
            applications = applications.filter(
                Exists(Delivery.objects.filter(application=OuterRef("pk"), status=status))
            )
        if vacancy := self.cleaned_data.get("vacancy"):
            applications = applications.filter(vacancy=vacancy)
        return applications
