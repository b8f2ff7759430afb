"""A page of a circle's timeline, however often its people post: bounded either way.

Where they post often, the page is found by walking through the newest posts of everybody, up to ``WINDOW`` of them.
Where that is not enough, each of them is asked for their newest one, which takes one look at an index; no others than
those whose newest ones are the first ``limit`` can be on the page, and of each of these as many at most.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.database import Reader, Row
from rossgram_fed.timelines.circles import Circle
from rossgram_fed.timelines.entries import Entry, Stretch

WINDOW = 400
"""Posts of everybody, or boosts, that a walk looks at."""
MOST_TAGS = 100


@dataclass(frozen=True, slots=True)
class _Kind:
    """Posts or boosts: how they are read."""

    columns: str
    tables: str
    key: str
    owner: str
    condition: str


async def gathered(
    reader: Reader, circle: Circle, stretch: Stretch, *, also: str = "", also_of_boosts: str = ""
) -> list[Entry]:
    """Return a page of a circle's timeline, the newest first.

    ``also`` are further columns to read with each, about ``posts p``, and those that only boosts have, about
    ``boosts b``; each begins with a comma, and ``$1`` is the viewer.
    """
    posts = _Kind(
        f"p.id AS cursor, p.id AS post_id, NULL AS boost_id, NULL AS booster_id{also}",
        "posts p",
        "p.id",
        "p.account_id",
        circle.shows,
    )
    boosts = _Kind(
        f"b.id AS cursor, b.post_id, b.id AS boost_id, b.account_id AS booster_id{also}{also_of_boosts}",
        "boosts b JOIN posts p ON p.id = b.post_id",
        "b.id",
        "b.account_id",
        circle.shares,
    )
    found = await _page(reader, circle, posts, stretch)
    found += await _page(reader, circle, boosts, _beyond(stretch, found))
    return stretch.cut(found)


def _beyond(stretch: Stretch, found: Sequence[Entry]) -> Stretch:
    """Leave out what a full page has no room for."""
    if len(found) < stretch.limit:
        return stretch
    cursors = [one.cursor for one in found]
    before, after = (max(cursors), stretch.after) if stretch.upwards else (stretch.before, min(cursors))
    return Stretch(before, after, stretch.limit, stretch.upwards)


async def _page(reader: Reader, circle: Circle, kind: _Kind, stretch: Stretch) -> list[Entry]:
    found = await _walk(reader, circle, kind, stretch)
    if len(found) >= stretch.limit or not await _goes_on(reader, kind, stretch):
        return found
    return await _merge(reader, circle, kind, stretch)


async def _walk(reader: Reader, circle: Circle, kind: _Kind, stretch: Stretch) -> list[Entry]:
    """Look at the first ``WINDOW`` of the stretch, whoever they are by."""
    place = len(circle.arguments)
    before, after = f"${place + 1}", f"${place + 2}"
    edge = f"(SELECT w.id {_rest_of(kind, before, after)} ORDER BY w.id {stretch.order} LIMIT 1 OFFSET {WINDOW})"
    if stretch.upwards:
        before = f"COALESCE({edge}, {before})"
    else:
        after = f"COALESCE({edge}, {after})"
    rows = await reader.fetch_quickly(
        f"SELECT {kind.columns} FROM {kind.tables} WHERE {kind.key} < {before} AND {kind.key} > {after} "
        f"AND {kind.condition} ORDER BY {kind.key} {stretch.order} LIMIT {int(stretch.limit)}",
        *circle.arguments,
        stretch.before,
        stretch.after,
    )
    return [_entry(row) for row in rows]


async def _goes_on(reader: Reader, kind: _Kind, stretch: Stretch) -> bool:
    """Say whether there is more in the stretch than the walk looked at."""
    return bool(
        await reader.fetch_quickly(
            f"SELECT w.id {_rest_of(kind, '$1', '$2')} ORDER BY w.id {stretch.order} LIMIT 1 OFFSET {WINDOW}",
            stretch.before,
            stretch.after,
        )
    )


def _rest_of(kind: _Kind, before: str, after: str) -> str:
    return f"FROM {kind.tables.partition(' ')[0]} w WHERE w.id < {before} AND w.id > {after}"


async def _merge(reader: Reader, circle: Circle, kind: _Kind, stretch: Stretch) -> list[Entry]:
    """Look at the posts of those only whose first ones in the stretch come first, and of the tags."""
    place = len(circle.arguments)
    within = f"{kind.key} < ${place + 1} AND {kind.key} > ${place + 2} AND {kind.condition}"
    end = f"ORDER BY {kind.key} {stretch.order} LIMIT {int(stretch.limit)}"
    arguments = [*circle.arguments, stretch.before, stretch.after]
    parts = []
    for person in await _first_people(reader, circle, kind, stretch):
        arguments.append(person)
        parts.append(f"FROM {kind.tables} WHERE {kind.owner} = ${len(arguments)} AND {within} {end}")
    for tag in await _tags(reader, circle, kind):
        arguments.append(tag)
        parts.append(
            f"FROM post_tags ut JOIN {kind.tables} ON p.id = ut.post_id WHERE ut.tag_id = ${len(arguments)} "
            f"AND ut.post_id < ${place + 1} AND ut.post_id > ${place + 2} AND {kind.condition} "
            f"ORDER BY ut.post_id {stretch.order} LIMIT {int(stretch.limit)}"
        )
    if not parts:
        return []
    whole = " UNION ALL ".join(f"SELECT * FROM (SELECT {kind.columns} {part}) AS part" for part in parts)
    # Somebody's post can carry a tag as well.
    found = {row["cursor"]: _entry(row) for row in await reader.fetch(whole, *arguments)}
    return stretch.cut(found.values())


async def _tags(reader: Reader, circle: Circle, kind: _Kind) -> list[int]:
    if not circle.tags or kind.key != "p.id":
        return []
    sql = f"SELECT tag_id FROM tag_follows WHERE account_id = $1 LIMIT {MOST_TAGS}"
    return [row["tag_id"] for row in await reader.fetch(sql, circle.arguments[0])]


async def _first_people(reader: Reader, circle: Circle, kind: _Kind, stretch: Stretch) -> list[int]:
    place = len(circle.arguments)
    first = (
        f"SELECT {kind.key} FROM {kind.tables} WHERE {kind.owner} = c.person AND {kind.key} < ${place + 1} "
        f"AND {kind.key} > ${place + 2} AND {kind.condition} ORDER BY {kind.key} {stretch.order} LIMIT 1"
    )
    rows = await reader.fetch(
        f"SELECT n.person FROM (SELECT c.person, ({first}) AS place FROM ({circle.people}) AS c) AS n "
        f"WHERE n.place IS NOT NULL ORDER BY n.place {stretch.order} LIMIT {int(stretch.limit)}",
        *circle.arguments,
        stretch.before,
        stretch.after,
    )
    return [row["person"] for row in rows]


def _entry(row: Row) -> Entry:
    return Entry(row["cursor"], row["post_id"], row["boost_id"], row["booster_id"], row, row)
