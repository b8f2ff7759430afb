"""Posts and accounts as bytes, kept in memory for as long as they are true.

What is kept bears the state in which the database had it (``models.revisions``). Whoever wants it has read the state
anew, in the statement that says what is shown at all; so a like, an edit or a new name shows at once, whichever process
made it, and there is nothing to forget. The state is read before the contents, hence what is kept can be newer than it
says, never older; and nothing is kept of what a transaction sees that is not over.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import msgspec

from rossgram_fed.api.entities.statuses import Seen
from rossgram_fed.api.reading import accounts_by_ids, add_extras, boost_body, seen_around
from rossgram_fed.api.reading_bodies import Common, bodies_by_ids
from rossgram_fed.api.reading_viewer import BOOST_COLUMNS, Sight, flags, seen_from, state_of
from rossgram_fed.config import Settings
from rossgram_fed.database import Database, Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.timelines.entries import Entry
from rossgram_fed.visibility import visible

MOST_BYTES = 32 * 1024 * 1024
"""What is kept at most, of posts and accounts together; the oldest goes first."""
_OVERHEAD = 700
"""About what Python needs for an entry besides its text."""
_ENCODER = msgspec.json.Encoder()
BOOSTS = f"{BOOST_COLUMNS}, {state_of('b.account_id')} AS booster_state"
"""Columns that boosts bring besides, of the table ``boosts b``."""
Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class KeptPost:
    """A post as it is to everybody."""

    common: Common
    encoded: bytes
    """The fields of ``Body``, without braces."""
    visibility: str
    url: str


class Drawer(Generic[Kept]):
    """Values by the ids and states of what they were made of; bounded, the oldest going first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._values: dict[int, tuple[object, Kept, int]] = {}

    def get(self, key: int, state: object) -> Kept | None:
        """Return what was made of something in this very state."""
        found = self._values.get(key)
        return found[1] if found is not None and found[0] == state else None

    def put(self, key: int, state: object, value: Kept, *, size: int) -> None:
        """Keep a value of so many bytes."""
        old = self._values.pop(key, None)
        self._size += size - (old[2] if old is not None else 0)
        self._values[key] = (state, value, size)
        while self._size > self._most:
            self._size -= self._values.pop(next(iter(self._values)))[2]

    @property
    def size(self) -> int:
        """About how many bytes are kept."""
        return self._size


class Shelf:
    """What one process keeps."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.posts: Drawer[KeptPost] = Drawer(most * 3 // 4)
        self.accounts: Drawer[bytes] = Drawer(most // 4)


async def with_rows(reader: Reader, entries: Sequence[Entry], *, viewer_id: int | None) -> list[Entry]:
    """Return those of the entries whose posts the viewer may see, with what is needed to show them."""
    if not entries:
        return []
    viewer, known = ("$1", [viewer_id]) if viewer_id is not None else (None, [])
    wanted = sorted({one.post_id for one in entries})
    rows = await reader.fetch_quickly(
        f"SELECT p.id, {flags(viewer)} FROM posts p WHERE p.id IN ({placeholders(len(wanted), len(known) + 1)}) "
        f"AND {visible(viewer)}",
        *known,
        *wanted,
    )
    posts = {row["id"]: row for row in rows}
    boosts = await _boost_rows(reader, [one.boost_id for one in entries if one.boost_id is not None])
    return [
        replace(one, row=posts[one.post_id], boost=boosts.get(one.boost_id or 0))
        for one in entries
        if one.post_id in posts and (one.boost_id is None or one.boost_id in boosts)
    ]


async def _boost_rows(reader: Reader, ids: Sequence[int]) -> dict[int, Row]:
    if not ids:
        return {}
    rows = await reader.fetch_quickly(
        f"SELECT b.id, {BOOSTS} FROM boosts b WHERE b.id IN ({placeholders(len(ids))})", *ids
    )
    return {row["id"]: row for row in rows}


async def encoded(
    shelf: Shelf, database: Database, settings: Settings, entries: Sequence[Entry], *, viewer_id: int | None
) -> list[bytes]:
    """Return what entries stand for as JSON; they have rows with ``flags``, and boosts with ``BOOSTS``."""
    rows = [(one, one.row) for one in entries if one.row is not None]
    posts = await _posts(shelf, database, settings, rows)
    accounts = await _accounts(shelf, database, settings, rows)
    shown = [
        (one, row, posts[one.post_id], Sight(posts[one.post_id].common, seen_from(row, viewer_id=viewer_id)))
        for one, row in rows
        if one.post_id in posts and row["account_id"] in accounts and (one.booster_id or row["account_id"]) in accounts
    ]
    await add_extras(database, settings, [one[3] for one in shown], viewer_id=viewer_id)
    return [_encoded(entry, row, post, sight.seen, accounts) for entry, row, post, sight in shown]


async def _posts(
    shelf: Shelf, database: Database, settings: Settings, rows: Sequence[tuple[Entry, Row]]
) -> dict[int, KeptPost]:
    found: dict[int, KeptPost] = {}
    missing: dict[int, tuple[int, int]] = {}
    for entry, row in rows:
        state = (row["post_state"], row["author_state"] & 1)
        kept = shelf.posts.get(entry.post_id, state)
        if kept is None:
            missing[entry.post_id] = state
        else:
            found[entry.post_id] = kept
    if missing:
        for post_id, (common, body) in (await bodies_by_ids(database, settings, list(missing))).items():
            made = found[post_id] = KeptPost(common, _ENCODER.encode(body)[1:-1], body.visibility, body.url)
            if not database.in_transaction:
                size = len(made.encoded) + 2 * len(common.words) + _OVERHEAD
                shelf.posts.put(post_id, missing[post_id], made, size=size)
    return found


async def _accounts(
    shelf: Shelf, database: Database, settings: Settings, rows: Sequence[tuple[Entry, Row]]
) -> dict[int, bytes]:
    states: dict[int, int] = {row["account_id"]: row["author_state"] for _, row in rows}
    states |= {one.booster_id: one.boost["booster_state"] for one, _ in rows if one.booster_id and one.boost}
    found: dict[int, bytes] = {}
    for account_id, state in states.items():
        kept = shelf.accounts.get(account_id, state)
        if kept is not None:
            found[account_id] = kept
    missing = [one for one in states if one not in found]
    if missing:
        for account_id, account in (await accounts_by_ids(database, settings, missing)).items():
            made = found[account_id] = _ENCODER.encode(account)
            if not database.in_transaction:
                shelf.accounts.put(account_id, states[account_id], made, size=len(made) + _OVERHEAD)
    return found


def _encoded(entry: Entry, row: Row, post: KeptPost, seen: Seen, accounts: dict[int, bytes]) -> bytes:
    inner = b'{%b,"account":%b,"reblog":null,%b}' % (post.encoded, accounts[row["account_id"]], _viewers(seen))
    if entry.boost_id is None or entry.booster_id is None or entry.boost is None:
        return inner
    body = _ENCODER.encode(boost_body(entry.boost, entry.boost_id, visibility=post.visibility, url=post.url))[1:-1]
    return b'{%b,"account":%b,"reblog":%b,%b}' % (body, accounts[entry.booster_id], inner, _viewers(seen_around(seen)))


def _viewers(seen: Seen) -> bytes:
    """Return the viewer's part without braces."""
    return _ENCODER.encode(seen)[1:-1]
