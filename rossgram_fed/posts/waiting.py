"""Photos that wait in their owner's composer: uploaded, described perhaps, and part of no post yet."""

from __future__ import annotations

from collections.abc import Mapping

from rossgram_fed.instance import Change

MOST_WAITING = 200
"""Photos that one account may have without a post, so that nobody fills the disk by never posting."""


async def keep_descriptions(change: Change, descriptions: Mapping[int, str], *, account_id: int) -> None:
    """Keep what was typed about waiting photos, so that a reload or a bad upload loses no words."""
    for photo_id, description in descriptions.items():
        await change.tx.execute(
            "UPDATE photos SET description = $1 WHERE id = $2 AND account_id = $3 AND post_id IS NULL",
            description,
            photo_id,
            account_id,
        )
