"""The guide shows code that exists, and names what there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from ats_integration import conf
from ats_integration.providers.base import Provider, Submission
from ats_integration.sandbox.vendors.base import Vendor

from .contract import ProviderContract

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/adding-a-provider.md").read_text()
SHOWN = re.findall(r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
#: What the guide quotes from.
SOURCES = "\n".join(
    (ROOT / path).read_text()
    for path in (
        "ats_integration/providers/afas.py",
        "ats_integration/providers/afas_answers.py",
        "ats_integration/providers/homerun.py",
        "ats_integration/sandbox/vendors/afas.py",
        "tests/providers/test_afas.py",
    )
)
HOOKS = re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| (`.*?) \|", GUIDE, re.MULTILINE)))


def stripped(text: str) -> list[str]:
    """Return the lines of a text that say something, without the blanks around them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("snippet", SHOWN, ids=lambda snippet: snippet.strip().splitlines()[0][:40])
def test_shows_code_as_it_is(snippet: str) -> None:
    known = set(stripped(SOURCES))
    assert [] == [line for line in stripped(snippet) if line not in known]


def test_quotes_the_code_that_it_walks_through() -> None:
    assert 6 < len(SHOWN)


@pytest.mark.parametrize("hook", HOOKS)
def test_names_hooks_that_exist(hook: str) -> None:
    assert hasattr(Provider, hook)


def test_names_what_a_stand_in_and_the_claims_have() -> None:
    attributes = {"numbers_jobs", "needs_resume", "calls_before", "asks_by", "account"}
    assert attributes <= {*ProviderContract.__annotations__}
    assert [] == [name for name in attributes if f"`{name}`" not in GUIDE]
    assert all(hasattr(Vendor, name) for name in ("account", "show", "take", "receipt", "answer", "ordered"))
    assert "resume_url" in Submission.__dataclass_fields__


def test_every_adapter_is_kept_from_knowing_the_others() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (independent,) = (contract["modules"] for contract in contracts if contract["type"] == "independence")
    assert sorted(path.rpartition(".")[0] for path in conf.conf.providers) == sorted(independent)
