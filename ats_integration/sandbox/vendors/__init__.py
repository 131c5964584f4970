"""The vendors that the stand-in plays, by the slug that is also their prefix in the address."""

from __future__ import annotations

from .base import Vendor
from .greenhouse import Greenhouse
from .lever import Lever
from .recruitee import Recruitee

VENDORS: dict[str, Vendor] = {vendor.slug: vendor for vendor in (Greenhouse(), Lever(), Recruitee())}
