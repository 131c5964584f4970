"""The vendors that the stand-in plays, by the slug that is also their prefix in the address."""

from __future__ import annotations

from .afas import Afas
from .ashby import Ashby
from .bamboohr import BambooHR
from .base import Vendor
from .breezy import Breezy
from .bullhorn import Bullhorn
from .carerix import Carerix
from .greenhouse import Greenhouse
from .homerun import Homerun
from .jazzhr import JazzHR
from .jobylon import Jobylon
from .lever import Lever
from .otys import Otys
from .personio import Personio
from .pinpoint import Pinpoint
from .recruitee import Recruitee
from .smartrecruiters import SmartRecruiters
from .teamtailor import Teamtailor
from .webhook import Webhook
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
    Bullhorn(),
    JazzHR(),
    Breezy(),
    BambooHR(),
    Pinpoint(),
    Jobylon(),
    Carerix(),
    Webhook(),
    Afas(),
    Otys(),
)
VENDORS: dict[str, Vendor] = {vendor.slug: vendor for vendor in PLAYED}
