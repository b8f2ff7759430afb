"""A page of a circle's timeline, however often its people post: bounded either way.

Where they post often, the page is found by walking through the newest posts of everybody, up to ``WINDOW`` of them.
Where that is not enough, each of them is asked for their newest one, which takes one look at an index; no others than
those whose newest ones are the first ``limit`` can be on the page, and of each of these as many at most.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rossgram_fed.database import Reader, Row
from rossgram_fed.ids import Stretch
from rossgram_fed.timelines.circles import Circle
from rossgram_fed.timelines.entries import Entry, cut

WINDOW = 400
"""Posts of everybody, or boosts, that a walk looks at."""
MOST_TAGS = 100


@dataclass(frozen=True)
class Statements:
    """How posts, or boosts, of a circle are read from one end; with the placeholders of the circle, then two ids."""

    columns: str
    tables: str
    key: str
    owner: str
    condition: str
    people: str
    arguments: int
    upwards: bool
    window: int
    tags: bool = False
    tells: bool = False
    """Whether the walk says with each row if there is more beyond it, where pages are seldom full."""

    @property
    def before(self) -> str:
        """The placeholder of the id that all shall be below."""
        return f"${self.arguments + 1}"

    @property
    def after(self) -> str:
        """The placeholder of the id that all shall be above."""
        return f"${self.arguments + 2}"

    @property
    def order(self) -> str:
        """The order from the end that is wanted."""
        return "ASC" if self.upwards else "DESC"

    @cached_property
    def walk(self) -> str:
        """Looks at the first ``window`` of the stretch, whoever they are by."""
        edge = f"(SELECT w.id {self._everything(self.before, self.after)})"
        beyond = f"CASE WHEN {edge} IS NULL THEN 0 ELSE 1 END" if self.tells else "NULL"
        before, after = self.before, self.after
        if self.upwards:
            before = f"COALESCE({edge}, {before})"
        else:
            after = f"COALESCE({edge}, {after})"
        return (
            f"SELECT {beyond} AS beyond, {self.columns} FROM {self.tables} WHERE {self.key} < {before} "
            f"AND {self.key} > {after} AND {self.condition} ORDER BY {self.key} {self.order} LIMIT "
        )

    @cached_property
    def goes_on(self) -> str:
        """Finds what is beyond the walk, in a stretch between ``$1`` and ``$2``."""
        return f"SELECT w.id {self._everything('$1', '$2')}"

    @cached_property
    def first_people(self) -> str:
        """Finds those whose first ones in the stretch come first."""
        first = (
            f"SELECT {self.key} FROM {self.tables} WHERE {self.owner} = c.person AND {self.key} < {self.before} "
            f"AND {self.key} > {self.after} AND {self.condition} ORDER BY {self.key} {self.order} LIMIT 1"
        )
        return (
            f"SELECT n.person FROM (SELECT c.person, ({first}) AS place FROM ({self.people}) AS c) AS n "
            f"WHERE n.place IS NOT NULL ORDER BY n.place {self.order} LIMIT "
        )

    def of_person(self, person: str, limit: int) -> str:
        """Return the select of one of them, given by a placeholder."""
        return (
            f"SELECT * FROM (SELECT NULL AS beyond, {self.columns} FROM {self.tables} WHERE {self.owner} = {person} "
            f"AND {self.key} < {self.before} AND {self.key} > {self.after} AND {self.condition} "
            f"ORDER BY {self.key} {self.order} LIMIT {limit}) AS part"
        )

    def with_tag(self, tag: str, limit: int) -> str:
        """Return the select of the posts with a tag, given by a placeholder."""
        return (
            f"SELECT * FROM (SELECT NULL AS beyond, {self.columns} FROM post_tags ut CROSS JOIN {self.tables} "
            f"WHERE ut.tag_id = {tag} AND ut.post_id < {self.before} AND ut.post_id > {self.after} "
            f"AND p.id = ut.post_id AND {self.condition} ORDER BY ut.post_id {self.order} LIMIT {limit}) AS part"
        )

    def _everything(self, before: str, after: str) -> str:
        table = self.tables.partition(" ")[0]
        return (
            f"FROM {table} w WHERE w.id < {before} AND w.id > {after} ORDER BY w.id {self.order} "
            f"LIMIT 1 OFFSET {self.window}"
        )


# ``CROSS JOIN`` keeps SQLite to the order that is written: first what pages are ordered by. Authors are joined since
# PostgreSQL, which knows nothing of the limit there, would answer ``EXISTS`` by reading all accounts.
@lru_cache(maxsize=256)
def _statements(
    circle: Circle, window: int, also: str, also_of_boosts: str, *, upwards: bool
) -> tuple[Statements, Statements]:
    """Return how posts and how boosts are read; put together once, since that takes longer than running them."""
    posts = Statements(
        columns=f"p.id AS cursor, p.id AS post_id, NULL AS boost_id, NULL AS booster_id{also}",
        tables="posts p CROSS JOIN accounts a",
        key="p.id",
        owner="p.account_id",
        condition=f"a.id = p.account_id AND {circle.shows}",
        people=circle.people,
        arguments=circle.arguments,
        upwards=upwards,
        window=window,
        tags=circle.tags,
    )
    boosts = Statements(
        columns=f"b.id AS cursor, b.post_id, b.id AS boost_id, b.account_id AS booster_id{also}{also_of_boosts}",
        tables="boosts b CROSS JOIN posts p CROSS JOIN accounts a",
        key="b.id",
        owner="b.account_id",
        condition=f"p.id = b.post_id AND a.id = p.account_id AND {circle.shares}",
        people=circle.people,
        arguments=circle.arguments,
        upwards=upwards,
        window=window,
        tells=True,
    )
    return posts, boosts


async def gathered(
    reader: Reader,
    circle: Circle,
    arguments: tuple[int, ...],
    stretch: Stretch,
    *,
    also: str = "",
    also_of_boosts: str = "",
) -> list[Entry]:
    """Return a page of a circle's timeline, the newest first; ``arguments`` are the circle's.

    ``also`` are further columns to read with each, about ``posts p``, and those that only boosts have, about
    ``boosts b``; each begins with a comma, and ``$1`` is the viewer.
    """
    posts, boosts = _statements(circle, WINDOW, also, also_of_boosts, upwards=stretch.upwards)
    found = await _page(reader, posts, arguments, stretch)
    found += await _page(reader, boosts, arguments, _beyond(stretch, found))
    return cut(stretch, found)


def _beyond(stretch: Stretch, found: Sequence[Entry]) -> Stretch:
    """Leave out what a full page has no room for."""
    if len(found) < stretch.limit:
        return stretch
    cursors = [one.cursor for one in found]
    before, after = (max(cursors), stretch.after) if stretch.upwards else (stretch.before, min(cursors))
    return Stretch(before, after, stretch.limit, stretch.upwards)


async def _page(reader: Reader, statements: Statements, arguments: tuple[int, ...], stretch: Stretch) -> list[Entry]:
    rows = await reader.fetch_quickly(f"{statements.walk}{stretch.limit}", *arguments, stretch.before, stretch.after)
    if len(rows) < stretch.limit and await _goes_on(reader, statements, stretch, rows):
        return await _merge(reader, statements, arguments, stretch)
    return [_entry(row) for row in rows]


async def _goes_on(reader: Reader, statements: Statements, stretch: Stretch, rows: Sequence[Row]) -> bool:
    if rows and rows[0]["beyond"] is not None:
        return bool(rows[0]["beyond"])
    return bool(await reader.fetch_quickly(statements.goes_on, stretch.before, stretch.after))


async def _merge(reader: Reader, statements: Statements, arguments: tuple[int, ...], stretch: Stretch) -> list[Entry]:
    given: list[int] = [*arguments, stretch.before, stretch.after]
    people = await reader.fetch(f"{statements.first_people}{stretch.limit}", *given)
    parts = []
    for row in people:
        given.append(row["person"])
        parts.append(statements.of_person(f"${len(given)}", stretch.limit))
    for tag in await _tags(reader, arguments[0]) if statements.tags else ():
        given.append(tag)
        parts.append(statements.with_tag(f"${len(given)}", stretch.limit))
    if not parts:
        return []
    # Somebody's post can carry a tag as well.
    found = {row["cursor"]: _entry(row) for row in await reader.fetch(" UNION ALL ".join(parts), *given)}
    return cut(stretch, found.values())


async def _tags(reader: Reader, viewer_id: int) -> list[int]:
    sql = f"SELECT tag_id FROM tag_follows WHERE account_id = $1 LIMIT {MOST_TAGS}"
    return [row["tag_id"] for row in await reader.fetch(sql, viewer_id)]


def _entry(row: Row) -> Entry:
    values = tuple(row.values())
    return Entry(values[1], values[2], values[3], values[4], values[5:])
