"""News that wait: of people whom the policy holds back, one request for each of them, to be let through or put away.

The request of somebody goes by the id of their account.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.ids import Stretch
from rossgram_fed.instance import Change
from rossgram_fed.notifications.queries import TRUE_FOR
from rossgram_fed.streaming.acts import Act, signal

MOST_COUNTED = 1000
_HELD = f"n.filtered AND {TRUE_FOR}"


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody did that waits."""

    actor_id: int
    count: int
    first_at: int
    last_at: int
    last_id: int
    """The newest piece of news: the cursor of the list."""
    last_post_id: int | None


@dataclass(frozen=True, slots=True)
class Held:
    """The same for a page."""

    account: AccountCard
    count: int
    last_at: int


@dataclass(frozen=True, slots=True)
class Pending:
    """How much waits."""

    requests: int
    news: int


async def requests(reader: Reader, account_id: int, part: Stretch, *, actor_id: int | None = None) -> list[Request]:
    """Return requests in a stretch of ids, those with the newest news first; cursors are ids of news."""
    narrowed, known = ("", []) if actor_id is None else (" AND n.actor_id = $4", [actor_id])
    rows = await reader.fetch(
        "SELECT n.actor_id, COUNT(*) AS count, MIN(n.created_at) AS first_at, MAX(n.created_at) AS last_at, "
        f"MAX(n.id) AS last_id, MAX(n.post_id) AS last_post_id FROM notifications n WHERE {_HELD}{narrowed} "
        f"GROUP BY n.actor_id HAVING MAX(n.id) < $2 AND MAX(n.id) > $3 "
        f"ORDER BY last_id {part.order} LIMIT {int(part.limit)}",
        account_id,
        part.before,
        part.after,
        *known,
    )
    return [_request(row) for row in part.newest_first(rows)]


async def held_people(reader: Reader, account_id: int, *, limit: int) -> list[Held]:
    """Return whose news wait, as pages list people."""
    found = await requests(reader, account_id, Stretch(limit=limit))
    if not found:
        return []
    rows = await reader.fetch(
        f"SELECT {CARD_COLUMNS} FROM accounts a WHERE a.id IN ({placeholders(len(found))})",
        *[one.actor_id for one in found],
    )
    cards = {row["account_id"]: card_from(row) for row in rows}
    return [Held(cards[one.actor_id], one.count, one.last_at) for one in found if one.actor_id in cards]


async def request(reader: Reader, account_id: int, actor_id: int) -> Request | None:
    """Return the request of one account."""
    found = await requests(reader, account_id, Stretch(limit=1), actor_id=actor_id)
    return found[0] if found else None


async def pending(reader: Reader, account_id: int) -> Pending:
    """Return how much waits, counted up to a thousand."""
    row = await reader.fetch_one(
        "SELECT COUNT(DISTINCT h.actor_id) AS requests, COUNT(*) AS news FROM (SELECT n.actor_id FROM notifications n "
        f"WHERE {_HELD} LIMIT {MOST_COUNTED}) h",
        account_id,
    )
    return Pending(row["requests"], row["news"]) if row is not None else Pending(0, 0)


async def accept(change: Change, *, account_id: int, actor_ids: Iterable[int]) -> None:
    """Let through what waits of these accounts, and whatever else they do."""
    held = await _held(change, account_id, actor_ids)
    if held:
        signal(change, Act.MERGED, account_id)
    for actor_id in held:
        await change.tx.execute(
            "INSERT INTO notification_permissions (id, account_id, actor_id, created_at) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT (account_id, actor_id) DO NOTHING",
            change.new_id(),
            account_id,
            actor_id,
            change.now,
        )
        await change.tx.execute(
            "UPDATE notifications SET filtered = FALSE WHERE account_id = $1 AND actor_id = $2 AND filtered",
            account_id,
            actor_id,
        )


async def dismiss(change: Change, *, account_id: int, actor_ids: Iterable[int]) -> None:
    """Put away what waits of these accounts; what they do from now on waits again."""
    wanted = sorted(set(actor_ids))
    if wanted:
        await change.tx.execute(
            f"DELETE FROM notifications WHERE account_id = $1 AND filtered "
            f"AND actor_id IN ({placeholders(len(wanted), 2)})",
            account_id,
            *wanted,
        )


async def _held(change: Change, account_id: int, actor_ids: Iterable[int]) -> list[int]:
    wanted = sorted(set(actor_ids))
    if not wanted:
        return []
    rows = await change.tx.fetch(
        "SELECT DISTINCT actor_id FROM notifications WHERE account_id = $1 AND filtered "
        f"AND actor_id IN ({placeholders(len(wanted), 2)})",
        account_id,
        *wanted,
    )
    return [int(row["actor_id"]) for row in rows]


def _request(row: Row) -> Request:
    return Request(
        actor_id=row["actor_id"],
        count=row["count"],
        first_at=row["first_at"],
        last_at=row["last_at"],
        last_id=row["last_id"],
        last_post_id=row["last_post_id"],
    )
