"""The error tree: complete, drawn, and every leaf says how a try ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TypeVar

import pytest

from ats_integration import errors
from ats_integration.errors import AtsError, ConfigurationError, DeliveryError, MessageInvalid, RateLimited
from ats_integration.states import Outcome

Failure = TypeVar("Failure", bound=Exception)


def below(kind: type[Failure]) -> Iterator[type[Failure]]:
    """Yield every class of the module below one."""
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


def drawn() -> dict[str, str]:
    """Return the tree of the module's docstring: each class by its parent's name."""
    parents, found = ["AtsError"], {}
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"([│ ]*)[├└]── (\w+)", line):
            depth = len(match[1]) // 4 + 1
            parents[depth:] = [match[2]]
            found[match[2]] = parents[depth - 1]
    return found


TRIES = sorted(below(DeliveryError), key=lambda kind: kind.__name__)


def test_the_tree_is_drawn_as_it_is() -> None:
    assert {kind.__name__: kind.__base__.__name__ for kind in below(AtsError) if kind.__base__} == drawn()


@pytest.mark.parametrize("kind", TRIES)
class TestFailedTry:
    def test_has_an_outcome_and_a_code(self, kind: type[DeliveryError]) -> None:
        assert kind.outcome in set(Outcome) - {Outcome.DELIVERED}
        assert re.fullmatch(r"[a-z_]{3,50}", kind.default_code)

    def test_takes_its_own_code_unless_told_otherwise(self, kind: type[DeliveryError]) -> None:
        assert (kind.default_code, "other") == (kind().code, kind(code="other").code)

    def test_says_something_without_words(self, kind: type[DeliveryError]) -> None:
        assert (kind.__name__, "", "words") == (str(kind()), kind().detail, str(kind("words")))


def test_every_outcome_has_a_failure() -> None:
    assert set(Outcome) - {Outcome.DELIVERED} == {kind.outcome for kind in TRIES}


def test_no_two_failures_share_a_code() -> None:
    assert len(TRIES) == len({kind.default_code for kind in TRIES})


def test_a_failure_carries_what_the_answer_said() -> None:
    failure = RateLimited("Slow down.", status=429, retry_after=timedelta(seconds=9), excerpt="{}")

    assert (429, timedelta(seconds=9), "{}") == (failure.status, failure.retry_after, failure.excerpt)


def test_an_invalid_message_names_its_fields() -> None:
    assert ("tryCount",) == MessageInvalid("wrong", ("tryCount",)).fields


def test_a_broken_setup_is_never_caught_by_accident() -> None:
    assert not issubclass(ConfigurationError, AtsError)
