"""A page of a circle's timeline, however often its people post: bounded either way.

Where they post often, the page is found by walking through the newest posts of everybody, up to ``WINDOW`` of them.
Where that is not enough, each of them is asked for their newest one, which takes one look at an index; no others than
those whose newest ones are the first ``limit`` can be on the page, and of each of these as many at most.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.database import Reader
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


async def gathered(reader: Reader, circle: Circle, stretch: Stretch) -> list[Entry]:
    """Return a page of a circle's timeline, the newest first."""
    posts = _Kind(
        "p.id AS cursor, p.id AS post_id, NULL AS boost_id, NULL AS booster_id",
        "posts p",
        "p.id",
        "p.account_id",
        circle.shows,
    )
    boosts = _Kind(
        "b.id AS cursor, b.post_id, b.id AS boost_id, b.account_id AS booster_id",
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
    edge = await _edge(reader, kind, stretch)
    narrow = stretch
    if edge is not None:
        before, after = (edge, stretch.after) if stretch.upwards else (stretch.before, edge)
        narrow = Stretch(before, after, stretch.limit, stretch.upwards)
    found = await _walk(reader, circle, kind, narrow)
    if edge is None or len(found) >= stretch.limit:
        return found
    return await _merge(reader, circle, kind, stretch)


async def _edge(reader: Reader, kind: _Kind, stretch: Stretch) -> int | None:
    """Return the id at which a walk ends; None where it gets to the end of the stretch."""
    table = kind.tables.partition(" ")[0]
    rows = await reader.fetch(
        f"SELECT w.id FROM {table} w WHERE w.id < $1 AND w.id > $2 ORDER BY w.id {stretch.order} "
        f"LIMIT 1 OFFSET {WINDOW}",
        stretch.before,
        stretch.after,
    )
    return rows[0]["id"] if rows else None


async def _walk(reader: Reader, circle: Circle, kind: _Kind, stretch: Stretch) -> list[Entry]:
    place = len(circle.arguments)
    rows = await reader.fetch(
        f"SELECT {kind.columns} FROM {kind.tables} WHERE {kind.key} < ${place + 1} AND {kind.key} > ${place + 2} "
        f"AND {kind.condition} ORDER BY {kind.key} {stretch.order} LIMIT {int(stretch.limit)}",
        *circle.arguments,
        stretch.before,
        stretch.after,
    )
    return [Entry(**row) for row in map(dict, rows)]


async def _merge(reader: Reader, circle: Circle, kind: _Kind, stretch: Stretch) -> list[Entry]:
    people = await _first_people(reader, circle, kind, stretch)
    place = len(circle.arguments)
    within = f"{kind.key} < ${place + 1} AND {kind.key} > ${place + 2} AND {kind.condition}"
    end = f"ORDER BY {kind.key} {stretch.order} LIMIT {int(stretch.limit)}"
    arguments = [*circle.arguments, stretch.before, stretch.after]
    parts = []
    for person in people:
        arguments.append(person)
        parts.append(
            f"SELECT {kind.columns} FROM {kind.tables} WHERE {kind.owner} = ${len(arguments)} AND {within} {end}"
        )
    if circle.tags and kind.key == "p.id":
        for tag in await reader.fetch(
            f"SELECT tag_id FROM tag_follows WHERE account_id = $1 LIMIT {MOST_TAGS}", circle.arguments[0]
        ):
            arguments.append(tag["tag_id"])
            parts.append(
                f"SELECT {kind.columns} FROM post_tags ut JOIN posts p ON p.id = ut.post_id WHERE ut.tag_id = "
                f"${len(arguments)} AND ut.post_id < ${place + 1} AND ut.post_id > ${place + 2} AND {kind.condition} "
                f"ORDER BY ut.post_id {stretch.order} LIMIT {int(stretch.limit)}"
            )
    if not parts:
        return []
    rows = await reader.fetch(" UNION ALL ".join(f"SELECT * FROM ({part}) AS part" for part in parts), *arguments)
    # Somebody's post can carry a tag as well.
    return stretch.cut({row["cursor"]: Entry(**row) for row in map(dict, rows)}.values())


async def _first_people(reader: Reader, circle: Circle, kind: _Kind, stretch: Stretch) -> list[int]:
    """Return those whose first post in the stretch comes first."""
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
