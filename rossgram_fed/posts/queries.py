"""What pages read about posts: hand-written SQL, two or three statements a page however many posts it shows.

Every query carries the rule of ``rossgram_fed.visibility``; ids that the viewer may not see bring nothing.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.cards import CARD_COLUMNS
from rossgram_fed.database import Reader
from rossgram_fed.database.engine import placeholders
from rossgram_fed.posts.photo_views import PHOTO_COLUMNS, PhotoView, photo_from
from rossgram_fed.posts.quoted import quoted_posts, shown_quote
from rossgram_fed.posts.views import POST_COLUMNS, CommentView, PostPage, PostView, post_from
from rossgram_fed.visibility import listed, visible

THREAD_LIMIT = 1000
"""Posts of one thread that a page looks at."""


@dataclass(frozen=True, slots=True)
class Thread:
    """What is around a post, by ids."""

    above: tuple[int, ...] = ()
    """The root first."""
    below: tuple[tuple[int, int], ...] = ()
    """With how deep each hangs below the post, in the order of reading."""


async def posts_by_ids(reader: Reader, ids: Sequence[int], *, viewer_id: int | None) -> tuple[PostView, ...]:
    """Return those of the posts that the viewer may see, in the order of ``ids``, in two statements.

    A third one reads the posts that they quote, where there are any.
    """
    if not ids:
        return ()
    viewer, known = ("$1", [viewer_id]) if viewer_id is not None else (None, [])
    rows = await reader.fetch(
        f"SELECT {POST_COLUMNS}, {CARD_COLUMNS}, {_flags(viewer)} FROM posts p JOIN accounts a ON a.id = p.account_id "
        f"WHERE p.id IN ({placeholders(len(ids), len(known) + 1)}) AND {visible(viewer, author='a')}",
        *known,
        *ids,
    )
    photos = await photos_of(reader, [row["id"] for row in rows])
    quoted = await quoted_posts(reader, {one for row in rows if (one := shown_quote(row))}, viewer_id=viewer_id)
    found = {
        row["id"]: post_from(
            row, photos=tuple(photos[row["id"]]), viewer_id=viewer_id, quoted=quoted.get(shown_quote(row) or 0)
        )
        for row in rows
    }
    return tuple(found[post_id] for post_id in ids if post_id in found)


async def photos_of(reader: Reader, post_ids: Sequence[int]) -> defaultdict[int, list[PhotoView]]:
    """Return the photos of each post, in their order."""
    photos: defaultdict[int, list[PhotoView]] = defaultdict(list)
    if post_ids:
        rows = await reader.fetch(
            f"SELECT {PHOTO_COLUMNS} FROM photos h WHERE h.post_id IN ({placeholders(len(post_ids))}) "
            "ORDER BY h.post_id, h.position, h.id",
            *post_ids,
        )
        for row in rows:
            photos[row["post_id"]].append(photo_from(row))
    return photos


async def post_page(reader: Reader, post_id: int, *, viewer_id: int | None) -> PostPage | None:
    """Return a post with its thread, or None when there is no such post for this viewer; three statements."""
    # A thread can outgrow its limit; its posts still have pages.
    thread = await thread_around(reader, post_id, viewer_id=viewer_id) or Thread()
    ids = [*thread.above, post_id, *(below for below, _ in thread.below)]
    posts = {post.id: post for post in await posts_by_ids(reader, ids, viewer_id=viewer_id)}
    if post_id not in posts:
        return None
    return PostPage(
        post=posts[post_id],
        ancestors=tuple(posts[one] for one in thread.above if one in posts),
        comments=tuple(CommentView(post=posts[one], depth=depth) for one, depth in thread.below if one in posts),
    )


async def thread_around(reader: Reader, post_id: int, *, viewer_id: int | None) -> Thread | None:
    """Return what is above and below a post in its thread, as far as the viewer may see it; None without the post."""
    viewer, known = ("$2", [viewer_id]) if viewer_id is not None else (None, [])
    members = await reader.fetch(
        f"SELECT p.id, p.in_reply_to_id, p.thread_id, CASE WHEN {visible(viewer, author='a')} THEN 1 ELSE 0 END AS "
        f"seen, CASE WHEN {listed('a', viewer)} THEN 1 ELSE 0 END AS listed FROM posts p "
        "JOIN accounts a ON a.id = p.account_id "
        f"WHERE p.thread_id = (SELECT t.thread_id FROM posts t WHERE t.id = $1) ORDER BY p.id LIMIT {THREAD_LIMIT}",
        post_id,
        *known,
    )
    seen = {row["id"] for row in members if row["seen"]}
    if post_id not in seen:
        return None
    parents: dict[int, int | None] = {row["id"]: row["in_reply_to_id"] for row in members}
    # Comments by those who are limited are left out, unless one of them is what the page is about.
    spoken = {row["id"] for row in members if row["listed"] and row["seen"]} | {post_id}
    top = post_id if members[0]["thread_id"] == post_id else None
    return Thread(
        above=tuple(one for one in _ancestors(post_id, parents) if one in seen),
        below=_tree(post_id, parents, spoken, top=top),
    )


async def buried_at(reader: Reader, uri: str) -> int | None:
    """Return when what was at an address was deleted (milliseconds since 1970 UTC), or None when nothing was."""
    rows = await reader.fetch("SELECT created_at FROM tombstones WHERE uri = $1", uri)
    return int(rows[0]["created_at"]) if rows else None


def _flags(viewer: str | None) -> str:
    if viewer is None:
        return "0 AS liked, 0 AS boosted, 0 AS bookmarked"
    return ", ".join(
        f"EXISTS (SELECT 1 FROM {table} x WHERE x.account_id = {viewer} AND x.post_id = p.id) AS {flag}"
        for table, flag in (("likes", "liked"), ("boosts", "boosted"), ("bookmarks", "bookmarked"))
    )


def _ancestors(post_id: int, parents: dict[int, int | None]) -> list[int]:
    """Return the ids above a post, the root first; a loop, which no honest server makes, ends the walk."""
    above: list[int] = []
    met = {post_id}
    parent = parents.get(post_id)
    while parent is not None and parent not in met:
        above.append(parent)
        met.add(parent)
        parent = parents.get(parent)
    return above[::-1]


def _nearest_seen(post_id: int, parents: dict[int, int | None], seen: set[int]) -> int | None:
    met = {post_id}
    parent = parents.get(post_id)
    while parent is not None and parent not in seen and parent not in met:
        met.add(parent)
        parent = parents.get(parent)
    return parent if parent in seen else None


def _tree(root: int, parents: dict[int, int | None], seen: set[int], *, top: int | None) -> tuple[tuple[int, int], ...]:
    """Order what hangs below ``root``; an answer to something unseen hangs under the nearest post that is seen.

    Answers to a deleted comment have lost their parent and hang under ``top``, the root of their thread, where that is
    what is looked at.
    """
    children: defaultdict[int, list[int]] = defaultdict(list)
    for post_id in seen:
        holder = _nearest_seen(post_id, parents, seen)
        if post_id != root and (holder or top) is not None:
            children[holder or top or root].append(post_id)
    ordered: list[tuple[int, int]] = []
    waiting = [(child, 0) for child in sorted(children[root], reverse=True)]
    while waiting:
        post_id, depth = waiting.pop()
        ordered.append((post_id, depth))
        waiting.extend((child, depth + 1) for child in sorted(children[post_id], reverse=True))
    return tuple(ordered)
