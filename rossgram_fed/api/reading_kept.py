"""Posts and accounts as bytes, kept in memory for as long as they are true.

What is kept bears the state in which the database had it (``models.revisions``). Whoever wants it has read the state
anew, in the statement that says what is shown at all; so a like, an edit or a new name shows at once, whichever process
made it, and there is nothing to forget. The state is read before the contents, hence what is kept can be newer than it
says, never older; and nothing is kept of what a transaction sees that is not over.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Generic, TypeVar

import msgspec

from rossgram_fed.api.entities.statuses import UNSET, Seen
from rossgram_fed.api.reading import accounts_by_ids, add_extras, boost_body, seen_around
from rossgram_fed.api.reading_bodies import Common, bodies_by_ids
from rossgram_fed.api.reading_viewer import BOOST_COLUMNS, Facts, Sight, facts, seen_from, state_of
from rossgram_fed.config import Settings
from rossgram_fed.database import Database, Reader
from rossgram_fed.database.engine import placeholders
from rossgram_fed.timelines.belonging import FEW, parts
from rossgram_fed.timelines.entries import Entry
from rossgram_fed.visibility import visible

MOST_BYTES = 32 * 1024 * 1024
"""What is kept at most, of posts and accounts together; the oldest goes first."""
_OVERHEAD = 700
"""About what Python needs for an entry besides its text."""
FACTS = len(Facts._fields)
_USUAL: dict[tuple[object, ...], tuple[bytes, object]] = {}
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


async def with_facts(reader: Reader, entries: Sequence[Entry], *, viewer_id: int | None) -> list[Entry]:
    """Return those of the entries whose posts the viewer may see, with what is needed to show them."""
    if not entries:
        return []
    viewer, known = ("$1", [viewer_id]) if viewer_id is not None else (None, [])
    wanted = sorted({one.post_id for one in entries})
    rows = await reader.fetch_quickly(
        f"SELECT p.id, {facts(viewer)} FROM posts p WHERE p.id IN ({placeholders(len(wanted), len(known) + 1)}) "
        f"AND {visible(viewer)}",
        *known,
        *wanted,
    )
    posts = {row["id"]: tuple(row.values())[1:] for row in rows}
    boosts = await _boosts(reader, [one.boost_id for one in entries if one.boost_id is not None])
    return [
        one._replace(facts=posts[one.post_id] + boosts.get(one.boost_id or 0, ()))
        for one in entries
        if one.post_id in posts and (one.boost_id is None or one.boost_id in boosts)
    ]


async def facts_for_many(
    reader: Reader, entries: Sequence[Entry], *, viewers: Collection[int]
) -> dict[int, list[Entry]]:
    """The same for many viewers at once, by their ids."""
    boosts = await _boosts(reader, [one.boost_id for one in entries if one.boost_id is not None])
    posts: dict[tuple[int, int], tuple[object, ...]] = {}
    wanted = {one.post_id for one in entries}
    for ids, some in product(parts(wanted), parts(viewers)):
        fetch = reader.fetch_quickly if len(ids) * len(some) <= FEW else reader.fetch
        rows = await fetch(
            f"SELECT v.id AS viewer, p.id, {facts('v.id')} FROM accounts v "
            f"JOIN posts p ON p.id IN ({placeholders(len(ids))}) "
            f"WHERE v.id IN ({placeholders(len(some), len(ids) + 1)}) AND {visible('v.id')}",
            *ids,
            *some,
        )
        for viewer, post_id, *read in (tuple(row.values()) for row in rows):
            posts[viewer, post_id] = tuple(read)
    return {
        viewer: [
            one._replace(facts=posts[viewer, one.post_id] + boosts.get(one.boost_id or 0, ()))
            for one in entries
            if (viewer, one.post_id) in posts and (one.boost_id is None or one.boost_id in boosts)
        ]
        for viewer in viewers
    }


async def _boosts(reader: Reader, ids: Sequence[int]) -> dict[int, tuple[object, ...]]:
    if not ids:
        return {}
    rows = await reader.fetch_quickly(
        f"SELECT b.id, {BOOSTS} FROM boosts b WHERE b.id IN ({placeholders(len(ids))})", *ids
    )
    return {row["id"]: tuple(row.values())[1:] for row in rows}


async def encoded(
    shelf: Shelf, database: Database, settings: Settings, entries: Sequence[Entry], *, viewer_id: int | None
) -> list[tuple[Entry, bytes]]:
    """Return entries and what they stand for as JSON; facts are ``reading_viewer.facts``, of boosts ``BOOSTS`` too."""
    known = [(one, Facts(*one.facts[:FACTS])) for one in entries]
    posts = await _posts(shelf, database, settings, known)
    accounts = await _accounts(shelf, database, settings, known)
    shown = [
        (one, fact, posts[one.post_id], Sight(posts[one.post_id].common, seen_from(fact, viewer_id=viewer_id)))
        for one, fact in known
        if one.post_id in posts and fact.account_id in accounts and (one.booster_id or fact.account_id) in accounts
    ]
    await add_extras(database, settings, [one[3] for one in shown], viewer_id=viewer_id)
    return [(entry, _encoded(entry, fact, post, sight.seen, accounts)) for entry, fact, post, sight in shown]


async def _posts(
    shelf: Shelf, database: Database, settings: Settings, known: Sequence[tuple[Entry, Facts]]
) -> dict[int, KeptPost]:
    found: dict[int, KeptPost] = {}
    missing: dict[int, tuple[int, int]] = {}
    for entry, fact in known:
        state = (fact.post_state, fact.author_state & 1)
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
    shelf: Shelf, database: Database, settings: Settings, known: Sequence[tuple[Entry, Facts]]
) -> dict[int, bytes]:
    states = {fact.account_id: fact.author_state for _, fact in known}
    for entry, _ in known:
        if entry.booster_id is not None:
            states[entry.booster_id] = entry.facts[-1]
    found: dict[int, bytes] = {}
    missing: list[int] = []
    for account_id, state in states.items():
        kept = shelf.accounts.get(account_id, state)
        if kept is None:
            missing.append(account_id)
        else:
            found[account_id] = kept
    if missing:
        for account_id, account in (await accounts_by_ids(database, settings, missing)).items():
            made = found[account_id] = _ENCODER.encode(account)
            if not database.in_transaction:
                shelf.accounts.put(account_id, states[account_id], made, size=len(made) + _OVERHEAD)
    return found


def _encoded(entry: Entry, fact: Facts, post: KeptPost, seen: Seen, accounts: dict[int, bytes]) -> bytes:
    inner = b'{%b,"account":%b,"reblog":null,%b}' % (post.encoded, accounts[fact.account_id], _viewers(seen))
    if entry.boost_id is None or entry.booster_id is None:
        return inner
    uri, at = entry.facts[FACTS], entry.facts[FACTS + 1]
    body = _ENCODER.encode(boost_body(entry.boost_id, uri, at, visibility=post.visibility, url=post.url))[1:-1]
    return b'{%b,"account":%b,"reblog":%b,%b}' % (body, accounts[entry.booster_id], inner, _viewers(seen_around(seen)))


def _viewers(seen: Seen) -> bytes:
    """Return the viewer's part without braces; most are alike, and the approvals of quotes are few shared values."""
    if seen.filtered or seen.tagged_people or seen.poll is not None or seen.quote is not None:
        return _ENCODER.encode(seen)[1:-1]
    key = (
        seen.favourited,
        seen.reblogged,
        seen.muted,
        seen.bookmarked,
        seen.pinned,
        seen.filtered is UNSET,
        id(seen.quote_approval),
    )
    known = _USUAL.get(key)
    if known is None:
        # The approval is kept with it: its id must not become another's.
        known = _USUAL[key] = (_ENCODER.encode(seen)[1:-1], seen.quote_approval)
    return known[0]
