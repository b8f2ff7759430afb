"""Whose timelines one post belongs to, for those who wait for it: the rules of the timelines, asked from the other end.

The conditions are those that the timelines are read by (``circles``, ``public``), with the column ``v.id`` in the place
of the one viewer; so what is told while it happens is what is there when the timeline is read afterwards.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from rossgram_fed.database import Reader
from rossgram_fed.database.engine import placeholders
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.reading import RepliesShown
from rossgram_fed.timelines.circles import home_circle, list_circle
from rossgram_fed.timelines.public import NO_ANSWER, open_to
from rossgram_fed.visibility import follows, visible

AT_ONCE = 512
"""Viewers, or lists, in one statement."""
FEW = 16
"""Viewers about whom it is quicker to ask than to have a thread ask."""

_POST = "JOIN posts p ON p.id = $1 JOIN accounts a ON a.id = p.account_id"
_BOOST = "JOIN boosts b ON b.id = $1 JOIN posts p ON p.id = b.post_id JOIN accounts a ON a.id = p.account_id"
_HOME = home_circle()
_LISTS = {replies: list_circle(replies) for replies in RepliesShown}


@dataclass(frozen=True, slots=True)
class Place:
    """What decides in which public timelines a post can be."""

    account_id: int
    visibility: Visibility
    local: bool
    media: bool
    opening: bool
    """Whether it is no answer to somebody else."""
    thread_id: int
    tags: frozenset[str]
    """Folded."""


async def place_of(reader: Reader, post_id: int) -> Place | None:
    """Return where a post can be; None when it is gone."""
    rows = await reader.fetch_quickly(
        "SELECT p.account_id, p.visibility, p.local, p.photo_count, p.thread_id, t.name, "
        f"CASE WHEN {NO_ANSWER} THEN 1 ELSE 0 END AS opening FROM posts p "
        "LEFT JOIN post_tags u ON u.post_id = p.id LEFT JOIN tags t ON t.id = u.tag_id WHERE p.id = $1",
        post_id,
    )
    if not rows:
        return None
    row = rows[0]
    return Place(
        account_id=row["account_id"],
        visibility=Visibility(row["visibility"]),
        local=bool(row["local"]),
        media=row["photo_count"] > 0,
        opening=bool(row["opening"]),
        thread_id=row["thread_id"],
        tags=frozenset(one["name"] for one in rows if one["name"] is not None),
    )


async def at_home(reader: Reader, post_id: int, *, viewers: Collection[int]) -> set[int]:
    """Return those of the viewers whose home timeline a post is in by itself."""
    return await _viewers(reader, _POST, _for_each(_HOME.shows), about=post_id, viewers=viewers)


async def boosted_home(reader: Reader, boost_id: int, *, viewers: Collection[int]) -> set[int]:
    """Return those of the viewers whose home timeline a boost is in."""
    return await _viewers(reader, _BOOST, _for_each(_HOME.shares), about=boost_id, viewers=viewers)


async def open_for(reader: Reader, post_id: int, *, viewers: Collection[int]) -> set[int]:
    """Return those of the viewers who may come across a public post among others."""
    public = f"p.visibility = {int(Visibility.PUBLIC)} AND {open_to('v.id')}"
    return await _viewers(reader, _POST, public, about=post_id, viewers=viewers)


async def following(reader: Reader, account_id: int, *, viewers: Collection[int]) -> set[int]:
    """Return those of the viewers who follow an account, or are it."""
    return await _viewers(reader, "", f"v.id = $1 OR {follows('v.id', '$1')}", about=account_id, viewers=viewers)


async def addressed(reader: Reader, post_id: int, *, viewers: Collection[int]) -> set[int]:
    """Return those of the viewers who wrote a post or are named in it, as far as they may see it."""
    named = "EXISTS (SELECT 1 FROM mentions m WHERE m.post_id = p.id AND m.account_id = v.id)"
    condition = f"(p.account_id = v.id OR {named}) AND {visible('v.id')}"
    return await _viewers(reader, _POST, condition, about=post_id, viewers=viewers)


async def in_lists(reader: Reader, post_id: int, *, lists: Collection[int]) -> set[int]:
    """Return those of the lists that a post is in by itself; all by their ids."""
    conditions = {replies: circle.shows for replies, circle in _LISTS.items()}
    return await _lists(reader, _POST, conditions, about=post_id, lists=lists)


async def boosted_in_lists(reader: Reader, boost_id: int, *, lists: Collection[int]) -> set[int]:
    """Return those of the lists that a boost is in."""
    conditions = {replies: circle.shares for replies, circle in _LISTS.items()}
    return await _lists(reader, _BOOST, conditions, about=boost_id, lists=lists)


async def _viewers(reader: Reader, tables: str, condition: str, *, about: int, viewers: Collection[int]) -> set[int]:
    found: set[int] = set()
    for some in _parts(viewers):
        fetch = reader.fetch_quickly if len(some) <= FEW else reader.fetch
        rows = await fetch(
            f"SELECT v.id FROM accounts v {tables} WHERE v.id IN ({placeholders(len(some), 2)}) AND ({condition})",
            about,
            *some,
        )
        found.update(row["id"] for row in rows)
    return found


async def _lists(
    reader: Reader, tables: str, conditions: Mapping[RepliesShown, str], *, about: int, lists: Collection[int]
) -> set[int]:
    each = (f"(l.replies = {int(replies)} AND {_for_each(shown)})" for replies, shown in conditions.items())
    condition = " OR ".join(each)
    found: set[int] = set()
    for some in _parts(lists):
        rows = await reader.fetch(
            f"SELECT l.id FROM lists l JOIN accounts v ON v.id = l.account_id {tables} "
            f"WHERE l.id IN ({placeholders(len(some), 2)}) AND ({condition})",
            about,
            *some,
        )
        found.update(row["id"] for row in rows)
    return found


def _for_each(condition: str) -> str:
    """Put the columns of many viewers and lists where ``circles`` has the one viewer and the one list."""
    return condition.replace("$1", "v.id").replace("$2", "l.id")


def _parts(ids: Collection[int]) -> Iterator[list[int]]:
    """Cut ids into parts whose lengths are powers of two, the last id repeated: few statements for any number."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), AT_ONCE):
        part = ordered[start : start + AT_ONCE]
        yield part + part[-1:] * ((1 << (len(part) - 1).bit_length()) - len(part))
