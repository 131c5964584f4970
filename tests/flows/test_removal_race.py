"""A connection that is deleted while an application comes in: the application is never lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connections, transaction

from ats_integration import connections as connection_flow
from ats_integration.errors import ConnectionInUse
from ats_integration.models import ATSConfig, Delivery
from jobbird.board.models import Application

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_application_is_saved_and_the_connection_stays(
    config: ATSConfig, apply: Callable[..., Application], admin_user: object
) -> None:
    """Given an application that is not committed yet, deleting its connection waits and is then refused."""
    refused: list[Exception] = []

    def remove() -> None:
        try:
            connection_flow.remove(config, by=admin_user)
        except (ConnectionInUse, OperationalError) as error:
            refused.append(error)
        finally:
            connections.close_all()

    remover = threading.Thread(target=remove)
    with transaction.atomic():
        apply()
        remover.start()
        remover.join(timeout=1)
    remover.join()
    assert (1, 1, 1) == (Application.objects.count(), Delivery.objects.count(), len(refused))
