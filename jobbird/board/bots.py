"""Keep programs out of the candidate's form without a riddle: a field that people do not see, and a clock.

Nothing is thrown away silently: whoever is taken for a program by mistake keeps what they typed, and is told.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError

SIGNER = signing.TimestampSigner(salt="jobbird.apply")
LONGEST = timedelta(days=1)

FILLED = "Leave the last field empty: it is there to stop programs."
AGAIN = "This page was open for too long, or was not opened here. Send it once more."
QUICK = "That was faster than people are. Send it once more."


class PeopleOnly(forms.Form):
    """Base of a form that people fill in."""

    leave_empty = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    opened = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["opened"] = stamp()

    def clean(self) -> dict[str, Any]:
        """Refuse what a program fills in, and what came back sooner than a person can type."""
        super().clean()
        if self.cleaned_data.get("leave_empty"):
            self.add_error("leave_empty", FILLED)
        if settings.APPLY_MIN_SECONDS and (problem := problem_of(self.cleaned_data.get("opened", ""))):
            self.data = {**dict(self.data.items()), "opened": stamp()}
            raise ValidationError(problem, code="not_a_person")
        return self.cleaned_data


def stamp() -> str:
    """Return a signed mark of this moment."""
    return SIGNER.sign("opened")


def problem_of(opened: str) -> str:
    """Say what is wrong with when a form was opened; empty = nothing is."""
    try:
        SIGNER.unsign(opened, max_age=LONGEST)
    except signing.BadSignature:
        return AGAIN
    try:
        SIGNER.unsign(opened, max_age=timedelta(seconds=settings.APPLY_MIN_SECONDS))
    except signing.SignatureExpired:
        return ""
    return QUICK
