"""dramatiq in a Django project with the usual apps: the same job, and then one row that says it is done."""

from __future__ import annotations

import os
from typing import Any

import django
import environ
from django.conf import settings

CONNECTIONS = 16  # to PostgreSQL, for all threads

database = environ.Env.db_url_config(os.environ["DATABASE_URL"])
database["OPTIONS"] = {**database.get("OPTIONS", {}), "pool": {"min_size": 1, "max_size": CONNECTIONS}}
settings.configure(
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
    ],
    DATABASES={"default": database},
    USE_TZ=True,
)
django.setup()

import dramatiq  # noqa: E402
from django.db import connection, models  # noqa: E402
from dramatiq.brokers.redis import RedisBroker  # noqa: E402

from benchmarks.peers import work  # noqa: E402


class Receipt(models.Model):
    """A message that was handed in."""

    message = models.IntegerField()
    delivered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "receipts"

    def __str__(self) -> str:
        return f"message {self.message}"


dramatiq.set_broker(RedisBroker(url=os.environ["REDIS_URL"]))
with connection.schema_editor() as editor:
    editor.create_model(Receipt)
connection.close()


@dramatiq.actor
def deliver(told: dict[str, Any]) -> None:
    """Do the job, and record it."""
    work.deliver(told)
    try:
        Receipt.objects.create(message=told["id"])
    finally:
        connection.close()  # back to the pool
