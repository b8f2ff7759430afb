"""News by ids and kinds, as doors other than our own pages read them: in stretches, one at a time, counted."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rossgram_fed.database import Reader, Row
from rossgram_fed.ids import Stretch
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.kinds import TYPES
from rossgram_fed.notifications.queries import SHOWN, TRUE_FOR, UNREAD

_QUOTING = (
    f"CASE WHEN n.kind = {int(NotificationKind.QUOTE)} THEN (SELECT MAX(q.id) FROM posts q "
    f"WHERE q.quoted_id = n.post_id AND q.account_id = n.actor_id AND q.visibility < {int(Visibility.ARCHIVED)}) END"
)
_COLUMNS = (
    "n.id, n.kind, n.actor_id, n.post_id, n.report_id, n.warning_id, n.created_at, n.filtered, "
    f"{_QUOTING} AS quoting_id"
)


@dataclass(frozen=True, slots=True)
class News:
    """One thing that somebody was told."""

    id: int
    kind: NotificationKind
    actor_id: int
    post_id: int | None
    report_id: int | None
    warning_id: int | None
    created_at: int
    filtered: bool
    quoting_id: int | None
    """For a quote: the post that quotes, if it is here."""

    @property
    def shown_id(self) -> int | None:
        """The post to show with it: for a quote the one that quotes."""
        return self.quoting_id or self.post_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which news somebody asks for."""

    kinds: frozenset[NotificationKind] = frozenset(TYPES)
    actor_id: int | None = None
    filtered: bool = False
    """Whether what waits among the requests is asked for as well."""

    def clause(self, first: int) -> tuple[str, list[int]]:
        """Return the condition on ``notifications n`` and its arguments, whose placeholders begin at ``first``."""
        shown = f"({SHOWN} OR (n.filtered AND {TRUE_FOR}))" if self.filtered else SHOWN
        kinds = ", ".join(str(int(kind)) for kind in sorted(self.kinds)) or "-1"
        where = f"n.kind IN ({kinds}) AND {shown}"
        return (where, []) if self.actor_id is None else (f"{where} AND n.actor_id = ${first}", [self.actor_id])


ALL = Wish()


async def within(reader: Reader, account_id: int, part: Stretch, *, wish: Wish = ALL) -> list[News]:
    """Return the news of a stretch of ids, the newest first."""
    where, known = wish.clause(4)
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM notifications n WHERE n.id < $2 AND n.id > $3 AND {where} "
        f"ORDER BY n.id {part.order} LIMIT {int(part.limit)}",
        account_id,
        part.before,
        part.after,
        *known,
    )
    return [_news(row) for row in part.newest_first(rows)]


async def by_ids(reader: Reader, account_id: int, ids: Iterable[int]) -> list[News]:
    """Return those of the news that are somebody's and still true, whether they wait or not, the newest first."""
    wanted = sorted(set(ids))
    if not wanted:
        return []
    places = ", ".join(f"${place}" for place in range(2, 2 + len(wanted)))
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM notifications n WHERE n.id IN ({places}) AND {TRUE_FOR} ORDER BY n.id DESC",
        account_id,
        *wanted,
    )
    return [_news(row) for row in rows if row["kind"] in TYPES]


async def unread(reader: Reader, account_id: int, wish: Wish = ALL, *, most: int) -> int:
    """Return how much of it was seen nowhere yet, counted up to ``most``."""
    return len(await unread_ids(reader, account_id, wish, most=most))


async def unread_ids(reader: Reader, account_id: int, wish: Wish = ALL, *, most: int) -> list[int]:
    """Return the ids of what was seen nowhere yet."""
    where, known = wish.clause(2)
    rows = await reader.fetch(
        f"SELECT n.id FROM notifications n WHERE {UNREAD} AND {where} ORDER BY n.id DESC LIMIT {int(most)}",
        account_id,
        *known,
    )
    return [row["id"] for row in rows]


def _news(row: Row) -> News:
    return News(
        id=row["id"],
        kind=NotificationKind(row["kind"]),
        actor_id=row["actor_id"],
        post_id=row["post_id"],
        report_id=row["report_id"],
        warning_id=row["warning_id"],
        created_at=row["created_at"],
        filtered=bool(row["filtered"]),
        quoting_id=row["quoting_id"],
    )
