"""Rows into entities: accounts and posts by their ids, and boosts by theirs as the posts that apps take them for.

Ids that the viewer may not see bring nothing (``rossgram_fed.visibility``). However many posts there are, the number of
statements is the same. What a post is to everybody is made in ``reading_bodies``, what it is to the viewer in
``reading_viewer``; features that add something to posts are in ``EXTRAS``.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from rossgram_fed.api.entities.accounts import ACCOUNT_COLUMNS, Account, account_from
from rossgram_fed.api.entities.statuses import Body, Seen, Status, status_of
from rossgram_fed.api.entities.words import instant
from rossgram_fed.api.reading_bodies import bodies_by_ids
from rossgram_fed.api.reading_filters import filtered
from rossgram_fed.api.reading_people import people
from rossgram_fed.api.reading_polls import polls
from rossgram_fed.api.reading_quotes import quotes
from rossgram_fed.api.reading_viewer import BOOST_COLUMNS, Extra, Facts, Showing, Sight, facts, seen_from
from rossgram_fed.config import Settings
from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.visibility import visible

EXTRAS: tuple[Extra, ...] = (quotes, polls, people, filtered)
"""What features add to posts, for whoever looks."""


async def accounts_by_ids(reader: Reader, settings: Settings, ids: Iterable[int]) -> dict[int, Account]:
    """Return accounts by their ids; those that were deleted are missing."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = await reader.fetch(
        f"SELECT {ACCOUNT_COLUMNS} FROM accounts a WHERE a.id IN ({placeholders(len(wanted))}) "
        "AND a.deleted_at IS NULL",
        *wanted,
    )
    return {row["account_id"]: account_from(row, settings) for row in rows}


async def statuses_by_ids(
    reader: Reader, settings: Settings, ids: Sequence[int], *, viewer_id: int | None, nested: bool = False
) -> dict[int, Status]:
    """Return those of the posts that the viewer may see.

    ``nested`` is for posts that are shown inside others: they show no further ones.
    """
    if not ids:
        return {}
    viewer, known = ("$1", [viewer_id]) if viewer_id is not None else (None, [])
    rows = await reader.fetch(
        f"SELECT p.id, {facts(viewer)} FROM posts p JOIN accounts a ON a.id = p.account_id "
        f"WHERE p.id IN ({placeholders(len(ids), len(known) + 1)}) AND {visible(viewer, author='a')}",
        *known,
        *ids,
    )
    bodies = await bodies_by_ids(reader, settings, [row["id"] for row in rows])
    accounts = await accounts_by_ids(reader, settings, [row["account_id"] for row in rows])
    sights = [
        Sight(bodies[row["id"]][0], seen_from(Facts(*tuple(row.values())[1:]), viewer_id=viewer_id))
        for row in rows
        if row["id"] in bodies and row["account_id"] in accounts
    ]
    await add_extras(reader, settings, sights, viewer_id=viewer_id, nested=nested)
    return {one.post.id: status_of(bodies[one.post.id][1], accounts[one.post.account_id], one.seen) for one in sights}


async def add_extras(
    reader: Reader, settings: Settings, sights: Sequence[Sight], *, viewer_id: int | None, nested: bool = False
) -> None:
    """Have all features add their part to posts on their way to a viewer."""
    read = partial(statuses_by_ids, reader, settings, viewer_id=viewer_id, nested=True)
    showing = Showing(reader, settings, viewer_id, sights, nested, read)
    for extra in EXTRAS:
        await extra(showing)


async def boosts_by_ids(
    reader: Reader, settings: Settings, ids: Sequence[int], *, viewer_id: int | None
) -> dict[int, Status]:
    """Return boosts by their ids, as posts with ``reblog``; those of posts that the viewer may not see are missing."""
    if not ids:
        return {}
    rows = await reader.fetch(
        f"SELECT b.id, b.post_id, b.account_id, {BOOST_COLUMNS} FROM boosts b WHERE b.id IN ({placeholders(len(ids))})",
        *ids,
    )
    posts = await statuses_by_ids(reader, settings, sorted({row["post_id"] for row in rows}), viewer_id=viewer_id)
    accounts = await accounts_by_ids(reader, settings, [row["account_id"] for row in rows])
    return {
        row["id"]: _boosted(row, account=accounts[row["account_id"]], post=posts[row["post_id"]])
        for row in rows
        if row["post_id"] in posts and row["account_id"] in accounts
    }


def boost_body(boost_id: int, uri: str, at: int, *, visibility: str, url: str) -> Body:
    """Return what a boost is as a post: nothing but that it is there. ``at`` is its instant in milliseconds."""
    return Body(id=str(boost_id), created_at=instant(at), visibility=visibility, uri=uri or url, url=url)


def seen_around(seen: Seen) -> Seen:
    """Return what a boost is to the viewer: what the post in it is, as far as they can act on it."""
    return Seen.plain(
        favourited=seen.favourited, reblogged=seen.reblogged, muted=seen.muted, bookmarked=seen.bookmarked
    )


def _boosted(row: Row, *, account: Account, post: Status) -> Status:
    body = boost_body(row["id"], row["boost_uri"], row["boosted_at"], visibility=post.visibility, url=post.url)
    return status_of(body, account, seen_around(post), reblog=post)
