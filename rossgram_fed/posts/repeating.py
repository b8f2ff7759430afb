"""Requests to post that come twice: an app that lost the answer asks again, and gets the post that is there.

What was made of a key is written in the change that makes it. Of two requests at the same time the second waits for
the first, and finds its answer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from rossgram_fed.instance import Change
from rossgram_fed.web.errors import Invalid

MOST_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class Answered:
    """What an earlier request with the same key made."""

    id: int
    scheduled: bool
    """Whether it is a draft that waits for its time, and no post."""


async def earlier(change: Change, key: str, body: str, *, user_id: int) -> Answered | None:
    """Take a key for this request, or return what an earlier one made with it.

    Raises ``Invalid`` when the earlier one asked for something else. Without a key every request is a new one.
    """
    if not key:
        return None
    if len(key) > MOST_CHARACTERS:
        raise Invalid(f"An idempotency key has at most {MOST_CHARACTERS} characters.")
    taken = await change.tx.fetch(
        "INSERT INTO idempotency_keys (id, user_id, key_hash, body_hash, post_id, scheduled, created_at) "
        "VALUES ($1, $2, $3, $4, NULL, FALSE, $5) ON CONFLICT (user_id, key_hash) DO NOTHING RETURNING id",
        *(change.new_id(), user_id, _hash(key), _hash(body), change.now),
    )
    if taken:
        return None
    row = await change.tx.fetch_one(
        "SELECT body_hash, post_id, scheduled FROM idempotency_keys WHERE user_id = $1 AND key_hash = $2",
        user_id,
        _hash(key),
    )
    if row is None or row["post_id"] is None or row["body_hash"] != _hash(body):
        raise Invalid("This idempotency key was used for another request already.")
    return Answered(row["post_id"], bool(row["scheduled"]))


async def answer(change: Change, key: str, *, user_id: int, made: Answered) -> None:
    """Note what was made of a key."""
    if key:
        await change.tx.execute(
            "UPDATE idempotency_keys SET post_id = $1, scheduled = $2 WHERE user_id = $3 AND key_hash = $4",
            *(made.id, made.scheduled, user_id, _hash(key)),
        )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
