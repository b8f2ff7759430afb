"""Writing an announcement and ending it, for admins; putting it away and answering it with an emoji, for everybody."""

from __future__ import annotations

import re
from typing import Final

from rossgram_fed.instance import Change
from rossgram_fed.streaming.acts import Act, signal
from rossgram_fed.web.errors import Invalid, NotFound

CHANGED: Final = "announcements"
"""The signal that one was written, ended or reacted to; its subject is the announcement's id."""
LONGEST = 2000
MOST_REACTIONS = 8
"""Different emoji under one announcement."""

_MARK = "(?:[\ufe0f\U0001f3fb-\U0001f3ff]|[\U000e0020-\U000e007f]+)"
_ONE = (
    "(?:[#*0-9]\ufe0f?\u20e3|[\U0001f1e6-\U0001f1ff]{2}|"
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935\u2b00-\u2bff"
    f"\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]{_MARK}?{_MARK}?)"
)
_EMOJI = re.compile(f"{_ONE}(?:\u200d{_ONE}){{0,5}}")


async def announce(change: Change, *, text: str, ends_at: int | None = None) -> int:
    """Tell everybody here something, until an instant (milliseconds since 1970 UTC) or until it is ended."""
    announcement_id = change.new_id()
    await change.tx.execute(
        "INSERT INTO announcements (id, text, starts_at, ends_at, all_day, updated_at, created_at) "
        "VALUES ($1, $2, NULL, $3, FALSE, $4, $4)",
        announcement_id,
        text,
        ends_at,
        change.now,
    )
    change.tx.signal(CHANGED, str(announcement_id))
    signal(change, Act.NOTICE, announcement_id)
    return announcement_id


async def end(change: Change, *, announcement_id: int) -> None:
    """Show an announcement to nobody any more; raises ``NotFound`` for one that is over, or never was."""
    ended = await change.tx.fetch(
        "UPDATE announcements SET ends_at = $1, updated_at = $1 WHERE id = $2 AND (ends_at IS NULL OR ends_at > $1) "
        "RETURNING id",
        change.now,
        announcement_id,
    )
    if not ended:
        raise NotFound
    change.tx.signal(CHANGED, str(announcement_id))
    signal(change, Act.NOTICE, announcement_id)


async def dismiss(change: Change, *, announcement_id: int, account_id: int) -> None:
    """Note that somebody has read an announcement; raises ``NotFound`` for one that is not shown."""
    await _check_shown(change, announcement_id)
    await change.tx.execute(
        "INSERT INTO announcement_reads (id, announcement_id, account_id) VALUES ($1, $2, $3) "
        "ON CONFLICT (announcement_id, account_id) DO NOTHING",
        change.new_id(),
        announcement_id,
        account_id,
    )


async def react(change: Change, *, announcement_id: int, account_id: int, name: str) -> None:
    """Answer an announcement with an emoji. Raises ``NotFound``, or ``Invalid`` for what is none or one too many."""
    await _check_shown(change, announcement_id)
    if not _EMOJI.fullmatch(name):
        raise Invalid("Validation failed: Name is not a recognized emoji")
    names = await change.tx.fetch(
        "SELECT DISTINCT name FROM announcement_reactions WHERE announcement_id = $1", announcement_id
    )
    if name not in {row["name"] for row in names} and len(names) >= MOST_REACTIONS:
        raise Invalid("Validation failed: Limit of different reactions reached")
    await change.tx.execute(
        "INSERT INTO announcement_reactions (id, announcement_id, account_id, name) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (announcement_id, account_id, name) DO NOTHING",
        change.new_id(),
        announcement_id,
        account_id,
        name,
    )
    change.tx.signal(CHANGED, str(announcement_id))
    signal(change, Act.REACTION, announcement_id, word=name)


async def unreact(change: Change, *, announcement_id: int, account_id: int, name: str) -> None:
    """Take an emoji back; raises ``NotFound`` for an announcement that is not shown."""
    await _check_shown(change, announcement_id)
    await change.tx.execute(
        "DELETE FROM announcement_reactions WHERE announcement_id = $1 AND account_id = $2 AND name = $3",
        announcement_id,
        account_id,
        name,
    )
    change.tx.signal(CHANGED, str(announcement_id))
    signal(change, Act.REACTION, announcement_id, word=name)


async def _check_shown(change: Change, announcement_id: int) -> None:
    shown = await change.tx.fetch_value(
        "SELECT 1 FROM announcements WHERE id = $1 AND (ends_at IS NULL OR ends_at > $2)", announcement_id, change.now
    )
    if shown is None:
        raise NotFound("Record not found")
