"""Reading posts for search: a source of work that nothing on its way in waits for.

The database notes whatever is new or says something else (``database.words``). What is noted is read in batches, the
newest first, so that a server with a long past finds new posts while the old ones are still read.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from rossgram_fed.database import Row, Transaction
from rossgram_fed.database.engine import placeholders
from rossgram_fed.instance import Instance
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts.said import said_in
from rossgram_fed.search.words import marks_of, words_in

BATCH = 100
"""Posts that are read in one change."""
CHARACTERS = 20_000
"""Of a text."""
_POSTS = (
    "SELECT p.id, p.account_id, p.language, p.photo_count, p.sensitive, p.in_reply_to_uri, "
    f"(p.visibility = {int(Visibility.PUBLIC)} AND a.indexable AND a.deleted_at IS NULL) AS open, "
    "EXISTS (SELECT 1 FROM polls o WHERE o.post_id = p.id) AS has_poll FROM posts p "
    "JOIN accounts a ON a.id = p.account_id WHERE p.id IN ({places})"
)


class WordReader:
    """Reads what is noted, in every process that works."""

    signal = "unread posts"
    """Nobody gives it: what comes in a look's time is read together, which costs a fraction."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    async def work_once(self) -> int:
        """Read a batch and say how many posts that were; 0 when there are no more than these for now."""
        if not await self._instance.database.fetch_quickly("SELECT 1 FROM unread_posts LIMIT 1"):
            return 0
        async with self._instance.change() as change:
            read = await _read(change.tx, locks=self._instance.database.postgresql)
        return read if read == BATCH else 0


async def _read(tx: Transaction, *, locks: bool) -> int:
    rows = await tx.fetch(f"SELECT id FROM unread_posts ORDER BY id DESC LIMIT {BATCH}{tx.skip_locked}")
    noted = [row["id"] for row in rows]
    if not noted:
        return 0
    # A post that is being deleted is left for the next time: its words would be deleted in the other order.
    kept = " FOR KEY SHARE OF p SKIP LOCKED" if locks else ""
    posts = await tx.fetch(f"{_POSTS.format(places=placeholders(len(noted)))}{kept}", *noted)
    words = await _words_of(tx, posts)
    await tx.execute_many(
        "INSERT INTO post_words (id, words, open) VALUES ($1, $2, $3) "
        "ON CONFLICT (id) DO UPDATE SET words = excluded.words, open = excluded.open",
        [(row["id"], words[row["id"]], bool(row["open"])) for row in posts],
    )
    read = [row["id"] for row in posts]
    gone = sorted(set(noted) - set(read))
    for ids, condition in ((read, ""), (gone, " AND NOT EXISTS (SELECT 1 FROM posts p WHERE p.id = unread_posts.id)")):
        if ids:
            await tx.execute(f"DELETE FROM unread_posts WHERE id IN ({placeholders(len(ids))}){condition}", *ids)
    return len(noted)


async def _words_of(tx: Transaction, posts: Sequence[Row]) -> dict[int, str]:
    """Return what each post is found by: its words, those of its tags, and its marks."""
    ids = [row["id"] for row in posts]
    if not ids:
        return {}
    said = {one.post_id: one.text for one in await said_in(tx, ids, most=CHARACTERS)}
    tags: defaultdict[int, list[str]] = defaultdict(list)
    for row in await tx.fetch(
        f"SELECT u.post_id, t.name FROM post_tags u JOIN tags t ON t.id = u.tag_id "
        f"WHERE u.post_id IN ({placeholders(len(ids))})",
        *ids,
    ):
        tags[row["post_id"]].append(row["name"])
    return {
        row["id"]: " ".join([*words_in("\n".join([said[row["id"]], *tags[row["id"]]])), *_marks(row)]) for row in posts
    }


def _marks(row: Row) -> list[str]:
    return marks_of(
        author_id=row["account_id"],
        language=row["language"],
        media=row["photo_count"] > 0,
        poll=bool(row["has_poll"]),
        reply=bool(row["in_reply_to_uri"]),
        sensitive=bool(row["sensitive"]),
    )
