"""When to try again."""

from __future__ import annotations

from itertools import accumulate

import pytest

from rossgram_fed.jobs.retry import HOUR, MINUTE, WAITS, next_attempt


@pytest.mark.parametrize(
    ("attempts", "wait", "why"),
    [
        (1, MINUTE, "a first failure is often a restart"),
        (2, 5 * MINUTE, "then patience grows"),
        (3, 15 * MINUTE, "and grows"),
        (4, HOUR, "an hour"),
        (5, 3 * HOUR, "three"),
        (6, 8 * HOUR, "eight"),
        (7, 12 * HOUR, "and twelve from here on"),
        (15, 12 * HOUR, "to the last"),
    ],
)
def test_waits_grow(attempts: int, wait: int, why: str) -> None:
    """Each failure is followed by the wait of its place, when chance is at its middle."""
    assert next_attempt(attempts, now=1000, chance=0.5) == 1000 + wait, why


def test_it_ends_after_five_days() -> None:
    """All waits together are about five days, and then comes None."""
    assert 4.9 * 24 * HOUR < list(accumulate(WAITS))[-1] < 5.2 * 24 * HOUR
    assert next_attempt(len(WAITS), now=0, chance=0.5) is not None
    assert next_attempt(len(WAITS) + 1, now=0, chance=0.5) is None


@pytest.mark.parametrize(("chance", "wait"), [(0.0, 0.8 * HOUR), (0.5, HOUR), (1.0, 1.2 * HOUR)])
def test_chance_spreads_by_a_fifth(chance: float, wait: float) -> None:
    """Chance moves the wait by a fifth either way at most."""
    assert next_attempt(4, now=0, chance=chance) == round(wait)


@pytest.mark.parametrize(
    ("retry_after", "wait", "why"),
    [
        (10 * MINUTE, 10 * MINUTE, "what they ask for, when it is longer"),
        (1, MINUTE, "never sooner than our own wait"),
        (-5, MINUTE, "a date that has passed"),
        (400 * 24 * HOUR, 24 * HOUR, "a day at most: nobody parks our work for a year"),
        (None, MINUTE, "nothing asked"),
    ],
)
def test_the_other_side_may_ask_for_patience(retry_after: int | None, wait: int, why: str) -> None:
    """Retry-After lengthens the wait, up to a day."""
    assert next_attempt(1, now=0, chance=0.5, retry_after=retry_after) == wait, why
