"""Every address of the project, from its resolver, and one that leads to what Acme has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver, get_resolver

from ats_integration import links
from ats_integration.messages import Resume
from jobbird.ats import resume_part

from .world import World

#: What a pattern of Django's path() or re_path() leaves open.
HOLE = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)\??")


def patterns(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Yield every pattern below a resolver, as the resolver writes it."""
    for found in (resolver or get_resolver()).url_patterns:
        here = before + str(found.pattern)
        if isinstance(found, URLResolver):
            yield from patterns(found, here)
        else:
            assert isinstance(found, URLPattern)
            yield here


def shown(pattern: str) -> str:
    """Write a pattern for people."""
    plain = re.sub(r"\(\?P<(\w+)>[^)]*\)\??", r"<\1>", pattern)
    return "/" + re.sub(r"[\^$]|/\?", "", plain)


def address(pattern: str, world: World) -> str:
    """Return the address of Acme's own thing behind a pattern."""
    values = values_for(pattern, world)
    filled = HOLE.sub(lambda hole: str(values[hole[1] or hole[2]]), pattern)
    return "/" + re.sub(r"[\^$]|/\?", "", filled)


def values_for(pattern: str, world: World) -> dict[str, Any]:
    """Return what fills the holes of a pattern."""
    resume = resume_part(world.application)
    assert isinstance(resume, Resume)
    return {
        "pk": pk_for(pattern, world),
        "provider": "recruitee",
        "token": links.token_of(resume) if pattern.startswith("cv/") else "guessed",
        "filename": "cv.pdf",
        "content_type_id": ContentType.objects.get_for_model(type(world.vacancy)).pk,
        "object_id": object_for(pattern, world),
        "id": person(world, "own").pk,
        "queue_index": 0,
        "scheduler_index": 0,
        "connection_index": 0,
        "job_id": f"ats-{world.delivery.pk}-0",
        "result_id": "1",
        "key": "nobody",
        "scheduler_name": "nobody",
        "cron_job_name": "nothing",
        "app_label": "ats_integration",
        "url": "no-such-page/",
    }


def pk_for(pattern: str, world: World) -> int:
    """Return the key of what the board's and the customer's pages lead to."""
    if pattern.startswith("vacancies/"):
        return world.vacancy.pk
    return world.application.pk if "applications/" in pattern else world.config.pk


def object_for(pattern: str, world: World) -> Any:
    """Return the key of what a page of the admin leads to."""
    if pattern.startswith("admin/r/"):
        return world.vacancy.pk
    support, own = person(world, "support"), person(world, "own")
    by_model = {
        "atsconfig": world.config.pk,
        "delivery": world.delivery.pk,
        "deadletter": world.letter.pk,
        "incident": world.incident.pk,
        "auditentry": world.entry.pk,
        "customer": world.customer.pk,
        "vacancy": world.vacancy.pk,
        "application": world.application.pk,
        "group": support.groups.get().pk,
        "user": own.pk,
    }
    return next((pk for model, pk in by_model.items() if f"/{model}/" in pattern), 0)


def person(world: World, role: str) -> User:
    """Return who has a role."""
    found = world.people[role]
    assert found
    return found
