"""Which addresses are public. Everything that the internet does not route, or that hides another address, is not."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

#: What is assigned to the public internet, and the parts of it that are not what they seem.
GLOBAL_UNICAST = ip_network("2000::/3")
NOT_WHAT_THEY_SEEM = (
    IPv6Network("2001::/23"),  # Teredo and other protocols
    IPv6Network("2001:db8::/32"),  # documentation
    IPv6Network("2002::/16"),  # 6to4: an IPv4 address inside
    IPv6Network("3fff::/20"),  # documentation
)
RELAYS = ip_network("192.88.99.0/24")  # 6to4 relays


def is_public(address: str) -> bool:
    """Tell whether a numeric address belongs to the public internet."""
    found = number_of(address)
    if found is None:
        return False
    return is_public_4(found) if isinstance(found, IPv4Address) else is_public_6(found)


def number_of(address: str) -> IPv4Address | IPv6Address | None:
    """Return a numeric address, or None where it is a name."""
    try:
        return ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return None


def is_public_4(address: IPv4Address) -> bool:
    """Tell it of IPv4: not private, shared, local, reserved, a group or a relay."""
    return address.is_global and not address.is_multicast and address not in RELAYS


def is_public_6(address: IPv6Address) -> bool:
    """Tell it of IPv6: inside 2000::/3, so that no mapped, translated, local or group address passes."""
    if address not in GLOBAL_UNICAST or any(address in network for network in NOT_WHAT_THEY_SEEM):
        return False
    return address.is_global
