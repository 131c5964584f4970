"""`show_providers` shows what the adapters declare, and the documentation says the same."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ats_integration import capabilities
from ats_integration.providers import registry
from ats_integration.providers.base import PARTS

DOCS = Path(__file__).parents[2] / "docs" / "providers"
SLUGS = [slug for slug, _name in registry.choices()]


def shown(*arguments: str) -> str:
    out = StringIO()
    call_command("show_providers", *arguments, stdout=out)
    return out.getvalue()


def test_lists_every_provider() -> None:
    assert SLUGS == [each["slug"] for each in json.loads(shown("--json"))]
    assert [] == [slug for slug in SLUGS if slug not in shown()]


@pytest.mark.parametrize("slug", SLUGS)
def test_each_page_holds_its_table(slug: str) -> None:
    table = capabilities.markdown(capabilities.capabilities_of(registry.get(slug)))
    assert table in (DOCS / f"{slug}.md").read_text(), (
        "run: python manage.py show_providers --update-docs docs/providers"
    )


def test_every_part_of_an_application_has_a_name() -> None:
    assert set(PARTS) == capabilities.PART_NAMES.keys()


def test_the_overview_holds_its_table() -> None:
    found = [capabilities.capabilities_of(registry.get(slug)) for slug in SLUGS]
    assert capabilities.overview(found) in (DOCS / "README.md").read_text()


def test_names_a_page_without_a_place_for_the_table(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"README\.md"):
        call_command("show_providers", "--update-docs", str(tmp_path))
