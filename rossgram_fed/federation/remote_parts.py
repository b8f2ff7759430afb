"""The copies of a stranger's video: what is played, and the still that stands for it, which come and go by themselves.

Its row stays remote whatever of it is here; one change is locked out by the other, so that neither loses a part.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from typing import Literal

from rossgram_fed.database.engine import placeholders
from rossgram_fed.federation.remote_files import NotToBeHad
from rossgram_fed.instance import Change
from rossgram_fed.media.keeping import Files, note_photo_files, renditions_text, shared
from rossgram_fed.media.storage import Folder
from rossgram_fed.renditions import renditions_from

Column = Literal["remote_url", "still_url"]
"""Of ``photos``: where the file lives that a part is a copy of."""


async def keep_part(
    change: Change,
    photo_id: int,
    *,
    files: Files,
    column: Column,
    url: str,
    folder: Folder,
) -> Files:
    """Put files in the place of those of their names, and return them under the keys that they are kept with.

    Raises ``NotToBeHad`` when ``column`` no longer says ``url``, from where they came.
    """
    row = await change.tx.fetch_one(
        "UPDATE photos SET position = position "
        f"WHERE id = $1 AND kind = 'video' AND {column} = $2 RETURNING renditions",
        photo_id,
        url,
    )
    if row is None:
        raise NotToBeHad("The video was changed or deleted while it was fetched.")
    before = renditions_from(row["renditions"])
    kept = {name: one for name, one in before.items() if name not in files}
    files = await shared(change, files, folder=folder)
    replaced = sorted({before[name]["key"] for name in files if name in before})
    if replaced:
        await change.tx.execute(
            f"UPDATE media_files SET photo_id = NULL WHERE photo_id = $1 AND key IN ({placeholders(len(replaced), 2)})",
            photo_id,
            *replaced,
        )
    await change.tx.execute(
        "UPDATE photos SET renditions = $1 WHERE id = $2", renditions_text({**kept, **files}), photo_id
    )
    await note_photo_files(change, files, photo_id=photo_id, remote=True)
    return files
