"""Whose timelines posts belong to, for those who wait for them: the rules of the timelines, asked from the other end.

The conditions are those that the timelines are read by (``circles``, ``public``), with the column ``v.id`` in the place
of the one viewer; so what is told while it happens is what is there when the timeline is read afterwards.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.reading import RepliesShown
from rossgram_fed.timelines.circles import home_circle, list_circle
from rossgram_fed.timelines.public import NO_ANSWER, open_to
from rossgram_fed.visibility import follows, visible

AT_ONCE = 512
"""Viewers, or lists, in one statement."""
FEW = 64
"""Pairs about which it is quicker to ask than to have a thread ask."""
Pairs = set[tuple[int, int]]
"""What was asked about, and to whom it belongs; both by their ids."""

_POSTS = "posts p ON p.id IN ({}) JOIN accounts a ON a.id = p.account_id"
_BOOSTS = "boosts b ON b.id IN ({}) JOIN posts p ON p.id = b.post_id JOIN accounts a ON a.id = p.account_id"


def _for_each(condition: str) -> str:
    """Put the columns of many viewers and lists where ``circles`` has the one viewer and the one list."""
    return condition.replace("$1", "v.id").replace("$2", "l.id")


def _for_lists(conditions: Mapping[RepliesShown, str]) -> str:
    return " OR ".join(f"(l.replies = {int(replies)} AND {_for_each(one)})" for replies, one in conditions.items())


_LISTS = {replies: list_circle(replies) for replies in RepliesShown}
_SHOWS, _SHARES = _for_each(home_circle().shows), _for_each(home_circle().shares)
_LIST_SHOWS = _for_lists({replies: circle.shows for replies, circle in _LISTS.items()})
_LIST_SHARES = _for_lists({replies: circle.shares for replies, circle in _LISTS.items()})


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


async def places_of(reader: Reader, post_ids: Collection[int]) -> dict[int, Place]:
    """Return where posts can be, by their ids; those that are gone are missing."""
    rows = []
    for some in parts(post_ids):
        rows += await reader.fetch_quickly(
            "SELECT p.id, p.account_id, p.visibility, p.local, p.photo_count, p.thread_id, t.name, "
            f"CASE WHEN {NO_ANSWER} THEN 1 ELSE 0 END AS opening FROM posts p LEFT JOIN post_tags u "
            f"ON u.post_id = p.id LEFT JOIN tags t ON t.id = u.tag_id WHERE p.id IN ({placeholders(len(some))})",
            *some,
        )
    tags: defaultdict[int, set[str]] = defaultdict(set)
    for row in rows:
        tags[row["id"]].update([row["name"]] if row["name"] is not None else [])
    return {row["id"]: _place(row, frozenset(tags[row["id"]])) for row in rows}


async def at_home(reader: Reader, post_ids: Collection[int], *, viewers: Collection[int]) -> Pairs:
    """Return which of the posts are by themselves in the home timelines of which of the viewers."""
    return await _viewers(reader, "p.id", _POSTS, _SHOWS, about=post_ids, viewers=viewers)


async def boosted_home(reader: Reader, boost_ids: Collection[int], *, viewers: Collection[int]) -> Pairs:
    """Return which of the boosts are in the home timelines of which of the viewers."""
    return await _viewers(reader, "b.id", _BOOSTS, _SHARES, about=boost_ids, viewers=viewers)


async def open_for(reader: Reader, post_ids: Collection[int], *, viewers: Collection[int]) -> Pairs:
    """Return which of the posts, if they are public, which of the viewers may come across among others."""
    public = f"p.visibility = {int(Visibility.PUBLIC)} AND {open_to('v.id')}"
    return await _viewers(reader, "p.id", _POSTS, public, about=post_ids, viewers=viewers)


async def following(reader: Reader, account_id: int, *, viewers: Collection[int]) -> set[int]:
    """Return those of the viewers who follow an account, or are it."""
    condition = f"v.id = o.id OR {follows('v.id', 'o.id')}"
    found = await _viewers(reader, "o.id", "accounts o ON o.id IN ({})", condition, about=[account_id], viewers=viewers)
    return {viewer for _, viewer in found}


async def addressed(reader: Reader, post_id: int, *, viewers: Collection[int]) -> set[int]:
    """Return those of the viewers who wrote a post or are named in it, as far as they may see it."""
    named = "EXISTS (SELECT 1 FROM mentions m WHERE m.post_id = p.id AND m.account_id = v.id)"
    condition = f"(p.account_id = v.id OR {named}) AND {visible('v.id')}"
    found = await _viewers(reader, "p.id", _POSTS, condition, about=[post_id], viewers=viewers)
    return {viewer for _, viewer in found}


async def in_lists(reader: Reader, post_ids: Collection[int], *, lists: Collection[int]) -> Pairs:
    """Return which of the posts are by themselves in which of the lists."""
    tables = f"lists l JOIN accounts v ON v.id = l.account_id JOIN {_POSTS}"
    return await _pairs(reader, ("p.id", "l.id"), tables, _LIST_SHOWS, about=post_ids, whose=lists)


async def boosted_in_lists(reader: Reader, boost_ids: Collection[int], *, lists: Collection[int]) -> Pairs:
    """Return which of the boosts are in which of the lists."""
    tables = f"lists l JOIN accounts v ON v.id = l.account_id JOIN {_BOOSTS}"
    return await _pairs(reader, ("b.id", "l.id"), tables, _LIST_SHARES, about=boost_ids, whose=lists)


async def _viewers(
    reader: Reader, column: str, tables: str, condition: str, *, about: Collection[int], viewers: Collection[int]
) -> Pairs:
    joined = f"accounts v JOIN {tables}"
    return await _pairs(reader, (column, "v.id"), joined, condition, about=about, whose=viewers)


async def _pairs(
    reader: Reader,
    columns: tuple[str, str],
    tables: str,
    condition: str,
    *,
    about: Collection[int],
    whose: Collection[int],
) -> Pairs:
    """Return the pairs of ids for which a condition holds; the ids of ``about`` go where ``tables`` has braces."""
    found: Pairs = set()
    for ids, some in product(parts(about), parts(whose)):
        fetch = reader.fetch_quickly if len(ids) * len(some) <= FEW else reader.fetch
        rows = await fetch(
            f"SELECT {columns[0]} AS about, {columns[1]} AS whose FROM {tables.format(placeholders(len(ids)))} "
            f"WHERE {columns[1]} IN ({placeholders(len(some), len(ids) + 1)}) AND ({condition})",
            *ids,
            *some,
        )
        found.update((row["about"], row["whose"]) for row in rows)
    return found


def _place(row: Row, tags: frozenset[str]) -> Place:
    return Place(
        account_id=row["account_id"],
        visibility=Visibility(row["visibility"]),
        local=bool(row["local"]),
        media=row["photo_count"] > 0,
        opening=bool(row["opening"]),
        thread_id=row["thread_id"],
        tags=tags,
    )


def parts(ids: Collection[int]) -> Iterator[list[int]]:
    """Cut ids into parts whose lengths are powers of two, the last id repeated: few statements for any number."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), AT_ONCE):
        part = ordered[start : start + AT_ONCE]
        yield part + part[-1:] * ((1 << (len(part) - 1).bit_length()) - len(part))
