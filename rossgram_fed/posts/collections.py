"""What is public of posts, as the collections other servers read: outbox, featured, comments of a post, a thread.

Each lists what its reader may see, and for most readers, who are nobody in particular, what is open to all. Pages go by
cursor.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rossgram_fed.database import Database, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.ids import LARGEST_ID
from rossgram_fed.instance import Instance
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts import documents
from rossgram_fed.posts.pins import featured_ids
from rossgram_fed.posts.sources import post_sources
from rossgram_fed.reactions.documents import announce_document
from rossgram_fed.visibility import heard, not_blocked, visible

OUTBOX_PAGE = 20
LIST_PAGE = 60

_ANNOUNCES = (
    "SELECT b.id, b.uri, b.created_at, me.uri AS actor, me.followers_uri AS followers, p.uri AS post_uri, "
    "a.uri AS author FROM boosts b JOIN accounts me ON me.id = b.account_id JOIN posts p ON p.id = b.post_id "
    f"JOIN accounts a ON a.id = p.account_id WHERE me.domain = '' AND {heard('me')} "
    f"AND p.visibility <= {int(Visibility.UNLISTED)}"
)


@dataclass(frozen=True, slots=True)
class Slice:
    """A page of a collection: its items, and the cursor of the next page if there is one."""

    items: tuple[Any, ...]
    following: int | None


async def outbox_page(instance: Instance, account_id: int, *, reader_id: int | None, before: int | None) -> Slice:
    """Return what an account here published and boosted, as Creates and Announces, the newest first."""
    database, start = instance.database, LARGEST_ID if before is None else before
    viewer, known = _asking(reader_id, 3)
    posts = await database.fetch(
        "SELECT p.id FROM posts p WHERE p.account_id = $1 AND p.local = TRUE AND p.id < $2 "
        f"AND p.visibility <= {int(Visibility.DIRECT)} AND {visible(viewer)} "
        f"ORDER BY p.id DESC LIMIT {OUTBOX_PAGE + 1}",
        account_id,
        start,
        *known,
    )
    boosts = await database.fetch(
        f"{_ANNOUNCES} AND b.account_id = $1 AND b.id < $2 AND {_boost_visible(viewer)} "
        f"ORDER BY b.id DESC LIMIT {OUTBOX_PAGE + 1}",
        account_id,
        start,
        *known,
    )
    newest = sorted([row["id"] for row in posts] + [row["id"] for row in boosts], reverse=True)
    shown = set(newest[:OUTBOX_PAGE])
    sources = await post_sources(database, [row["id"] for row in posts if row["id"] in shown])
    items = {source.id: documents.create_document(source, instance.settings) for source in sources}
    items |= {row["id"]: _announce(row) for row in boosts if row["id"] in shown}
    following = newest[OUTBOX_PAGE - 1] if len(newest) > OUTBOX_PAGE else None
    return Slice(tuple(items[item_id] for item_id in newest[:OUTBOX_PAGE] if item_id in items), following)


async def featured_documents(instance: Instance, account_id: int, *, reader_id: int | None) -> list[documents.Document]:
    """Return what an account here features: its pinned posts or, without any, its newest public photos."""
    ids = await featured_ids(instance.database, account_id)
    seen = await _seen(instance.database, ids, reader_id=reader_id)
    sources = await post_sources(instance.database, [post_id for post_id in ids if post_id in seen])
    return [documents.post_document(source, instance.settings) for source in sources]


async def replies_page(database: Database, post_id: int, *, reader_id: int | None, after: int) -> Slice:
    """Return the addresses of a post's own comments, the oldest first, from above the id ``after``."""
    return await _addresses(database, "p.in_reply_to_id = $1", post_id, reader_id=reader_id, after=after)


async def thread_page(database: Database, thread_id: int, *, reader_id: int | None, after: int) -> Slice:
    """Return the addresses of all posts of a thread, the oldest first."""
    return await _addresses(database, "p.thread_id = $1", thread_id, reader_id=reader_id, after=after)


async def thread_size(database: Database, thread_id: int, *, reader_id: int | None) -> int:
    """Return how many posts of a thread a reader may see, if it has a post of ours; else 0."""
    viewer, known = _asking(reader_id, 2)
    size = await database.fetch_value(
        f"SELECT COUNT(*) FROM posts p WHERE p.thread_id = $1 AND {visible(viewer)} "
        "AND EXISTS (SELECT 1 FROM posts o WHERE o.thread_id = $1 AND o.local = TRUE)",
        thread_id,
        *known,
    )
    return int(size)


async def announce(database: Database, boost_id: int, *, reader_id: int | None) -> documents.Document | None:
    """Return a boost by somebody here as its Announce."""
    viewer, known = _asking(reader_id, 2)
    row = await database.fetch_one(f"{_ANNOUNCES} AND b.id = $1 AND {_boost_visible(viewer)}", boost_id, *known)
    return None if row is None else _announce(row)


def _asking(reader_id: int | None, number: int) -> tuple[str | None, list[int]]:
    """Return the placeholder of who reads and their argument; nothing for everybody."""
    return (None, []) if reader_id is None else (f"${number}", [reader_id])


def _boost_visible(viewer: str | None) -> str:
    unblocked = "" if viewer is None else f" AND {not_blocked(viewer, 'b.account_id')}"
    return f"{visible(viewer, author='a')}{unblocked}"


async def _seen(database: Database, ids: Sequence[int], *, reader_id: int | None) -> set[int]:
    if not ids:
        return set()
    viewer, known = _asking(reader_id, 1)
    rows = await database.fetch(
        f"SELECT p.id FROM posts p WHERE p.id IN ({placeholders(len(ids), len(known) + 1)}) AND {visible(viewer)}",
        *known,
        *ids,
    )
    return {row["id"] for row in rows}


async def _addresses(database: Database, condition: str, value: int, *, reader_id: int | None, after: int) -> Slice:
    viewer, known = _asking(reader_id, 3)
    rows = await database.fetch(
        f"SELECT p.id, p.uri FROM posts p JOIN accounts a ON a.id = p.account_id WHERE {condition} AND p.id > $2 "
        f"AND {visible(viewer, author='a')} ORDER BY p.id LIMIT {LIST_PAGE + 1}",
        value,
        after,
        *known,
    )
    following = rows[LIST_PAGE - 1]["id"] if len(rows) > LIST_PAGE else None
    return Slice(tuple(row["uri"] for row in rows[:LIST_PAGE]), following)


def _announce(row: Row) -> documents.Document:
    return announce_document(
        uri=row["uri"],
        actor=row["actor"],
        followers=row["followers"],
        post_uri=row["post_uri"],
        author=row["author"],
        at=row["created_at"],
    )
