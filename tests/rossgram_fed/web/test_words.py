"""Instants in words."""

from __future__ import annotations

import pytest

from rossgram_fed.web.words import until
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
