"""Deliveries that break off in the middle, and are tried again as the worker does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ats_integration.errors import DeliveryError, Uncertain
from ats_integration.providers import exchange
from ats_integration.providers.base import Provider, Submission
from ats_integration.providers.exchange import Accepted
from ats_integration.providers.steps import Progress
from ats_integration.sandbox import Sandbox


class Memory:
    """What is kept of one delivery between its tries."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.kept: dict[str, Any] = {}
        self.is_doubtful = False

    def hand_in(self, submission: Submission) -> Accepted:
        """Try once, with what earlier tries left behind."""
        progress = Progress(kept=dict(self.kept), is_doubtful=self.is_doubtful, save=self.save)
        try:
            return exchange.hand_in(self.provider, submission, progress)
        except DeliveryError as error:
            self.is_doubtful = self.is_doubtful or isinstance(error, Uncertain)
            raise

    def save(self, kept: Mapping[str, Any]) -> None:
        """Remember."""
        self.kept = dict(kept)


def handed_in_twice(provider: Provider, submission: Submission, ats: Sandbox, mode: str, after: int) -> Accepted:
    """Let the call after so many others fail once; return what the second try brings."""
    memory = Memory(provider)
    ats.behave(provider.slug, mode, after=after, times=1)
    with pytest.raises(DeliveryError):
        memory.hand_in(submission)
    return memory.hand_in(submission)
