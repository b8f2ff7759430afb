"""Trying again before its time: what waits goes now, what was given up gets another go, a silent host is probed once.

Nothing overtakes for it. A row that was given up is not sent after something later about the same post arrived, and a
host that asked to be left alone is.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Sequence

from rossgram_fed.database.engine import placeholders
from rossgram_fed.federation.hosts import SILENCES
from rossgram_fed.federation.outbox import SIGNAL
from rossgram_fed.instance import Change

_CHUNK = 500


async def try_now(change: Change, *, sender_id: int, activity_ids: Sequence[int]) -> None:
    """Make everything that still has to be delivered of these activities (of one post) due now."""
    if not activity_ids:
        return
    await _revive(change, activity_ids)
    mine = placeholders(len(activity_ids), 2)
    waiting = f"SELECT {{}} FROM deliveries WHERE state = 0 AND activity_id IN ({mine})"
    hosts = await change.tx.fetch(
        f"SELECT host FROM hosts WHERE paused_until > $1 AND host IN ({waiting.format('host')})",
        change.now,
        *activity_ids,
    )
    await probe(change, [row["host"] for row in hosts])
    # The whole line, since what stands before these in it goes first.
    await change.tx.execute(
        "UPDATE deliveries SET run_at = $1 WHERE state = 0 AND run_at > $1 AND leased_until <= $1 "
        f"AND inbox IN ({waiting.format('inbox')}) AND account_id = ${len(activity_ids) + 2} "
        "AND host NOT IN (SELECT host FROM hosts WHERE paused_until > $1)",
        change.now,
        *activity_ids,
        sender_id,
    )
    change.tx.signal(SIGNAL)


async def probe(change: Change, hosts: Sequence[str]) -> None:
    """Let the oldest delivery to each of these silent hosts go now; if it meets silence again, the host rests on.

    A host that answers and asked us to wait (429) is left in peace.
    """
    for start in range(0, len(hosts), _CHUNK):
        chunk = hosts[start : start + _CHUNK]
        silent = await change.tx.fetch(
            f"UPDATE hosts SET paused_until = 0, updated_at = $1 WHERE failures >= {SILENCES:d} "
            f"AND host IN ({placeholders(len(chunk), 2)}) RETURNING host",
            change.now,
            *chunk,
        )
        names = [row["host"] for row in silent]
        if names:
            await change.tx.execute(
                "UPDATE deliveries SET run_at = $1 WHERE state = 0 AND run_at > $1 "
                f"AND host IN ({placeholders(len(names), 2)})",
                change.now,
                *names,
            )
    change.tx.signal(SIGNAL)


async def _revive(change: Change, activity_ids: Sequence[int]) -> None:
    """Put back what was given up, except where the same server took something later about the same post."""
    mine = placeholders(len(activity_ids), 2)
    await change.tx.execute(
        f"UPDATE deliveries SET state = 0, run_at = $1, finished_at = NULL WHERE state = 2 AND activity_id IN ({mine}) "
        "AND NOT EXISTS (SELECT 1 FROM deliveries later WHERE later.inbox = deliveries.inbox "
        f"AND later.account_id = deliveries.account_id AND later.state = 1 AND later.activity_id IN ({mine}) "
        "AND later.id > deliveries.id)",
        change.now,
        *activity_ids,
    )
