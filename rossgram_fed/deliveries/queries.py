"""What is known of a post's way to other servers: one sending per activity, its servers sorted by what became of it.

Only the author and those who run the server are shown this; the pages see to that. Long lists are cut, never counted
short: the figures are those of all servers.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from rossgram_fed.database import Database, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.federation.addresses import post_uri
from rossgram_fed.federation.reasons import details_of, in_words, printable
from rossgram_fed.instance import Instance
from rossgram_fed.models.federation import WorkState

MOST_SENDINGS = 20
MOST_SERVERS = 100
"""Servers listed per sending and state."""

_KINDS = {"Create": "Published", "Update": "Edited", "Delete": "Deleted"}


@dataclass(frozen=True, slots=True)
class Subject:
    """The post a page of deliveries is about; it may be deleted."""

    post_id: int
    author_id: int
    author: str
    """The author's username."""
    deleted: bool
    activities: tuple[Row, ...]
    """``id``, ``body`` and ``created_at`` of what was sent about it, the newest first."""

    @property
    def path(self) -> str:
        """The address of the post's page."""
        return f"/p/{self.post_id}"

    @property
    def activity_ids(self) -> list[int]:
        """The ids of what was sent about it."""
        return [row["id"] for row in self.activities]


@dataclass(frozen=True, slots=True)
class Stop:
    """One server on the way of one activity."""

    host: str
    inboxes: int
    at: int
    """When it took the activity or was given up; for one that waits, when it is tried next."""
    tries: int
    under_way: bool
    reason: str
    """What went wrong last, in plain words; may be empty."""
    details: str
    """What the words leave out; may be empty."""
    paused: bool
    """Nothing at all is sent there at the moment."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One activity about a post, and what became of it."""

    what: str
    """``Published``, ``Edited`` or ``Deleted``."""
    sent_at: int
    counts: Mapping[WorkState, int]
    """Servers by what became of it there."""
    stops: Mapping[WorkState, Sequence[Stop]]
    """Up to ``MOST_SERVERS`` of them."""

    @property
    def arrived(self) -> int:
        """How many servers took it."""
        return self.counts.get(WorkState.DONE, 0)

    @property
    def waiting(self) -> int:
        """How many servers have still to take it."""
        return self.counts.get(WorkState.WAITING, 0)

    @property
    def refused(self) -> int:
        """How many servers will not take it."""
        return self.counts.get(WorkState.FAILED, 0)


async def subject_of(instance: Instance, post_id: int) -> Subject | None:
    """Return a post of somebody here, deleted or not; None when there never was one under this id."""
    database = instance.database
    post = await database.fetch_one(
        "SELECT p.account_id, a.username FROM posts p JOIN accounts a ON a.id = p.account_id "
        "WHERE p.id = $1 AND p.local = TRUE",
        post_id,
    )
    if post is None:
        return await _deleted_subject(database, post_id, uri=post_uri(instance.settings, post_id))
    activities = await database.fetch(
        "SELECT id, body, created_at FROM outbox_activities WHERE post_id = $1 AND account_id = $2 "
        f"ORDER BY id DESC LIMIT {MOST_SENDINGS}",
        post_id,
        post["account_id"],
    )
    return Subject(post_id, post["account_id"], post["username"], deleted=False, activities=tuple(activities))


async def _deleted_subject(database: Database, post_id: int, *, uri: str) -> Subject | None:
    """A deleted post took its link to what was sent along; its Delete was written at the instant of its tombstone."""
    grave = await database.fetch_one(
        "SELECT t.created_at, a.id, a.username FROM tombstones t JOIN accounts a ON a.uri = t.actor_uri "
        "WHERE t.uri = $1 AND a.domain = ''",
        uri,
    )
    if grave is None:
        return None
    rows = await database.fetch(
        "SELECT id, body, created_at FROM outbox_activities "
        "WHERE created_at = $1 AND account_id = $2 AND post_id IS NULL",
        grave["created_at"],
        grave["id"],
    )
    farewell = tuple(row for row in rows if orjson.loads(row["body"]).get("id") == f"{uri}#delete")
    return Subject(post_id, grave["id"], grave["username"], deleted=True, activities=farewell)


async def sendings_of(database: Database, subject: Subject, *, now: int) -> tuple[Sending, ...]:
    """Return what was sent about a post, the newest first, and what became of it."""
    ids = subject.activity_ids
    if not ids:
        return ()
    mine = placeholders(len(ids))
    counts: defaultdict[int, dict[WorkState, int]] = defaultdict(dict)
    for row in await database.fetch(
        "SELECT activity_id, state, COUNT(DISTINCT host) AS hosts FROM deliveries "
        f"WHERE activity_id IN ({mine}) GROUP BY activity_id, state",
        *ids,
    ):
        counts[row["activity_id"]][WorkState(row["state"])] = int(row["hosts"])
    stops = await _stops(database, ids, now=now)
    return tuple(
        Sending(
            what=_KINDS.get(orjson.loads(row["body"]).get("type"), "Sent"),
            sent_at=row["created_at"],
            counts=counts[row["id"]],
            stops=stops[row["id"]],
        )
        for row in subject.activities
    )


async def _stops(
    database: Database, activity_ids: Sequence[int], *, now: int
) -> defaultdict[int, defaultdict[WorkState, list[Stop]]]:
    """Return the servers of each activity by state: those tried next first, then in the order of their names."""
    rows = await database.fetch(
        "SELECT s.*, h.paused_until FROM (SELECT activity_id, state, host, COUNT(*) AS inboxes, "
        "MIN(run_at) AS run_at, MAX(finished_at) AS finished_at, MAX(leased_until) AS leased_until, "
        "MAX(attempts) AS attempts, MAX(last_error) AS last_error, ROW_NUMBER() OVER "
        "(PARTITION BY activity_id, state ORDER BY CASE WHEN state = 0 THEN MIN(run_at) ELSE 0 END, host) AS place "
        f"FROM deliveries WHERE activity_id IN ({placeholders(len(activity_ids))}) GROUP BY activity_id, state, host"
        f") AS s LEFT JOIN hosts h ON h.host = s.host WHERE s.place <= {MOST_SERVERS} "
        "ORDER BY s.activity_id, s.state, s.place",
        *activity_ids,
    )
    found: defaultdict[int, defaultdict[WorkState, list[Stop]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found[row["activity_id"]][WorkState(row["state"])].append(_stop(row, now=now))
    return found


def _stop(row: Row, *, now: int) -> Stop:
    waiting, paused_until = row["state"] == WorkState.WAITING, row["paused_until"] or 0
    return Stop(
        host=printable(row["host"]),
        inboxes=int(row["inboxes"]),
        at=max(row["run_at"], paused_until) if waiting else row["finished_at"] or 0,
        tries=int(row["attempts"]),
        under_way=waiting and row["leased_until"] > now,
        reason=in_words(row["last_error"]),
        details=details_of(row["last_error"]),
        paused=waiting and paused_until > now,
    )
