"""The one place where the host and the app meet: the host tells how to read its applications."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.core.signals import setting_changed
from django.db.models import Model, QuerySet
from django.utils.module_loading import import_string

from .conf import NAME, conf
from .messages import ApplicationData


class ApplicationAdapter(ABC):
    """Turn the host's Application into the app's typed data. Subclass it in your project."""

    @abstractmethod
    def customer_id(self, application: Any) -> Any:
        """Return the primary key of the customer who hires."""

    @abstractmethod
    def describe(self, application: Any) -> ApplicationData:
        """Return everything an ATS may want to know. `resumes.describe` reads the CV."""

    @abstractmethod
    def received_between(self, start: datetime, end: datetime, customer_ids: Collection[Any]) -> QuerySet[Any]:
        """Return what these customers' vacancies got from `start` until before `end`, oldest first.

        Filter and order only: the sweeper joins several such querysets with `|`.
        """

    def open_job_ids(self, customer_id: Any) -> list[str]:
        """Return the ATS's job ids of a customer's open vacancies, for connection tests; override it."""
        return []


@cache
def adapter() -> ApplicationAdapter:
    """Return the host's adapter.

    Raises ImportError where APPLICATION_ADAPTER leads nowhere (a system check says so first).
    """
    found: ApplicationAdapter = import_string(conf.application_adapter)()
    return found


def application_model() -> type[Model]:
    """Return the host's application model."""
    return apps.get_model(conf.application_model)


def customer_model() -> type[Model]:
    """Return the host's customer model."""
    return apps.get_model(conf.customer_model)


def customers_of(user: Any) -> QuerySet[Any]:
    """Return the customers whose connections a user may see; none where the host names no rule."""
    if not conf.customers_of_user:
        return customer_model()._default_manager.none()
    found: QuerySet[Any] = import_string(conf.customers_of_user)(user)
    return found


def forget(*, setting: str, **_: object) -> None:
    """Drop the cached adapter when a test overrides the settings."""
    if setting == NAME:
        adapter.cache_clear()


setting_changed.connect(forget)
