"""The documentation names what exists: commands, settings, checks, environment, providers, errors."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ats_integration import conf, errors
from ats_integration.explanations import EXPLANATIONS
from ats_integration.providers import registry
from ats_integration.states import Outcome, Status

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = sorted(
    path.stem for path in (ROOT / "ats_integration/management/commands").glob("*.py") if path.stem != "__init__"
)
README = (ROOT / "README.md").read_text()

#: Parts of an application, in the words of the README's table.
WORDS = {
    "resume": "CV",
    "cover_letter": "cover letter",
    "answers": "answers",
    "linkedin_url": "LinkedIn",
    "website_url": "website",
    "address": "address",
    "consent": "consent",
    "source": "source",
}


def doc(name: str) -> str:
    """Read one page of the documentation."""
    return (ROOT / "docs" / name).read_text()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_lists_every_command(command: str) -> None:
    assert f"`{command}`" in README


@pytest.mark.parametrize("key", sorted(conf.DEFAULTS))
def test_every_setting_is_documented(key: str) -> None:
    assert f"`{key}`" in doc("settings.md")


def test_every_check_is_documented() -> None:
    source = "".join(path.read_text() for path in (ROOT / "ats_integration").glob("*checks.py"))
    ids = {f"E{int(n):03}" for n in re.findall(r"\berror\((\d+),", source)}
    ids |= {f"W{int(n):03}" for n in re.findall(r"\bwarning\((\d+),", source)}
    ids |= set(re.findall(r'id="ats_integration\.(\w+)"', (ROOT / "ats_integration/routing_check.py").read_text()))
    assert ids == set(re.findall(r"ats_integration\.([EW]\d{3})", doc("settings.md")))


def test_every_variable_of_the_environment_is_documented() -> None:
    source = (ROOT / "jobbird/settings.py").read_text()
    names = set(re.findall(r'(?:env\.\w+|seconds)\(\s*"([A-Z_]+)"', source))
    assert not [name for name in names if f"`{name}`" not in doc("settings.md")]


@pytest.mark.parametrize("slug", [slug for slug, _name in registry.choices()])
def test_every_provider_has_its_page_and_a_line_in_the_readme(slug: str) -> None:
    assert (ROOT / f"docs/providers/{slug}.md").exists()
    assert f"docs/providers/{slug}.md" in README


@pytest.mark.parametrize("slug", [slug for slug, _name in registry.choices() if slug != "webhook"])
def test_the_readme_says_what_every_provider_carries(slug: str) -> None:
    (line,) = (line for line in README.splitlines() if f"docs/providers/{slug}.md" in line and line.startswith("|"))
    assert registry.get(slug).carries & WORDS.keys() == {part for part, word in WORDS.items() if word in line}


@pytest.mark.parametrize("word", [*Outcome.values, *Status.values])
def test_every_outcome_and_status_is_documented(word: str) -> None:
    assert f"`{word}`" in README + doc("architecture.md")


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_links_of_the_readme_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def test_the_error_tree_is_drawn_completely() -> None:
    classes = {
        name for name, found in vars(errors).items() if isinstance(found, type) and found.__module__ == errors.__name__
    }
    assert not [name for name in classes if name not in (errors.__doc__ or "")]


def test_every_reason_code_is_explained_in_the_documentation() -> None:
    assert not [code for code in EXPLANATIONS if f"`{code}`" not in doc("reasons.md")]


def test_a_report_of_a_hole_goes_to_no_address_of_an_example() -> None:
    said = (ROOT / "SECURITY.md").read_text()
    assert "Report a vulnerability" in said
    assert [] == re.findall(r"[\w.+-]+@[\w.-]+|[\w.-]+\.example\b", said)
