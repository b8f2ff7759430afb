"""Photos and videos as their owner handles them outside of a form: shown one by one, begun as usual, kept for later."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rossgram_fed.accounts.photo_preferences import PhotoPreferences
from rossgram_fed.database import Reader
from rossgram_fed.instance import Change
from rossgram_fed.media.keeping import Files
from rossgram_fed.media.renewing import put_in_place
from rossgram_fed.posts.photo_views import PHOTO_COLUMNS, PhotoView, photo_from


@dataclass(frozen=True, slots=True)
class Owned:
    """Somebody's own photo."""

    photo: PhotoView
    post_id: int | None
    """None while it waits for its post."""


async def owned_photo(reader: Reader, photo_id: int, *, account_id: int) -> Owned | None:
    """Return a photo of somebody here; None for one that is not theirs, or not there."""
    row = await reader.fetch_one(
        f"SELECT {PHOTO_COLUMNS} FROM photos h WHERE h.id = $1 AND h.account_id = $2 AND h.remote_url = ''",
        photo_id,
        account_id,
    )
    return None if row is None else Owned(photo_from(row), row["post_id"])


async def begin_as_chosen(change: Change, photo_id: int, chosen: PhotoPreferences, *, description: str) -> None:
    """Let an upload begin with a description, and with what its owner settled about all photos of theirs."""
    await change.tx.execute(
        "UPDATE photos SET shows_exif = $1, licence = CASE WHEN licence = '' THEN CAST($2 AS TEXT) ELSE licence END, "
        "description = CASE WHEN CAST($3 AS TEXT) = '' THEN description ELSE CAST($3 AS TEXT) END WHERE id = $4",
        chosen.shows_exif,
        chosen.licence,
        description,
        photo_id,
    )


async def keep_for_another(change: Change, post_id: int, copies: Mapping[int, Files]) -> None:
    """Let the photos of a post that goes wait for another, as if they had been sent now.

    ``copies`` are their files under addresses that nobody knows (``media.renewing``): the other post may be for fewer.
    """
    await change.tx.execute(
        "UPDATE photos SET post_id = NULL, draft_id = NULL, position = 0, created_at = $1 WHERE post_id = $2",
        change.now,
        post_id,
    )
    await put_in_place(change, copies)
