"""Leave out tests that touch no database, or whose end no database decides. Loaded for the run on PostgreSQL."""

from __future__ import annotations

import pytest

FIXTURES = frozenset({"db", "transactional_db", "live_server"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests that a database may decide."""
    others = [item for item in items if not is_decided_by_database(item)]
    items[:] = [item for item in items if is_decided_by_database(item)]
    config.hook.pytest_deselected(items=others)


def is_decided_by_database(item: pytest.Item) -> bool:
    """Tell whether a test may touch the database: pytest-django refuses it to all others."""
    if item.get_closest_marker("same_on_every_database"):
        return False
    asked = FIXTURES & set(getattr(item, "fixturenames", ()))
    return bool(asked or item.get_closest_marker("django_db"))
