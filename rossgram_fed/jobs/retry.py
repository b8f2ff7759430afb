"""When to try again: pure arithmetic, shared by deliveries and jobs.

Waits grow from a minute to twelve hours and end after about five days. Chance spreads them by a fifth either way, so
that a server which comes back is not met by everybody at once.
"""

from __future__ import annotations

MINUTE = 60_000
HOUR = 60 * MINUTE

WAITS = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 8 * HOUR, *[12 * HOUR] * 9)
"""Milliseconds to wait after the first failure, the second, and so on: five days and 21 minutes in all."""

SPREAD = 0.2
LONGEST_RETRY_AFTER = 24 * HOUR


def next_attempt(attempts: int, *, now: int, chance: float, retry_after: int | None = None) -> int | None:
    """Return the instant of the next try after ``attempts`` failed ones (at least 1), or None to give up.

    ``chance`` is a random number from 0 up to 1. ``retry_after`` is what the other side asked for (RFC 9110, section
    10.2.3) in milliseconds from now; it can lengthen the wait, to a day at most, and never shortens it.
    """
    if attempts > len(WAITS):
        return None
    wait = WAITS[attempts - 1] * (1 - SPREAD + 2 * SPREAD * chance)
    if retry_after is not None:
        wait = max(wait, min(retry_after, LONGEST_RETRY_AFTER))
    return now + round(wait)
