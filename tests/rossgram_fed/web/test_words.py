"""Instants and sizes in words."""

from __future__ import annotations

import pytest

from rossgram_fed.web.words import size, until
from tests.conftest import NOON


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (-5000, "now"),
        (999, "now"),
        (59_999, "in 59 s"),
        (60_000, "in 1 min"),
        (3_600_000, "in 1 h"),
        (2 * 86_400_000, "in 2 d"),
        (8 * 86_400_000, "on 5 June 2026"),
    ],
)
def test_until(ahead: int, words: str) -> None:
    """What is to come is said as roughly as people say it."""
    assert until(NOON + ahead, NOON) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1,023 bytes"),
        (1 << 10, "1 kB"),
        (2047, "1.9 kB"),
        (640 << 10, "640 kB"),
        ((3 << 20) + (450 << 10), "3.4 MB"),
        (200 << 20, "200 MB"),
        (12 << 30, "12 GB"),
        (5 << 38, "1.2 TB"),
    ],
)
def test_size(number: int, words: str) -> None:
    """Bytes are said in the unit that leaves the fewest digits."""
    assert size(number) == words
