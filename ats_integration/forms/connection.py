"""One form per ATS: the general fields of a connection, and those the ATS declares.

Credentials go in and never come out: an empty secret keeps what is stored, and what is stored is
never sent to another address than the one it was entered for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet

from ..errors import CredentialsUnreadable, UnknownProvider
from ..models import ATSConfig
from ..providers import registry
from ..providers.base import ConfigField, Provider
from .fields import EmailListField, input_for

GENERAL = ("name", "is_active", "notify_emails")
ADVANCED = ("base_url",)

STORED = "Stored; leave empty to keep it."
UNREADABLE = "What is stored cannot be opened any more: enter it again."
ELSEWHERE = "The address is another one now. Enter this again: what is stored only goes where it was entered for."


class ConnectionForm(forms.ModelForm):
    """Base of the forms; `form_class` adds the inputs of one ATS."""

    #: None where no adapter has the provider's name (any more); the form then says so.
    ats: ClassVar[Provider | None] = None

    provider = forms.CharField(label="ATS", disabled=True, required=False)
    notify_emails = EmailListField(
        label="Who hears about failures", required=False, help_text="Email addresses, one on a line."
    )

    class Meta:
        model = ATSConfig
        fields: ClassVar[tuple[str, ...]] = ("provider", *GENERAL, *ADVANCED)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = stored_credentials(self.instance)
        for field in self.declared():
            self.show_what_is_stored(field)

    def limit_customers(self, customers: QuerySet[Any]) -> None:
        """Offer these customers only."""
        self.fields["customer"] = forms.ModelChoiceField(customers)

    @classmethod
    def declared(cls) -> tuple[ConfigField, ...]:
        """Return what the ATS wants to know."""
        return cls.ats.fields if cls.ats else ()

    @classmethod
    def advice(cls) -> str:
        """Return what is not certain about the adapter, and what a job id is there."""
        return f"{cls.ats.beta} {cls.ats.job_id_help}".strip() if cls.ats else ""

    def show_what_is_stored(self, field: ConfigField) -> None:
        """Fill a plain field with its value; say of a secret one only whether it has any."""
        shown = self.fields[field.name]
        if not field.secret:
            self.initial.setdefault(field.name, self.instance.settings.get(field.name, field.default))
        elif field.name in self.stored:
            shown.required = False
            shown.help_text = f"{field.help} {STORED}".strip()
        elif self.instance.credentials and not self.stored:
            shown.help_text = f"{field.help} {UNREADABLE}".strip()

    def clean_base_url(self) -> str:
        """Cut the last slash off: the vendor's paths bring their own."""
        return str(self.cleaned_data["base_url"]).rstrip("/")

    def clean(self) -> dict[str, Any]:
        """Let the ATS's adapter judge its fields, and hand them over to the connection."""
        super().clean()
        if self.ats:
            self.take_over(self.ats)
        return self.cleaned_data

    def take_over(self, ats: Provider) -> None:
        """Put the values into the connection, or name the fields that are wrong."""
        settings, typed = self.typed(secret=False), self.typed(secret=True)
        moved = self.has_moved(ats, settings)
        credentials = typed if moved else {**self.stored, **typed}
        for name, problem in ats.problems(settings, credentials).items():
            if name not in self.errors:
                self.add_error(name, ELSEWHERE if moved and name in self.stored and name not in typed else problem)
        self.instance.settings, self.instance.credentials = settings, credentials

    def typed(self, *, secret: bool) -> dict[str, str]:
        """Return what was entered, by field name; a field left empty has its default or nothing."""
        given = {
            field.name: self.cleaned_data.get(field.name) or field.default
            for field in self.declared()
            if field.secret == secret
        }
        return {name: value for name, value in given.items() if value}

    def has_moved(self, ats: Provider, settings: Mapping[str, Any]) -> bool:
        """Tell whether any call would go to another address than before."""
        before = addresses(ats, self.instance.base_url, self.instance.settings)
        return before != addresses(ats, self.cleaned_data.get("base_url") or "", settings)

    def account_inputs(self) -> list[forms.BoundField]:
        """Return the inputs that the ATS declares."""
        return [self[field.name] for field in self.declared()]

    def general_inputs(self) -> list[forms.BoundField]:
        """Return the inputs that every connection has."""
        return [self[name] for name in ("customer", *GENERAL) if name in self.fields]

    def advanced_inputs(self) -> list[forms.BoundField]:
        """Return the inputs that few people need."""
        return [self[name] for name in ADVANCED]

    def advanced_is_needed(self) -> bool:
        """Tell whether an advanced input has a value or an error, so that it must not be hidden."""
        return any(inputs.errors or inputs.value() for inputs in self.advanced_inputs())


def stored_credentials(config: ATSConfig) -> dict[str, Any]:
    """Return the stored values, or none where they cannot be opened."""
    try:
        return config.credentials.reveal()
    except CredentialsUnreadable:
        return {}


def addresses(ats: Provider, base_url: str, settings: Mapping[str, Any]) -> set[str]:
    """Return where calls go, as scheme and host; some go to an address that stands in the settings, as for a token."""
    try:
        home = base_url or ats.home(settings)
    except LookupError:
        home = ""
    return {"/".join(text.split("/")[:3]) for text in (home, *map(str, settings.values())) if "://" in text}


def form_class(slug: str, *, with_customer: bool = False) -> type[ConnectionForm]:
    """Return the form of one ATS."""
    try:
        ats = registry.get(slug)
    except UnknownProvider:
        ats = None
    fields = ("customer", *ConnectionForm.Meta.fields) if with_customer else ConnectionForm.Meta.fields
    inputs = {field.name: input_for(field) for field in ats.fields} if ats else {}
    provider = forms.CharField(label="ATS", disabled=True, required=False, initial=slug)
    meta = type("Meta", (ConnectionForm.Meta,), {"fields": fields})
    form: type[ConnectionForm] = type(
        "ConnectionForm",
        (ConnectionForm,),
        {
            "__module__": __name__,
            "Meta": meta,
            "ats": ats,
            "provider": provider,
            **inputs,
        },
    )
    return form
