"""Photos that wait in their owner's composer: uploaded, described perhaps, and part of no post yet."""

# ruff: noqa: S608 - the SQL is put together of constants only
from __future__ import annotations

from collections.abc import Mapping

from rossgram_fed.database import Database
from rossgram_fed.instance import Change
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.posts.views import PHOTO_COLUMNS, PhotoView, photo_from

_WAITING = f"h.account_id = $1 AND h.post_id IS NULL AND h.state = {int(PhotoState.READY)}"
MOST_WAITING = 60
"""Photos that one account may have without a post, so that nobody fills the disk by never posting."""


async def waiting_photos(database: Database, account_id: int) -> tuple[PhotoView, ...]:
    """Return an account's waiting photos in the order they came."""
    rows = await database.fetch(
        f"SELECT {PHOTO_COLUMNS} FROM photos h WHERE {_WAITING} ORDER BY h.id LIMIT {MOST_WAITING}", account_id
    )
    return tuple(photo_from(row) for row in rows)


async def keep_descriptions(change: Change, descriptions: Mapping[int, str], *, account_id: int) -> None:
    """Keep what was typed about waiting photos, so that a reload or a bad upload loses no words."""
    for photo_id, description in descriptions.items():
        await change.tx.execute(
            "UPDATE photos SET description = $1 WHERE id = $2 AND account_id = $3 AND post_id IS NULL",
            description,
            photo_id,
            account_id,
        )
