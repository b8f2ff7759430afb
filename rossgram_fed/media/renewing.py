"""New addresses for files that others may know the old ones of: the same bytes under other keys.

As ever the files come first and the rows after them, so that a killed process leaves nothing but orphans. What is
renewed is never joined with the same bytes elsewhere: that would give it an address that is known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from rossgram_fed.instance import Change
from rossgram_fed.media.keeping import Files, note_photo_files, renditions_text
from rossgram_fed.media.storage import Folder
from rossgram_fed.renditions import Rendition, Renditions


async def copied(folder: Folder, photos: Mapping[int, Renditions]) -> dict[int, Files]:
    """Copy every file of these photos, given by their ids; raise ``NotStored`` when the disk will not have them.

    A photo of which a file is missing keeps what it has.
    """
    done: dict[int, Files] = {}
    for photo_id, renditions in photos.items():
        files = [(name, one, await folder.fetch(one["key"])) for name, one in renditions.items()]
        paths = {one["key"]: path for _, one, path in files if path is not None}
        if all(path is not None for _, _, path in files):
            keys = await _copy(folder, paths)
            done[photo_id] = {name: Rendition(**{**one, "key": keys[one["key"]]}) for name, one, _ in files}
    return done


async def put_in_place(change: Change, copies: Mapping[int, Files]) -> None:
    """Let photos have these files from now on, and let go of those that they had."""
    for photo_id, files in copies.items():
        await change.tx.execute("UPDATE media_files SET photo_id = NULL WHERE photo_id = $1", photo_id)
        await change.tx.execute("UPDATE photos SET renditions = $1 WHERE id = $2", renditions_text(files), photo_id)
        await note_photo_files(change, files, photo_id=photo_id)
    if copies:
        change.tx.signal("media")


async def _copy(folder: Folder, paths: Mapping[str, Path]) -> dict[str, str]:
    """Return the new keys by the old ones."""
    contents = await asyncio.to_thread(lambda: [path.read_bytes() for path in paths.values()])
    suffixes = [path.suffix for path in paths.values()]
    written = await folder.put_all(list(zip(contents, suffixes, strict=True)))
    return {old: new.key for old, new in zip(paths, written, strict=True)}
