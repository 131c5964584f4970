"""Let nobody guess passwords: so many tries an hour from one address, on every login page together."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from . import throttle

View = Callable[..., HttpResponseBase]


def limited(view: View) -> View:
    """Count what is sent to a login page, and ask whoever guesses to wait."""

    @wraps(view)
    def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and throttle.is_over("login", request, settings.LOGIN_LIMIT_PER_HOUR):
            return wait(request)
        return view(request, *args, **kwargs)

    return counted


def wait(request: HttpRequest) -> HttpResponse:
    """Say when to try again."""
    seconds = throttle.wait_left()
    response = render(request, "429.html", {"minutes": seconds // 60 + 1}, status=429)
    response["Retry-After"] = str(seconds)
    return response
