"""How many calls a connection may make: at once, and in a stretch of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from .conf import conf
from .errors import UnknownProvider
from .models import ATSConfig
from .providers import registry
from .providers.base import Provider, Rate

#: A rate that somebody enters is taken as no more than so many calls a second, and no less than one call a day.
MOST, LEAST = 10_000.0, 1 / 86_400
#: Added to each stretch of time, for what clocks round off.
MARGIN = timedelta(milliseconds=10)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the lane of a connection lets through.

    `calls` of 0 means no limit in time; `weight` is how many calls one delivery makes; `key` names whose calls are
    counted together, `vendor` whose servers are out of reach together, empty where nobody knows.
    """

    concurrency: int
    calls: int = 0
    per: timedelta = timedelta(0)
    weight: int = 1
    key: str
    vendor: str = ""


def limits_of(config: ATSConfig) -> Limits:
    """Return the connection's own limits, or else those that its provider documents."""
    concurrency = config.max_concurrency or conf.max_concurrency
    provider = provider_of(config)
    rate = own_rate(config) or (provider.rate if provider else None)
    vendor = vendor_of(config, provider) if provider else ""
    if provider is None or rate is None:
        return Limits(concurrency=concurrency, key=f"config-{config.pk}", vendor=vendor)
    return Limits(
        concurrency=concurrency,
        vendor=vendor,
        calls=rate.calls,
        per=rate.per + MARGIN,
        weight=min(provider.calls_per_delivery, rate.calls),
        key=f"sender-{provider.slug}" if rate.scope == "sender" else f"config-{config.pk}",
    )


def of_nobody(config_id: int) -> Limits:
    """Return the limits of a connection that is gone: its messages find no row and end there."""
    return Limits(concurrency=conf.max_concurrency, key=f"config-{config_id}")


def provider_of(config: ATSConfig) -> Provider | None:
    """Return the adapter of a connection, or None where there is none: its deliveries fail with that word."""
    try:
        return registry.get(config.provider)
    except UnknownProvider:
        return None


def vendor_of(config: ATSConfig, provider: Provider) -> str:
    """Name the servers that a connection shares with others of its provider; empty where its settings do not tell.

    A label of the host that only names the customer does not count.
    """
    try:
        host = host_of(config.base_url or provider.home(config.settings))
    except (LookupError, ValueError):
        return ""
    is_customers = not config.base_url and host_of(provider.production_url).startswith("{")
    return f"{provider.slug}@{host.partition('.')[2] if is_customers else host}"


def host_of(url: str) -> str:
    """Return host and port of an address.

    Raises ValueError where it is none.
    """
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def own_rate(config: ATSConfig) -> Rate | None:
    """Return the rate that somebody entered at the connection, as whole calls in a stretch of time."""
    entered = config.rate_per_second
    if not entered or not entered > 0:
        return None
    wanted = max(LEAST, min(entered, MOST))
    calls = max(1, int(wanted))
    return Rate(calls=calls, per=timedelta(seconds=calls / wanted))
