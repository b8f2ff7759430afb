"""What was given up, to be looked at, tried once more, or dropped.

Order is kept here too. A Create or Delete means the same at any time, as long as the post it speaks of is not gone;
everything else (a Follow and its Undo, say) is tried again only while nothing later between the same two was done.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass

import orjson

from rossgram_fed.database import Database, Row
from rossgram_fed.federation.reasons import details_of, in_words, printable
from rossgram_fed.ids import LARGEST_ID
from rossgram_fed.instance import Change
from rossgram_fed.jobs.queue import Queue
from rossgram_fed.web.errors import Invalid, NotFound

_LONGEST = 120
_SELECT = {
    Queue.INBOX: "SELECT q.*, a.username, a.domain FROM inbox_items q JOIN accounts a ON a.id = q.sender_id",
    Queue.DELIVERIES: "SELECT q.*, o.body, o.post_id, a.username FROM deliveries q "
    "JOIN outbox_activities o ON o.id = q.activity_id JOIN accounts a ON a.id = q.account_id",
    Queue.JOBS: "SELECT q.* FROM jobs q",
}
_LATER = {
    Queue.INBOX: "sender_id = $1",
    Queue.DELIVERIES: "account_id = $1 AND inbox = $2",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """One row that was given up."""

    id: int
    what: str
    """What it is and between whom."""
    at: int
    """When it was given up."""
    tries: int
    reason: str
    """In plain words."""
    details: str
    """What the words leave out; may be empty."""


async def failures(database: Database, queue: Queue, *, before: int | None = None, limit: int) -> tuple[Failure, ...]:
    """Return what a queue gave up, the newest first, from below the id ``before``."""
    start = LARGEST_ID if before is None else before
    rows = await database.fetch(
        f"{_SELECT[queue]} WHERE q.state = 2 AND q.id < $1 ORDER BY q.id DESC LIMIT {int(limit)}", start
    )
    return tuple(_failure(queue, row) for row in rows)


async def try_again(change: Change, queue: Queue, row_id: int) -> None:
    """Give one row another go. Raises ``NotFound`` when it is not there, ``Invalid`` when it would come too late."""
    row = await change.tx.fetch_one(f"{_SELECT[queue]} WHERE q.state = 2 AND q.id = $1", row_id)
    if row is None:
        raise NotFound("That is not among the failures (any more).")
    if queue is not Queue.JOBS:
        await _refuse_what_comes_too_late(change, queue, row)
    await change.tx.execute(
        f"UPDATE {queue} SET state = 0, run_at = $1, leased_until = 0, finished_at = NULL WHERE id = $2",
        change.now,
        row_id,
    )
    change.tx.signal("inbox" if queue is Queue.INBOX else str(queue))


async def drop(change: Change, queue: Queue, row_id: int) -> None:
    """Forget one row. Raises ``NotFound`` when it is not there."""
    if not await change.tx.fetch(f"DELETE FROM {queue} WHERE id = $1 AND state = 2 RETURNING id", row_id):
        raise NotFound("That is not among the failures (any more).")


async def _refuse_what_comes_too_late(change: Change, queue: Queue, row: Row) -> None:
    kind = _kind(row)
    if queue is Queue.DELIVERIES and kind in ("Create", "Update") and row["post_id"] is None:
        raise Invalid("The post was deleted since, so this is not sent again.")
    if kind in ("Create", "Delete"):
        return
    parties = [row["sender_id"]] if queue is Queue.INBOX else [row["account_id"], row["inbox"]]
    later = await change.tx.fetch(
        f"SELECT 1 AS later FROM {queue} WHERE {_LATER[queue]} AND id > ${len(parties) + 1} AND state = 1 LIMIT 1",
        *parties,
        row["id"],
    )
    if later:
        raise Invalid("Something later between the same two was done since; this would undo it, so it stays.")


def _failure(queue: Queue, row: Row) -> Failure:
    error, delivery = row["last_error"], queue is Queue.DELIVERIES
    return Failure(
        id=row["id"],
        what=printable(_what(queue, row), _LONGEST),
        at=row["finished_at"] or row["created_at"],
        tries=row["attempts"],
        reason=in_words(error) if delivery else printable(error),
        details=details_of(error) if delivery else "",
    )


def _what(queue: Queue, row: Row) -> str:
    if queue is Queue.JOBS:
        return f"{row['kind']} {row['payload']}"
    if queue is Queue.INBOX:
        return f"{_kind(row)} from @{row['username']}@{row['domain']}"
    return f"{_kind(row)} by @{row['username']} to {row['host']}"


def _kind(row: Row) -> str:
    """Return the type of the activity in a row's body."""
    try:
        document = orjson.loads(row["body"])
    except orjson.JSONDecodeError:
        return "Something"
    kind = document.get("type") if isinstance(document, dict) else None
    return kind if isinstance(kind, str) else "Something"
