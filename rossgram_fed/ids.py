"""Time-ordered 64-bit ids: 48 bits of milliseconds, 16 bits that keep neighbours apart.

An id sorts by the moment it was made, so a feed can page by id alone, and it fits a signed BIGINT
until the year 6429. The low bits start at random and count up within one millisecond, so several
processes may mint ids for one database without asking each other.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

SEQUENCE_BITS = 16
LARGEST_ID = 2**63 - 1
"""What a BIGINT holds; also the cursor of a list's first page, which every id is below."""
LONGEST_ID = 19
"""Digits."""
_MASK = (1 << SEQUENCE_BITS) - 1
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Of a list, what has ids strictly between two others: at most ``limit`` of it, from the upper end or the lower."""

    before: int = LARGEST_ID
    after: int = 0
    limit: int = 20
    upwards: bool = False
    """Whether the lowest are wanted, right above ``after``."""

    @property
    def order(self) -> str:
        """``ASC`` or ``DESC``, for ``ORDER BY``."""
        return "ASC" if self.upwards else "DESC"

    def newest_first(self, rows: Sequence[T]) -> list[T]:
        """Return what a query gave in that order as lists show it."""
        return list(reversed(rows)) if self.upwards else list(rows)


class IdMaker:
    """Mints ids from instants (integers: milliseconds since 1970 UTC); never the same one twice in a process."""

    def __init__(self, entropy: Callable[[], int] = lambda: secrets.randbits(SEQUENCE_BITS)) -> None:
        self._entropy = entropy
        self._last = 0

    def next(self, now: int) -> int:
        """Return a fresh id for the instant ``now``, greater than every id this maker returned before."""
        start = (now << SEQUENCE_BITS) | (self._entropy() & _MASK) >> 1
        self._last = start if start > self._last | _MASK else max(self._last + 1, now << SEQUENCE_BITS)
        return self._last

    def at(self, instant: int) -> int:
        """Return a fresh id that sorts at a past instant, for what was published before it reached us.

        Most servers publish whole seconds; those are spread over their second, so that ids stay apart.
        """
        spread = secrets.randbelow(1000) if instant % 1000 == 0 else 0
        return (max(instant, 0) + spread << SEQUENCE_BITS) | (self._entropy() & _MASK)


def read_id(text: str) -> int | None:
    """Read an id that somebody wrote into an address or a form; None for what no id here looks like.

    Python reads digits of every script, and numbers that no column holds.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_ID):
        return None
    number = int(text)
    return number if number <= LARGEST_ID else None


def instant_of(made: int) -> int:
    """Return the instant (milliseconds since 1970 UTC) at which an id was minted."""
    return made >> SEQUENCE_BITS
