"""S3 while dead letters come: away, failing, slow."""

from __future__ import annotations

from ..ground import Ground
from .base import Fault, last


def away(ground: Ground) -> None:
    """Refuse every connection."""
    with ground.s3.closed():
        last(ground.pace.s3_away)


def failing(ground: Ground) -> None:
    """Answer every call with 500."""
    with ground.s3.failing():
        last(ground.pace.s3_away)


def slow(ground: Ground) -> None:
    """Take seconds for every answer."""
    with ground.s3.slow(ground.pace.s3_answer):
        last(ground.pace.s3_away)


FAULTS = (
    Fault(
        name="s3-away",
        title="S3 down for {s3_away}, one ATS refuses everybody",
        strike=away,
        lasts=lambda pace: pace.s3_away,
        within=60,
        with_letters=True,
        is_telling=True,
    ),
    Fault(
        name="s3-failing",
        title="S3 answers 500 for {s3_away}, one ATS refuses everybody",
        strike=failing,
        lasts=lambda pace: pace.s3_away,
        within=60,
        with_letters=True,
    ),
    Fault(
        name="s3-slow",
        title="S3 takes {s3_answer} an answer for {s3_away}, one ATS refuses everybody",
        strike=slow,
        lasts=lambda pace: pace.s3_away,
        within=60,
        with_letters=True,
    ),
)
