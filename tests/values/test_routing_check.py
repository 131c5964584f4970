"""What is committed together stands in one database: a router that says otherwise is refused."""

from __future__ import annotations

import pytest
from django.core.checks import CheckMessage, run_checks
from django.db.models import Model
from pytest_django import Settings

from jobbird.board.models import Application


class Router:
    """Send the models of these names elsewhere."""

    def __init__(self, *moved: str) -> None:
        self.moved = moved

    def db_for_write(self, model: type[Model], **_: object) -> str | None:
        """Say where a model is written."""
        return "other" if model._meta.label in self.moved else None


class ReadingRouter:
    """Read from a replica, and write to the default database."""

    def db_for_read(self, model: type[Model], **_: object) -> str:
        """Say where a model is read."""
        return "replica"


def found(settings: Settings, router: object) -> list[CheckMessage]:
    """Check a project with a router."""
    settings.DATABASE_ROUTERS = [router]
    return run_checks(tags=["ats_integration"])


@pytest.mark.parametrize("name", ["ats_integration.Delivery", "ats_integration.ATSConfig", Application._meta.label])
def test_a_model_that_is_written_elsewhere_is_named(settings: Settings, name: str) -> None:
    (problem,) = found(settings, Router(name))

    assert ("ats_integration.E019", True) == (problem.id, problem.is_serious())
    assert f"A database router writes {name} to another database than 'default'." == problem.msg
    assert problem.hint


def test_all_of_them_elsewhere_are_one_problem(settings: Settings) -> None:
    (problem,) = found(settings, Router("ats_integration.Delivery", Application._meta.label))

    assert f"ats_integration.Delivery, {Application._meta.label} to another" in problem.msg


def test_other_models_may_go_elsewhere(settings: Settings) -> None:
    assert [] == found(settings, Router("auth.User", "board.Vacancy"))


def test_reading_elsewhere_is_the_projects_business(settings: Settings) -> None:
    assert [] == found(settings, ReadingRouter())
