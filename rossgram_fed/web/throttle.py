"""Counting tries, so that guessing a password takes longer than it is worth.

A try is counted before it is made and in a transaction of its own, so that neither a crash nor many tries at once go
uncounted. The window begins with its first try and does not grow with later ones.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from rossgram_fed.instance import Change, Instance
from rossgram_fed.web.errors import TooMany

_COUNT = (
    "INSERT INTO attempts (id, subject, count, window_ends_at) VALUES ($1, $2, 1, $3) "
    "ON CONFLICT (subject) DO UPDATE SET "
    "count = CASE WHEN attempts.window_ends_at <= $4 THEN 1 ELSE attempts.count + 1 END, "
    "window_ends_at = CASE WHEN attempts.window_ends_at <= $4 THEN $3 ELSE attempts.window_ends_at END "
    "RETURNING count, window_ends_at"
)


@dataclass(frozen=True, slots=True)
class Limit:
    """How many tries of one kind are free, per subject and window."""

    kind: str
    """The first part of the counted subject: ``sign-in:account``."""
    tries: int
    minutes: int


async def count_try(instance: Instance, limit: Limit, *, subject: str) -> None:
    """Count one try; raise ``TooMany`` when there were too many already."""
    now = instance.clock()
    async with instance.change() as change:
        await change.tx.execute("DELETE FROM attempts WHERE window_ends_at <= $1", now)
        row = await change.tx.fetch_one(
            _COUNT, change.new_id(), _name(limit, subject), now + limit.minutes * 60_000, now
        )
    if row is not None and row["count"] > limit.tries:
        minutes = max(1, -(-(row["window_ends_at"] - now) // 60_000))
        when = "in a minute" if minutes == 1 else f"in {minutes} minutes"
        raise TooMany(f"That was tried too often. Try again {when}.", retry_at=row["window_ends_at"])


async def count_within(change: Change, limit: Limit, *, subject: str) -> bool:
    """Count one try as part of a change, for work that is dropped where there was too much of it; say whether there is
    room for it.
    """
    now = change.now
    row = await change.tx.fetch_one(_COUNT, change.new_id(), _name(limit, subject), now + limit.minutes * 60_000, now)
    return row is not None and row["count"] <= limit.tries


async def forget_tries(instance: Instance, limit: Limit, *, subject: str) -> None:
    """Begin to count anew, after a success."""
    async with instance.change() as change:
        await change.tx.execute("DELETE FROM attempts WHERE subject = $1", _name(limit, subject))


def _name(limit: Limit, subject: str) -> str:
    """Return what the table counts; a long or odd subject is counted by its hash."""
    plain = (
        subject
        if len(subject) <= 128 and subject.isprintable()
        else hashlib.sha256(subject.encode("utf-8", "replace")).hexdigest()
    )
    return f"{limit.kind}:{plain}"
