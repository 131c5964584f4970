"""System check of the database routers: an application and its deliveries are committed together, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, register
from django.db import DEFAULT_DB_ALIAS, router
from django.db.models import Model

from .conf import conf
from .models import Delivery

HINT = "Applications would be lost unseen. Let the router write all of them to the default database."


@register("ats_integration")
def check_routing(app_configs: Sequence[AppConfig] | None, **_: object) -> list[CheckMessage]:
    """E019: a model that is written to another database than the default one."""
    moved = [model._meta.label for model in committed_together() if router.db_for_write(model) != DEFAULT_DB_ALIAS]
    if not moved:
        return []
    names = ", ".join(sorted(moved))
    message = f"A database router writes {names} to another database than '{DEFAULT_DB_ALIAS}'."
    return [Error(message, hint=HINT, id="ats_integration.E019")]


def committed_together() -> Iterator[type[Model]]:
    """Return the app's models and the host's application; where that is not installed, another check says so."""
    yield from apps.get_app_config(Delivery._meta.app_label).get_models()
    yield from (model for model in apps.get_models() if model._meta.label_lower == conf.application_model.lower())
