"""Ids: ordered by time, never twice, and small enough for a BIGINT."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rossgram_fed.ids import IdMaker, instant_of

NOW = 1_780_000_000_000


@given(st.lists(st.integers(min_value=0, max_value=2**47 - 1), min_size=2, max_size=50), st.integers(0, 2**16 - 1))
def test_each_id_is_greater_than_the_last(instants: list[int], entropy: int) -> None:
    """Whatever the clock does, even backwards, one maker's ids only grow."""
    maker = IdMaker(lambda: entropy)
    made = [maker.next(instant) for instant in instants]
    assert made == sorted(set(made))


@given(st.integers(min_value=0, max_value=2**47 - 1))
def test_an_id_tells_its_instant_and_fits_a_bigint(instant: int) -> None:
    """The instant comes back out, and the id fits a signed 64-bit column."""
    made = IdMaker().next(instant)
    assert instant_of(made) == instant
    assert 0 <= made < 2**63


def test_many_in_one_millisecond() -> None:
    """A burst in one millisecond stays ordered and distinct, even past the 65,536 that fit it."""
    maker = IdMaker()
    made = [maker.next(NOW) for _ in range(70_000)]
    assert made == sorted(set(made))
    assert instant_of(made[0]) == NOW
    assert instant_of(made[-1]) <= NOW + 2


def test_two_makers_rarely_meet() -> None:
    """Two processes that mint at the same instants keep apart by chance alone."""
    one, two = IdMaker(), IdMaker()
    ones = {one.next(NOW + step) for step in range(1000)}
    twos = {two.next(NOW + step) for step in range(1000)}
    assert len(ones & twos) < 5


def test_ids_at_a_past_instant() -> None:
    """What was published in a whole second is spread over it, before everything of the next second."""
    maker = IdMaker()
    second = NOW - NOW % 1000
    made = [maker.at(second) for _ in range(200)]
    assert len(set(made)) > 190
    assert {instant_of(id_) // 1000 for id_ in made} == {second // 1000}
    assert instant_of(maker.at(second + 1)) == second + 1
    assert maker.at(-5) >= 0
