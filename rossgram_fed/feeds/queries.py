"""What feeds show: public posts with photos, no matter who asks, and none by accounts that are suspended or gone."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.database import Database
from rossgram_fed.database.engine import placeholders
from rossgram_fed.ids import LARGEST_ID
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts.queries import posts_by_ids
from rossgram_fed.posts.views import PostView
from rossgram_fed.visibility import heard, listed

_PUBLIC = (
    f"p.photo_count > 0 AND p.in_reply_to_uri = '' AND p.visibility = {int(Visibility.PUBLIC)} "
    f"AND {heard('a')} AND a.deleted_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class Source:
    """Somebody here whose posts a feed shows."""

    id: int
    username: str
    name: str
    url: str
    avatar_key: str
    created_at: int
    deleted: bool


async def source_of(database: Database, username: str) -> Source | None:
    """Return the account here with this name; None when there is none, or it is suspended."""
    row = await database.fetch_one(
        "SELECT id, username, name, url, avatar_key, created_at, deleted_at FROM accounts "
        "WHERE username = $1 AND domain = '' AND suspended_at IS NULL",
        username,
    )
    if row is None:
        return None
    return Source(
        id=row["id"],
        username=row["username"],
        name=row["name"].strip() or row["username"],
        url=row["url"],
        avatar_key=row["avatar_key"],
        created_at=row["created_at"],
        deleted=row["deleted_at"] is not None,
    )


async def posts_of(
    database: Database, account_id: int, *, before: int | None = None, limit: int
) -> tuple[PostView, ...]:
    """Return an account's public posts with photos, the newest first, from below the id ``before``."""
    rows = await database.fetch(
        "SELECT p.id FROM posts p JOIN accounts a ON a.id = p.account_id "
        f"WHERE p.account_id = $1 AND p.id < $2 AND {_PUBLIC} ORDER BY p.id DESC LIMIT {int(limit)}",
        account_id,
        LARGEST_ID if before is None else before,
    )
    return await posts_by_ids(database, [row["id"] for row in rows], viewer_id=None)


async def posts_tagged(database: Database, tag: str, *, before: int | None = None, limit: int) -> tuple[PostView, ...]:
    """Return the public posts with photos that carry a folded tag, from every server we know, the newest first."""
    rows = await database.fetch(
        "SELECT p.id FROM tags t JOIN post_tags u ON u.tag_id = t.id JOIN posts p ON p.id = u.post_id "
        "JOIN accounts a ON a.id = p.account_id "
        f"WHERE t.name = $1 AND p.id < $2 AND {_PUBLIC} AND {listed('a', None)} ORDER BY p.id DESC LIMIT {int(limit)}",
        tag,
        LARGEST_ID if before is None else before,
    )
    return await posts_by_ids(database, [row["id"] for row in rows], viewer_id=None)


async def tags_of(database: Database, post_ids: Sequence[int]) -> defaultdict[int, list[str]]:
    """Return the tags of each post."""
    tags: defaultdict[int, list[str]] = defaultdict(list)
    if post_ids:
        rows = await database.fetch(
            "SELECT u.post_id, t.name FROM post_tags u JOIN tags t ON t.id = u.tag_id "
            f"WHERE u.post_id IN ({placeholders(len(post_ids))}) ORDER BY u.id",
            *post_ids,
        )
        for row in rows:
            tags[row["post_id"]].append(row["name"])
    return tags
