"""Put a finished picture into storage: the files first, then the rows that say who needs them.

In that order, so that a process killed in between leaves a file without a row, which the sweep finds, and never a row
without a file.

Nothing is stored twice. Files have random names, which nobody can guess or work out from a picture (a hash of its
bytes, even one with a secret in it, would tell whoever has the same picture that it is here, and where). Instead each
row knows its file's SHA-256, and when rows are written for bytes that another row has already, they refer to that
row's file, and the new one is noted as needed by nobody. A row can be joined only while somebody needs it, and is
locked while it is joined, so its file cannot be swept away in between.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from typing import Literal

import orjson

from rossgram_fed.database.engine import placeholders
from rossgram_fed.instance import Change
from rossgram_fed.media.pictures import Picture
from rossgram_fed.media.storage import SUFFIXES, Folder
from rossgram_fed.renditions import Rendition

Files = dict[str, Rendition]
"""What was written, by the rendition's name; ``renditions_text`` makes the column ``Photo.renditions`` of it."""

Portrait = Literal["avatar", "header"]
"""The pictures of an account."""

_NEEDED = "(photo_id IS NOT NULL OR account_id IS NOT NULL)"


async def write_files(folder: Folder, picture: Picture) -> Files:
    """Write every file of a picture once, or none; raise ``NotStored`` when the disk will not have them."""
    distinct = {id(one.data): (one.data, SUFFIXES[one.media_type]) for one in picture.renditions.values()}
    written = dict(zip(distinct, await folder.put_all(list(distinct.values())), strict=True))
    return {
        name: Rendition(
            key=written[id(one.data)].key,
            media_type=one.media_type,
            width=one.width,
            height=one.height,
            size=one.size,
            digest=written[id(one.data)].digest,
        )
        for name, one in picture.renditions.items()
    }


def renditions_text(files: Files) -> str:
    """Return the column ``Photo.renditions``."""
    kept = {name: {part: value for part, value in file.items() if part != "digest"} for name, file in files.items()}
    return orjson.dumps(kept).decode()


async def remove_files(folder: Folder, *written: Files) -> None:
    """Remove what ``write_files`` wrote."""
    await folder.delete(*{file["key"] for files in written for file in files.values()})


async def shared(change: Change, files: Files, *, folder: Folder | None = None) -> Files:
    """Return the files under the keys that they are to be noted with: those of the same bytes that are here already.

    Call it before the rows of the photo are written, in the same change; the files that were written for nothing go
    with the next sweep. With a ``folder``, files that are lost there are not joined.
    """
    digests = sorted({file["digest"] for file in files.values() if "digest" in file})
    if not digests:
        return files
    # An update, because it locks the rows that are joined; the condition is looked at again once they are locked.
    rows = await change.tx.fetch(
        "UPDATE media_files SET size = size WHERE id IN (SELECT MIN(id) FROM media_files "
        f"WHERE digest IN ({placeholders(len(digests))}) AND {_NEEDED} GROUP BY digest) AND {_NEEDED} "
        "RETURNING digest, key",
        *digests,
    )
    known = {row["digest"]: row["key"] for row in rows if folder is None or not folder.surely_missing(row["key"])}
    superseded = {name: file for name, file in files.items() if file.get("digest") in known}
    await _note(change, superseded, photo_id=None, account_id=None, remote=False, source="")
    return {name: _under(file, known.get(file.get("digest", ""), file["key"])) for name, file in files.items()}


async def note_photo_files(change: Change, files: Files, *, photo_id: int, remote: bool = False) -> None:
    """Note that a photo needs these files; ``remote`` ones are copies that may be dropped to make room."""
    await _note(change, files, photo_id=photo_id, account_id=None, remote=remote, source="")


async def note_avatar(change: Change, files: Files, *, account_id: int, source: str = "") -> str:
    """Make this an account's avatar, let go of the one before, and return its key.

    ``source`` is the address of a remote account's avatar at its origin. The caller sets ``accounts.avatar_key`` of a
    local account. A file of the same bytes that is here already takes the place of the new one, which the sweep finds.
    """
    return await note_portrait(change, files, "avatar", account_id=account_id, source=source)


async def note_portrait(change: Change, files: Files, what: Portrait, *, account_id: int, source: str = "") -> str:
    """Do the same for the avatar or the header, whichever ``what`` says."""
    files = await shared(change, files)
    await let_go_of(change, what, account_id=account_id)
    await _note(change, files, photo_id=None, account_id=account_id, remote=bool(source), source=source)
    return files[what]["key"]


async def let_go_of(change: Change, what: Portrait, *, account_id: int) -> None:
    """Say that an account needs the file of its avatar, or header, no longer; the file of the other one stays."""
    other = "header" if what == "avatar" else "avatar"
    await change.tx.execute(
        f"UPDATE media_files SET account_id = NULL WHERE account_id = $1 AND NOT EXISTS (SELECT 1 FROM accounts a "
        f"WHERE a.id = $1 AND ((a.{other}_key <> '' AND a.{other}_key = media_files.key) "
        f"OR (a.{other}_url <> '' AND a.{other}_url = media_files.source)))",
        account_id,
    )
    change.tx.signal("media")


def _under(file: Rendition, key: str) -> Rendition:
    return Rendition(**{**file, "key": key})


async def _note(
    change: Change, files: Files, *, photo_id: int | None, account_id: int | None, remote: bool, source: str
) -> None:
    distinct = {file["key"]: file for file in files.values()}
    await change.tx.execute_many(
        "INSERT INTO media_files (id, key, digest, photo_id, account_id, remote, source, size, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            (
                change.new_id(),
                key,
                file.get("digest", ""),
                photo_id,
                account_id,
                remote,
                source,
                file["size"],
                change.now,
            )
            for key, file in distinct.items()
        ],
    )
