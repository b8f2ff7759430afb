"""How far a post has come: on how many servers it is, and how many have still to take it.

Servers are counted once each, whatever was sent to them about the post. What arrived is remembered for a week only.
"""

from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.database import Database
from rossgram_fed.models.federation import WorkState


@dataclass(frozen=True, slots=True)
class Reach:
    """Servers by what became of a post on its way there."""

    arrived: int
    """Took at least one activity about it."""
    waiting: int
    """Have still to take one."""
    refused: int
    """Will not take one, and none waits for them."""


async def reach_of(database: Database, post_id: int) -> Reach | None:
    """Return how far a post of ours has come; None when nothing is known of its being sent anywhere."""
    row = await database.fetch_one(
        "SELECT COUNT(*) AS hosts, SUM(arrived) AS arrived, SUM(waiting) AS waiting, "
        "SUM(CASE WHEN waiting = 0 THEN refused ELSE 0 END) AS refused FROM (SELECT d.host, "
        "MAX(CASE WHEN d.state = $2 THEN 1 ELSE 0 END) AS arrived, "
        "MAX(CASE WHEN d.state = $3 THEN 1 ELSE 0 END) AS waiting, "
        "MAX(CASE WHEN d.state = $4 THEN 1 ELSE 0 END) AS refused "
        "FROM outbox_activities o JOIN deliveries d ON d.activity_id = o.id WHERE o.post_id = $1 GROUP BY d.host"
        ") AS hosts",
        post_id,
        int(WorkState.DONE),
        int(WorkState.WAITING),
        int(WorkState.FAILED),
    )
    if row is None or not row["hosts"]:
        return None
    return Reach(arrived=int(row["arrived"]), waiting=int(row["waiting"]), refused=int(row["refused"]))
