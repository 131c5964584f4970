"""The package that pip builds has every file of the app, and asks for every library that the app imports."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "ats_integration"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DEPENDENCIES = {canonicalize_name(asked.name): asked for asked in map(Requirement, PROJECT["project"]["dependencies"])}


def imported() -> set[str]:
    """Return the libraries that the app imports, by the names of their modules."""
    names = {name.partition(".")[0] for path in APP.rglob("*.py") for name in imports(ast.parse(path.read_text()))}
    return names - sys.stdlib_module_names - {"ats_integration"}


def imports(tree: ast.Module) -> Iterator[str]:
    """Yield what one file imports; a relative import is our own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module


def brought() -> set[str]:
    """Return what is installed with the dependencies: they themselves, and what they ask for."""
    theirs = {Requirement(line).name for name in DEPENDENCIES for line in requires(name) or ()}
    return {*DEPENDENCIES, *map(canonicalize_name, theirs)}


def test_every_file_of_the_app_is_in_the_package() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["ats_integration"]
    files = {path for path in APP.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}}

    assert files == {path for pattern in patterns for path in APP.glob(pattern)}


def test_every_folder_with_code_is_a_package() -> None:
    assert set() == {path.parent for path in APP.rglob("*.py") if not (path.parent / "__init__.py").exists()}


def test_every_library_that_is_imported_comes_with_the_package() -> None:
    owners = packages_distributions()

    assert [] == [name for name in imported() if not brought() & set(map(canonicalize_name, owners[name]))]


def test_no_library_comes_that_nobody_imports() -> None:
    owners = packages_distributions()
    used = {canonicalize_name(owner) for name in imported() for owner in owners[name]}

    assert set() == DEPENDENCIES.keys() - used


def test_what_the_board_pins_is_within_the_ranges() -> None:
    pins = dict(re.findall(r"^([\w-]+)(?:\[\w+\])?==(\S+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    pins = {canonicalize_name(name): version for name, version in pins.items()}

    assert [] == [str(asked) for name, asked in DEPENDENCIES.items() if pins[name] not in asked.specifier]
