"""How often one address may do something within an hour."""

from __future__ import annotations

import time
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

HOUR = 3600  # seconds
#: One household or office has a whole network of this size in IPv6.
NETWORK = 64  # bits


def is_over(deed: str, request: HttpRequest, limit: int) -> bool:
    """Count a deed of the request's address and tell whether it is one too many; a limit of 0 is none."""
    if not limit:
        return False
    key = f"throttle:{deed}:{mark_of(request)}:{int(time.time() // HOUR)}"
    counts = caches["throttle"]
    counts.add(key, 0, timeout=HOUR)
    try:
        return bool(counts.incr(key) > limit)
    except ValueError:  # it was dropped in between: the cache is full
        return False


def wait_left() -> int:
    """Return the seconds until everybody may begin anew."""
    return HOUR - int(time.time() % HOUR)


def mark_of(request: HttpRequest) -> str:
    """Return a mark of where a request comes from, that does not tell the address."""
    return salted_hmac("jobbird.throttle", network_of(address_of(request)), algorithm="sha256").hexdigest()[:32]


def address_of(request: HttpRequest) -> str:
    """Return the address of whoever asks: what the outermost of our own proxies saw, or the other end itself.

    What stands further left in X-Forwarded-For was written by the client.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    trusted: int = settings.TRUSTED_PROXIES
    return hops[-trusted] if trusted and len(hops) >= trusted else str(request.META.get("REMOTE_ADDR", ""))


def network_of(address: str) -> str:
    """Return an IPv4 address as it is, and the network of an IPv6 one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return address if found.version == 4 else str(ip_network((address, NETWORK), strict=False))
