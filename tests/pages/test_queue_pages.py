"""RQ's pages in the admin are the guarded ones, however the apps are installed; what a host says of them counts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.admin import AdminSite, ModelAdmin
from django_rq.admin import QueueAdmin as Unguarded
from django_rq.models import Dashboard

from ats_integration.admin.queue_pages import QueueAdmin, guard

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = "ats_integration.admin.queue_pages"
#: A project of its own: the job board's settings with other apps.
START = """
import sys
import django
from jobbird import settings
others = [app for app in settings.INSTALLED_APPS if app not in ("django_rq", "ats_integration")]
settings.INSTALLED_APPS = [*others, *sys.argv[2:]]
settings.RQ_SHOW_ADMIN_LINK = sys.argv[1] == "shown"
django.setup()
from django.contrib import admin
print(*[type(each).__module__ for model, each in admin.site._registry.items() if model.__name__ == "Dashboard"])
"""


def registered(*arguments: str) -> str:
    """Return the module of the admin that shows RQ's pages in a fresh project."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "jobbird.settings"}
    command = [sys.executable, "-c", START, *arguments]
    ran = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return ran.stdout.strip()


@pytest.mark.parametrize("apps", [("django_rq", "ats_integration"), ("ats_integration", "django_rq")])
def test_they_are_guarded_in_either_order_of_the_apps(apps: tuple[str, str]) -> None:
    assert OURS == registered("shown", *apps)


def test_they_stay_away_where_the_project_hides_them() -> None:
    assert "" == registered("hidden", "django_rq", "ats_integration")


def test_nothing_breaks_where_the_project_does_not_install_them() -> None:
    assert "" == registered("shown", "ats_integration")


class Own(Unguarded):
    """What a host made of RQ's pages itself."""


@pytest.mark.parametrize(("before", "after"), [(Unguarded, QueueAdmin), (Own, Own)])
def test_only_rqs_own_are_replaced(before: type[ModelAdmin], after: type[ModelAdmin]) -> None:
    site = AdminSite()
    site.register(Dashboard, before)
    guard(site)
    assert after is type(site.get_model_admin(Dashboard))


def test_what_a_host_took_out_stays_out() -> None:
    site = AdminSite()
    guard(site)
    assert not site.is_registered(Dashboard)
