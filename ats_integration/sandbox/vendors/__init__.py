"""The vendors that the stand-in plays, by the slug that is also their prefix in the address."""

from __future__ import annotations

from .ashby import Ashby
from .base import Vendor
from .greenhouse import Greenhouse
from .homerun import Homerun
from .lever import Lever
from .personio import Personio
from .recruitee import Recruitee
from .smartrecruiters import SmartRecruiters
from .teamtailor import Teamtailor
from .workable import Workable

PLAYED: tuple[Vendor, ...] = (
    Greenhouse(),
    Lever(),
    Recruitee(),
    Workable(),
    SmartRecruiters(),
    Ashby(),
    Teamtailor(),
    Personio(),
    Homerun(),
)
VENDORS: dict[str, Vendor] = {vendor.slug: vendor for vendor in PLAYED}
