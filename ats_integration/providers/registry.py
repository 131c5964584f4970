"""Which adapters there are: the dotted paths of ATS_INTEGRATION["PROVIDERS"], nothing scanned."""

from __future__ import annotations

from functools import cache

from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from ..conf import NAME, conf
from ..errors import UnknownProvider
from .base import Provider


@cache
def all_providers() -> dict[str, Provider]:
    """Return one instance of every configured adapter by its slug.

    Raises ImportError where a dotted path leads nowhere (a system check says so first).
    """
    found: list[Provider] = [import_string(path)() for path in conf.providers]
    return {provider.slug: provider for provider in found}


def get(slug: str) -> Provider:
    """Return the adapter of that name, or raise UnknownProvider."""
    try:
        return all_providers()[slug]
    except KeyError:
        raise UnknownProvider(f"There is no provider called {slug!r}.") from None


def choices() -> list[tuple[str, str]]:
    """Return slug and name of every adapter, for forms and filters."""
    return sorted(((slug, provider.name) for slug, provider in all_providers().items()), key=lambda pair: pair[1])


def forget(*, setting: str, **_: object) -> None:
    """Drop the cache when a test overrides the settings."""
    if setting == NAME:
        all_providers.cache_clear()


setting_changed.connect(forget)
