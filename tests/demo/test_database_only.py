"""On PostgreSQL the tests that touch no database are left out, and no others."""

from __future__ import annotations

import pytest

from tests.database_only import has_database


def test_without_a_database(request: pytest.FixtureRequest) -> None:
    assert not has_database(item_of(request))


@pytest.mark.django_db
def test_with_the_marker(request: pytest.FixtureRequest) -> None:
    assert has_database(item_of(request))


def test_with_the_fixture(request: pytest.FixtureRequest, db: None) -> None:
    assert has_database(item_of(request))


def test_with_a_fixture_that_needs_it(request: pytest.FixtureRequest, customer: object) -> None:
    assert has_database(item_of(request))


def item_of(request: pytest.FixtureRequest) -> pytest.Item:
    """Return the running test."""
    item = request.node
    assert isinstance(item, pytest.Item)
    return item
