"""When to try again: laws that hold for every policy, clock and chance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pytest_django import Settings

from ats_integration.retries import NO_WAIT, Policy, backoff, last_call, next_try

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
A_MOMENT = timedelta(microseconds=1)
DEFAULT = Policy(
    base=timedelta(seconds=5),
    factor=2.0,
    cap=timedelta(seconds=60),
    budget=timedelta(seconds=300),
    max_tries=11,
)


def up_to(longest: timedelta) -> st.SearchStrategy[timedelta]:
    """Return durations above zero."""
    return st.timedeltas(A_MOMENT, longest)


policies = st.builds(
    Policy,
    base=up_to(timedelta(hours=1)),
    factor=st.floats(1, 1e9),
    cap=up_to(timedelta(days=1)),
    budget=up_to(timedelta(days=3)),
    max_tries=st.integers(1, 10_000),
)
tries = st.integers(1, 10_000)
chances = st.floats(0, 1, exclude_max=True)
waits = st.timedeltas(NO_WAIT, timedelta(days=1))
moments = st.timedeltas(-timedelta(days=3), timedelta(days=3)).map(lambda wait: NOW + wait)


class TestBackoff:
    @given(policies, st.integers(1, 30), chances)
    def test_is_between_half_and_all_of_the_longest_wait(self, policy: Policy, tries: int, chance: float) -> None:
        longest = min(policy.cap / policy.base, policy.factor ** (tries - 1)) * policy.base

        assert longest / 2 - 2 * A_MOMENT <= backoff(policy, tries, chance=chance) <= longest + 2 * A_MOMENT

    @given(policies, tries, chances)
    @example(DEFAULT, 10_000, 0.999)
    def test_is_never_above_the_cap(self, policy: Policy, tries: int, chance: float) -> None:
        assert NO_WAIT <= backoff(policy, tries, chance=chance) <= policy.cap

    @given(policies, st.integers(1, 9_999), chances)
    def test_never_shrinks_from_one_try_to_the_next(self, policy: Policy, tries: int, chance: float) -> None:
        earlier, later = (backoff(policy, number, chance=chance) for number in (tries, tries + 1))

        assert earlier <= later + 2 * A_MOMENT

    @given(policies, tries, chances, chances)
    def test_is_longer_by_a_larger_chance(self, policy: Policy, tries: int, one: float, other: float) -> None:
        shorter, longer = (backoff(policy, tries, chance=chance) for chance in sorted((one, other)))

        assert shorter <= longer

    @pytest.mark.parametrize(
        ("number", "least", "most"), [(1, 2.5, 5), (2, 5, 10), (3, 10, 20), (4, 20, 40), (5, 30, 60), (11, 30, 60)]
    )
    def test_grows_to_a_minute_by_default(self, number: int, least: float, most: float) -> None:
        assert timedelta(seconds=least) == backoff(DEFAULT, number, chance=0)
        assert timedelta(seconds=most) == backoff(DEFAULT, number, chance=1)

    @pytest.mark.parametrize("factor", [1.0, 1.0001, 2.0, 1e9, 1e300])
    @pytest.mark.parametrize("number", [1, 2, 1_000, 10_000])
    def test_is_never_too_large_to_compute(self, factor: float, number: int) -> None:
        policy = Policy(base=A_MOMENT, factor=factor, cap=timedelta(days=999), budget=timedelta(days=1), max_tries=9)

        assert backoff(policy, number, chance=0.5) <= policy.cap


class TestNextTry:
    @given(policies, tries, moments, moments, st.none() | waits, waits, chances)
    def test_is_none_exactly_at_the_end(
        self,
        policy: Policy,
        tries: int,
        now: datetime,
        deadline: datetime,
        asked: timedelta | None,
        at_least: timedelta,
        chance: float,
    ) -> None:
        again = next_try(policy, tries, now=now, deadline=deadline, asked=asked, at_least=at_least, chance=chance)
        out_of_tries = tries >= policy.max_tries
        out_of_time = now >= last_call(policy, deadline)
        asked_too_much = now + (asked or NO_WAIT) > deadline

        assert (out_of_tries or out_of_time or asked_too_much) is (again is None)

    @given(policies, tries, moments, moments, st.none() | waits, waits, chances)
    def test_is_between_what_was_asked_and_the_deadline(
        self,
        policy: Policy,
        tries: int,
        now: datetime,
        deadline: datetime,
        asked: timedelta | None,
        at_least: timedelta,
        chance: float,
    ) -> None:
        again = next_try(policy, tries, now=now, deadline=deadline, asked=asked, at_least=at_least, chance=chance)

        assert again is None or now + (asked or NO_WAIT) <= again <= deadline

    @given(st.integers(1, 10), chances, waits.filter(lambda wait: wait < timedelta(seconds=200)))
    def test_keeps_our_own_floor_while_the_budget_lasts(self, tries: int, chance: float, floor: timedelta) -> None:
        again = next_try(DEFAULT, tries, now=NOW, deadline=NOW + DEFAULT.budget, at_least=floor, chance=chance)

        assert again is not None
        assert floor <= again - NOW

    @given(chances)
    def test_aims_the_last_one_at_the_end_of_the_budget(self, chance: float) -> None:
        deadline = NOW + timedelta(seconds=40)
        again = next_try(DEFAULT, 10, now=NOW, deadline=deadline, at_least=timedelta(hours=1), chance=chance)

        assert again is not None
        assert last_call(DEFAULT, deadline) <= again <= deadline

    def test_takes_its_own_chance(self) -> None:
        moments = {next_try(DEFAULT, 5, now=NOW, deadline=NOW + DEFAULT.budget) for _ in range(50)}

        assert 40 < len(moments)

    @pytest.mark.parametrize(
        ("asked", "again"),
        [(timedelta(seconds=50), timedelta(seconds=50)), (timedelta(seconds=300), timedelta(seconds=300))],
    )
    def test_honours_what_the_ats_asks(self, asked: timedelta, again: timedelta) -> None:
        assert NOW + again == next_try(DEFAULT, 1, now=NOW, deadline=NOW + DEFAULT.budget, asked=asked, chance=0)

    def test_ends_where_the_ats_asks_for_longer_than_the_budget(self) -> None:
        asked = timedelta(seconds=301)

        assert next_try(DEFAULT, 1, now=NOW, deadline=NOW + DEFAULT.budget, asked=asked) is None


class TestPolicy:
    def test_follows_the_settings(self, settings: Settings) -> None:
        settings.ATS_INTEGRATION = {
            **settings.ATS_INTEGRATION,
            "RETRY_BASE": timedelta(seconds=1),
            "RETRY_FACTOR": 3,
            "RETRY_CAP": timedelta(seconds=9),
            "RETRY_BUDGET": timedelta(seconds=90),
            "RETRY_MAX_TRIES": 7,
        }
        expected = Policy(
            base=timedelta(seconds=1),
            factor=3,
            cap=timedelta(seconds=9),
            budget=timedelta(seconds=90),
            max_tries=7,
        )

        assert expected == Policy.from_settings()

    def test_is_five_minutes_by_default(self) -> None:
        assert DEFAULT == Policy.from_settings()
