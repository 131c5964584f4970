"""Leave out tests that touch no database. Loaded for the run on PostgreSQL: elsewhere they cannot end differently."""

from __future__ import annotations

import pytest

FIXTURES = frozenset({"db", "transactional_db", "live_server"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests with a database."""
    others = [item for item in items if not has_database(item)]
    items[:] = [item for item in items if has_database(item)]
    config.hook.pytest_deselected(items=others)


def has_database(item: pytest.Item) -> bool:
    """Tell whether a test may touch the database: pytest-django refuses it to all others."""
    asked = FIXTURES & set(getattr(item, "fixturenames", ()))
    return bool(asked or item.get_closest_marker("django_db"))
