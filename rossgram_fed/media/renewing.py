"""New addresses for files that others may know the old ones of: the same bytes under other keys.

As ever the files come first and the rows after them, so that a killed process leaves nothing but orphans. What is
renewed is never joined with the same bytes elsewhere: that would give it an address that is known.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

from rossgram_fed.instance import Change
from rossgram_fed.media.errors import NearlyFull, NotKept, NotReachable, NotStored
from rossgram_fed.media.keeping import Files, note_photo_files, renditions_text
from rossgram_fed.media.storage import Folder, random_key
from rossgram_fed.renditions import Rendition, Renditions


async def copied(folder: Folder, photos: Mapping[int, Renditions]) -> dict[int, Files]:
    """Copy every file of these photos, given by their ids; raise ``NotStored`` when the disk will not have them.

    A photo of which a file is missing keeps what it has. When one cannot be copied, none is.
    """
    done: dict[int, Files] = {}
    written: list[str] = []
    try:
        for photo_id, renditions in photos.items():
            files = [(name, one, await folder.fetch(one["key"])) for name, one in renditions.items()]
            paths = {one["key"]: path for _, one, path in files if path is not None}
            if all(path is not None for _, _, path in files):
                new = {key: await _copy(folder, path, written) for key, path in paths.items()}
                done[photo_id] = {name: Rendition(**{**one, **new[one["key"]]}) for name, one, _ in files}
    except NotReachable as error:
        await folder.delete(*written)
        raise NotKept(str(error)) from error
    except BaseException:
        await folder.delete(*written)
        raise
    return done


async def put_in_place(change: Change, copies: Mapping[int, Files]) -> None:
    """Let photos have these files from now on, and let go of those that they had."""
    for photo_id, files in copies.items():
        await change.tx.execute("UPDATE media_files SET photo_id = NULL WHERE photo_id = $1", photo_id)
        await change.tx.execute("UPDATE photos SET renditions = $1 WHERE id = $2", renditions_text(files), photo_id)
        await note_photo_files(change, files, photo_id=photo_id)
    if copies:
        change.tx.signal("media")


class _New(TypedDict):
    key: str
    digest: str


async def _copy(folder: Folder, path: Path, written: list[str]) -> _New:
    """Copy one file, which may be a video and larger than memory should be, and note its key among what is written."""
    key, made = random_key(path.suffix), folder.unfinished()
    try:
        size = (await asyncio.to_thread(path.stat)).st_size
        if folder.shortage(ahead=size):
            raise NearlyFull("the reserve of the disk is reached")
        await asyncio.to_thread(shutil.copyfile, path, made)
        written.append(key)
        return _New(key=key, digest=await folder.adopt(made, key))
    except OSError as error:
        raise NotStored(str(error)) from error
    finally:
        await asyncio.to_thread(made.unlink, missing_ok=True)
