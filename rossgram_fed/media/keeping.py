"""Put a finished picture into storage: the files first, then the rows that say who needs them.

In that order, so that a process killed in between leaves a file without a row, which the sweep finds, and never a row
without a file.
"""

from __future__ import annotations

import orjson

from rossgram_fed.instance import Change
from rossgram_fed.media.pictures import Picture
from rossgram_fed.media.storage import SUFFIXES, Folder
from rossgram_fed.renditions import Rendition

Files = dict[str, Rendition]
"""What was written, by the rendition's name; ``renditions_text`` makes the column ``Photo.renditions`` of it."""


async def write_files(folder: Folder, picture: Picture) -> Files:
    """Write every file of a picture once, or none; raise ``NotStored`` when the disk will not have them."""
    distinct = {id(one.data): (one.data, SUFFIXES[one.media_type]) for one in picture.renditions.values()}
    keys = dict(zip(distinct, await folder.put_all(list(distinct.values())), strict=True))
    return {
        name: Rendition(
            key=keys[id(one.data)],
            media_type=one.media_type,
            width=one.width,
            height=one.height,
            size=one.size,
        )
        for name, one in picture.renditions.items()
    }


def renditions_text(files: Files) -> str:
    """Return the column ``Photo.renditions``."""
    return orjson.dumps(files).decode()


async def remove_files(folder: Folder, *written: Files) -> None:
    """Remove what ``write_files`` wrote."""
    await folder.delete(*{file["key"] for files in written for file in files.values()})


async def note_photo_files(change: Change, files: Files, *, photo_id: int, remote: bool = False) -> None:
    """Note that a photo needs these files; ``remote`` ones are copies that may be dropped to make room."""
    await _note(change, files, photo_id=photo_id, account_id=None, remote=remote, source="")


async def note_avatar(change: Change, files: Files, *, account_id: int, source: str = "") -> str:
    """Make this an account's avatar, let go of the one before, and return its key.

    ``source`` is the address of a remote account's avatar at its origin. The caller sets ``accounts.avatar_key`` of a
    local account.
    """
    await change.tx.execute("UPDATE media_files SET account_id = NULL WHERE account_id = $1", account_id)
    await _note(change, files, photo_id=None, account_id=account_id, remote=bool(source), source=source)
    change.tx.signal("media")
    return files["avatar"]["key"]


async def _note(
    change: Change, files: Files, *, photo_id: int | None, account_id: int | None, remote: bool, source: str
) -> None:
    sizes = {file["key"]: file["size"] for file in files.values()}
    await change.tx.execute_many(
        "INSERT INTO media_files (key, photo_id, account_id, remote, source, size, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [(key, photo_id, account_id, remote, source, size, change.now) for key, size in sizes.items()],
    )
