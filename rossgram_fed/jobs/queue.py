"""The three queues in the database: claim rows, and say what became of them.

A claimed row is leased: nobody else gets it until the lease runs out, so what a dead worker held comes back by itself.
Work may therefore be done twice, never zero times; whoever handles a row must bear a repetition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import orjson

from rossgram_fed.database import Database, Row, Transaction
from rossgram_fed.database.engine import placeholders
from rossgram_fed.instance import Change

LEASE_MS = 60_000
LONGEST_ERROR = 2000


class Queue(StrEnum):
    """The claimable tables."""

    INBOX = "inbox_items"
    DELIVERIES = "deliveries"
    JOBS = "jobs"


_ON_FINISH = {"inbox_items": ", body = substr(body, 1, 0)", "jobs": ", unique_key = NULL"}
"""What a row no longer needs: an arrival's bytes; the key that kept a second job like it away."""


async def is_due(database: Database, table: str, *, now: int, where: str = "") -> bool:
    """Say whether anything waits, by a read alone: an idle worker asks this and takes no write lock."""
    narrowed = f" AND {where}" if where else ""
    sql = (
        f"SELECT 1 FROM {Queue(table)} AS waiting WHERE state = 0 AND run_at <= $1 AND leased_until <= $1"  # noqa: S608
        f"{narrowed} ORDER BY run_at LIMIT 1"
    )
    return await database.fetch_one(sql, now) is not None


async def claim(
    tx: Transaction,
    table: str,
    *,
    now: int,
    limit: int,
    lease_ms: int = LEASE_MS,
    where: str = "",
    arguments: Sequence[Any] = (),
) -> list[Row]:
    """Lease up to ``limit`` due rows until ``now + lease_ms`` and return them whole, those due first at the front.

    The count of attempts rises here, so that a row which kills its worker is counted too. ``where`` narrows the
    choice: SQL text about the row ``waiting``, with ``arguments`` for its placeholders from ``$4`` on.
    """
    narrowed = f" AND ({where})" if where else ""
    # As a plain sub-select PostgreSQL may run it more than once and lease more than the limit; a locking CTE runs once.
    sql = (
        f"WITH chosen AS (SELECT waiting.id FROM {Queue(table)} AS waiting"  # noqa: S608
        f" WHERE waiting.state = 0 AND waiting.run_at <= $1 AND waiting.leased_until <= $1{narrowed}"
        f" ORDER BY waiting.run_at, waiting.id LIMIT $2{tx.skip_locked})"
        f" UPDATE {Queue(table)} SET leased_until = $3, attempts = attempts + 1"
        " WHERE id IN (SELECT id FROM chosen) RETURNING *"
    )
    rows = await tx.fetch(sql, now, limit, now + lease_ms, *arguments)
    return sorted(rows, key=lambda row: (row["run_at"], row["id"]))


async def done(tx: Transaction, table: str, ids: Iterable[int], *, now: int) -> None:
    """Finish rows that had their effect."""
    finished = list(ids)
    if not finished:
        return
    await tx.execute(
        f"UPDATE {Queue(table)} SET state = 1, finished_at = $1, leased_until = 0{_ON_FINISH.get(table, '')}"  # noqa: S608
        f" WHERE id IN ({placeholders(len(finished), 2)})",
        now,
        *finished,
    )


async def retry(tx: Transaction, table: str, row_id: int, *, run_at: int, error: str) -> None:
    """Give a row back, to be claimed again from ``run_at`` on; ``error`` says why it did not work this time."""
    await tx.execute(
        f"UPDATE {Queue(table)} SET run_at = $1, leased_until = 0, last_error = $2 WHERE id = $3 AND state = 0",  # noqa: S608
        run_at,
        _printable(error),
        row_id,
    )


async def fail(tx: Transaction, table: str, row_id: int, *, now: int, error: str) -> None:
    """Give a row up for good; it stays for a while with its error, for the admin to see."""
    freed = ", unique_key = NULL" if table == Queue.JOBS else ""
    await tx.execute(
        f"UPDATE {Queue(table)} SET state = 2, finished_at = $1, leased_until = 0, last_error = $2{freed}"  # noqa: S608
        " WHERE id = $3 AND state = 0",
        now,
        _printable(error),
        row_id,
    )


async def renew(tx: Transaction, table: str, row_id: int, *, until: int) -> None:
    """Hold a claimed row for longer: whoever works on it is alive."""
    await tx.execute(
        f"UPDATE {Queue(table)} SET leased_until = $1 WHERE id = $2 AND state = 0",  # noqa: S608
        until,
        row_id,
    )


async def release(tx: Transaction, table: str, ids: Iterable[int]) -> None:
    """Give rows back untouched, as if they had never been claimed."""
    released = list(ids)
    if released:
        await tx.execute(
            f"UPDATE {Queue(table)} SET leased_until = 0, attempts = attempts - 1"  # noqa: S608
            f" WHERE state = 0 AND id IN ({placeholders(len(released))})",
            *released,
        )


async def enqueue(
    change: Change,
    kind: str,
    payload: Mapping[str, object],
    *,
    unique_key: str | None = None,
    run_at: int | None = None,
) -> int | None:
    """Add a job, due now or at the instant ``run_at``; return its id.

    Nothing is added, and None returned, while an unfinished job holds the same ``unique_key``.
    """
    rows = await change.tx.fetch(
        "INSERT INTO jobs"
        " (id, kind, payload, unique_key, run_at, created_at, state, leased_until, attempts, last_error)"
        " VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, '') ON CONFLICT (unique_key) DO NOTHING RETURNING id",
        change.new_id(),
        kind,
        orjson.dumps(payload).decode(),
        unique_key,
        change.now if run_at is None else run_at,
        change.now,
    )
    if not rows:
        return None
    change.tx.signal("jobs")
    return int(rows[0]["id"])


def _printable(error: str) -> str:
    """Cut an error to what is worth keeping; PostgreSQL's text takes no NUL."""
    return error.replace("\x00", "")[:LONGEST_ERROR]
