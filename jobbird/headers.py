"""Security headers that Django 5.2 does not send itself. Django 6 has the first one built in, under the same name."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

#: What no page of ours uses, and no page of ours may be made to use.
POWERS = ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics")
PERMISSIONS = ", ".join(f"{power}=()" for power in POWERS)


class SecurityHeaders:
    """Send what SECURE_CSP says and a Permissions-Policy with every answer, errors and files included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = "; ".join(" ".join((name, *sources)) for name, sources in settings.SECURE_CSP.items())

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response
