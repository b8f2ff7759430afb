"""Somebody's filters, out of the tables or out of memory.

Filters are asked for with every timeline and change seldom: the compiled ones are kept, for a bounded number of people,
until ``CHANGED`` says that somebody's are others.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final
from weakref import WeakKeyDictionary

from rossgram_fed.database import Database, Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.filters.rules import FilteredStatus, Keyword, Rule, Sieve
from rossgram_fed.instance import Clock, system_clock
from rossgram_fed.models.reading import FilterAction

CHANGED: Final = "filters changed"
"""The signal that an account's filters are no longer what they were; its subject is the account's id."""
MOST_KEPT = 5000
"""People whose filters are kept in memory."""


class Shelf:
    """The compiled filters of the people of one database."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self.clock = clock
        self._kept: dict[int, Sieve] = {}
        self._generation = 0
        database.signals.listen(CHANGED, self._forget)

    async def sieve(self, reader: Reader, account_id: int) -> Sieve:
        """Return somebody's filters."""
        kept = self._kept.get(account_id)
        if kept is not None:
            return kept
        generation = self._generation
        sieve = Sieve(await rules_of(reader, account_id))
        if generation == self._generation:
            if len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[account_id] = sieve
        return sieve

    def _forget(self, about: str) -> None:
        self._generation += 1
        if about:
            self._kept.pop(int(about), None)
        else:
            self._kept.clear()


_SHELVES: WeakKeyDictionary[Database, Shelf] = WeakKeyDictionary()


def shelf_of(database: Database) -> Shelf:
    """Return the shelf of a database, which lives as long as it does."""
    shelf = _SHELVES.get(database)
    if shelf is None:
        shelf = _SHELVES[database] = Shelf(database)
    return shelf


async def sieve_for(reader: Reader, account_id: int) -> tuple[Sieve, int]:
    """Return somebody's filters, and the present instant; within a change they are read anew."""
    if isinstance(reader, Database):
        shelf = shelf_of(reader)
        return await shelf.sieve(reader, account_id), shelf.clock()
    return Sieve(await rules_of(reader, account_id)), system_clock()


async def rules_of(reader: Reader, account_id: int, *, ids: Iterable[int] | None = None) -> list[Rule]:
    """Return somebody's filters, all or some, with what is in them; those that ran out are among them."""
    narrowed, known = "", []
    if ids is not None:
        known = sorted(set(ids))
        if not known:
            return []
        narrowed = f" AND id IN ({placeholders(len(known), 2)})"
    rows = await reader.fetch(
        f"SELECT id, title, contexts, action, expires_at FROM filters WHERE account_id = $1{narrowed} ORDER BY id",
        account_id,
        *known,
    )
    found = [row["id"] for row in rows]
    if not found:
        return []
    places = placeholders(len(found))
    keywords: defaultdict[int, list[Keyword]] = defaultdict(list)
    for row in await reader.fetch(
        f"SELECT id, rule_id, keyword, whole_word FROM filter_keywords WHERE rule_id IN ({places}) ORDER BY id", *found
    ):
        keywords[row["rule_id"]].append(Keyword(row["id"], row["keyword"], bool(row["whole_word"])))
    posts: defaultdict[int, list[FilteredStatus]] = defaultdict(list)
    for row in await reader.fetch(
        f"SELECT id, rule_id, post_id FROM filtered_posts WHERE rule_id IN ({places}) ORDER BY id", *found
    ):
        posts[row["rule_id"]].append(FilteredStatus(row["id"], row["post_id"]))
    return [_rule(row, keywords[row["id"]], posts[row["id"]]) for row in rows]


async def rule_by_id(reader: Reader, account_id: int, rule_id: int) -> Rule | None:
    """Return one of somebody's filters."""
    found = await rules_of(reader, account_id, ids=[rule_id])
    return found[0] if found else None


async def rule_with(reader: Reader, account_id: int, table: str, part_id: int) -> Rule | None:
    """Return somebody's filter that a part is in; ``table`` is ``filter_keywords`` or ``filtered_posts``."""
    rule_id = await reader.fetch_value(
        f"SELECT f.id FROM {table} x JOIN filters f ON f.id = x.rule_id WHERE x.id = $1 AND f.account_id = $2",
        part_id,
        account_id,
    )
    return None if rule_id is None else await rule_by_id(reader, account_id, rule_id)


def _rule(row: Row, keywords: Iterable[Keyword], posts: Iterable[FilteredStatus]) -> Rule:
    return Rule(
        id=row["id"],
        title=row["title"],
        contexts=tuple(row["contexts"].split()),
        action=FilterAction(row["action"]),
        expires_at=row["expires_at"],
        keywords=tuple(keywords),
        posts=tuple(posts),
    )
