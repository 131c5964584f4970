"""The site: killed while people send the form, and replaced in a deploy."""

from __future__ import annotations

from ..ground import Ground
from .base import Fault, last
from .worker import leave


def kill_web(ground: Ground) -> None:
    """Kill all processes of the site in the middle of whatever they save."""
    for _ in range(ground.pace.other_kills):
        ground.processes["web"].kill()
        ground.processes["web"].start()
        last(ground.pace.between)


def deploy_web(ground: Ground) -> None:
    """Let the site finish its requests and start it anew."""
    for _ in range(ground.pace.deploys):
        leave(ground, ground.processes["web"])
        ground.processes["web"].start()
        last(ground.pace.between)


FAULTS = (
    Fault(
        name="web-killed",
        title="kill -9 of the site in the middle of saves, {other_kills} times",
        strike=kill_web,
        lasts=lambda pace: pace.other_kills * pace.between,
        within=30,
        by_form=True,
        is_telling=True,
    ),
    Fault(
        name="web-deployed",
        title="site replaced with SIGTERM, {deploys} times",
        strike=deploy_web,
        lasts=lambda pace: pace.deploys * pace.between,
        within=30,
        by_form=True,
    ),
)
