"""Photos that arrive piece by piece: who sends what, and what became of it once it was whole.

When the last byte is there the file goes the way of one that came in a form (``uploads``). The photo and the note that
this file became it are one change, so that a process killed in between makes the photo once, or not yet.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from io import FileIO

from aiohttp import web

from rossgram_fed.config import LimitSettings
from rossgram_fed.database import Reader, Row
from rossgram_fed.instance import INSTANCE, Change
from rossgram_fed.media.arriving import KEPT
from rossgram_fed.media.quota import locked_share_of
from rossgram_fed.posts.uploads import RefusedUpload, Uploaded, receive
from rossgram_fed.web.errors import NoRoom, TooLarge, TooMany
from rossgram_fed.web.forms import Upload

MOST_ARRIVING = 20
"""Files of one person that may be on their way at once."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that somebody announced."""

    id: int
    name: str
    size: int
    """Of the whole file, in bytes."""
    expires_at: int
    photo_id: int | None
    """The photo that was made of it."""
    refusal: str
    """Why none was, in one sentence; empty while that is not decided."""

    @property
    def decided(self) -> bool:
        """Whether it was looked at already; its bytes are not needed any more then."""
        return self.photo_id is not None or bool(self.refusal)


def largest(limits: LimitSettings) -> int:
    """Return how many bytes one file may have."""
    return max(limits.photo_megabytes, limits.video_megabytes if limits.video_seconds else 0) << 20


async def announce(change: Change, account_id: int, *, name: str, size: int) -> Arrival:
    """Take note of a file that somebody will send; raise ``TooLarge``, ``TooMany`` or ``NoRoom``."""
    limits = change.settings.limits
    if size > largest(limits):
        raise TooLarge(f"This file is larger than {largest(limits) >> 20} MB, the most this server takes.")
    share = await locked_share_of(change, account_id)
    if not share.has_room_for(size):
        raise NoRoom(share.refusal)
    row = await change.tx.fetch_one(
        "SELECT COUNT(*) AS files, SUM(size) AS bytes FROM arriving_files "
        "WHERE account_id = $1 AND photo_id IS NULL AND refusal = '' AND created_at >= $2",
        account_id,
        change.now - KEPT,
    )
    if row is not None and row["files"] >= MOST_ARRIVING:
        raise TooMany(
            f"{MOST_ARRIVING} files of yours are on their way already. Finish or cancel some of them first.",
            retry_at=change.now + 60_000,
        )
    if row is not None and not share.has_room_for(int(row["bytes"] or 0) + size):
        raise NoRoom(share.refusal)
    file_id = change.new_id()
    await change.tx.execute(
        "INSERT INTO arriving_files (id, account_id, name, size, refusal, created_at) VALUES ($1, $2, $3, $4, '', $5)",
        *(file_id, account_id, name, size, change.now),
    )
    return Arrival(file_id, name, size, change.now + KEPT, None, "")


async def arrival(reader: Reader, file_id: int, *, account_id: int, now: int) -> Arrival | None:
    """Return one of this account's files, while it is remembered."""
    row = await reader.fetch_one(
        "SELECT id, name, size, created_at, photo_id, refusal FROM arriving_files "
        "WHERE id = $1 AND account_id = $2 AND created_at >= $3",
        *(file_id, account_id, now - KEPT),
    )
    return None if row is None else _arrival(row)


async def cancel(change: Change, file_id: int, *, account_id: int) -> None:
    """Forget a file; a photo that was made of it stays."""
    await change.tx.execute("DELETE FROM arriving_files WHERE id = $1 AND account_id = $2", file_id, account_id)


async def take_in(request: web.Request, file: FileIO, known: Arrival, *, account_id: int) -> Uploaded | RefusedUpload:
    """Make a photo of a whole file, and note what came of it unless it is worth another try."""

    async def note(change: Change, photo_id: int) -> None:
        await change.tx.execute("UPDATE arriving_files SET photo_id = $1 WHERE id = $2", photo_id, known.id)

    upload = Upload("file", known.name, "", file, size=known.size)
    # Shielded: who hangs up after the last byte has sent all of it, and finds it in the composer.
    work = asyncio.ensure_future(receive(request, [upload], account_id=account_id, then=note))
    try:
        (outcome,) = await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        raise
    if isinstance(outcome, RefusedUpload) and not outcome.again:
        async with request.app[INSTANCE].change() as change:
            await change.tx.execute("UPDATE arriving_files SET refusal = $1 WHERE id = $2", outcome.reason, known.id)
    return outcome


def _arrival(row: Row) -> Arrival:
    return Arrival(row["id"], row["name"], row["size"], row["created_at"] + KEPT, row["photo_id"], row["refusal"])
