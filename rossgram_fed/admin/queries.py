"""The figures behind the admin's overview and the metrics: queues, hosts and sizes. Asked of the database each time."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.database import Database, Row
from rossgram_fed.federation.hosts import SILENCES
from rossgram_fed.federation.reasons import in_words, printable
from rossgram_fed.jobs.queue import Queue

MOST_HOSTS = 50


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """One queue at one instant."""

    queue: Queue
    waiting: int
    """Not done yet, those to be tried again included."""
    due: int
    """Of these, those that could be dealt with now."""
    failing: int
    """Of these, those that failed before."""
    failed: int
    """Given up, and kept for thirty days."""
    oldest: int | None
    """When what waits longest was put in; None when nothing waits."""


@dataclass(frozen=True, slots=True)
class SilentHost:
    """A server that does not answer, or asked to be left alone."""

    host: str
    shown: str
    """The name without letters that cannot be seen."""
    failures: int
    failing_since: int | None
    paused_until: int
    waiting: int
    """Deliveries that wait for it."""
    reason: str

    @property
    def can_be_probed(self) -> bool:
        """Whether it is silent, and did not ask for a rest."""
        return self.failures >= SILENCES


@dataclass(frozen=True, slots=True)
class Hosts:
    """Servers in trouble: how many, and those that the most waits for."""

    total: int
    paused: int
    listed: tuple[SilentHost, ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes on disk."""

    database: int
    own_media: int
    """Photos and avatars of people here."""
    remote_media: int
    """Copies of other servers' pictures."""


async def queue_figures(database: Database, *, now: int) -> tuple[QueueFigures, ...]:
    """Return the figures of every queue."""
    return tuple([await _queue(database, queue, now=now) for queue in Queue])


async def _queue(database: Database, queue: Queue, *, now: int) -> QueueFigures:
    waiting = await database.fetch_one(
        "SELECT COUNT(*) AS rows, SUM(CASE WHEN run_at <= $1 THEN 1 ELSE 0 END) AS due, "
        "SUM(CASE WHEN last_error <> '' THEN 1 ELSE 0 END) AS failing, MIN(created_at) AS oldest "
        f"FROM {queue} WHERE state = 0",
        now,
    )
    failed = await database.fetch_value(f"SELECT COUNT(*) FROM {queue} WHERE state = 2")
    if waiting is None:
        return QueueFigures(queue, 0, 0, 0, int(failed), None)
    return QueueFigures(
        queue,
        waiting=int(waiting["rows"]),
        due=int(waiting["due"] or 0),
        failing=int(waiting["failing"] or 0),
        failed=int(failed),
        oldest=waiting["oldest"],
    )


async def hosts_in_trouble(database: Database, *, now: int) -> Hosts:
    """Return the servers that do not answer or are left alone, those that the most waits for first."""
    counts = await database.fetch_one(
        "SELECT COUNT(*) AS hosts, SUM(CASE WHEN paused_until > $1 THEN 1 ELSE 0 END) AS paused FROM hosts "
        "WHERE failures > 0 OR paused_until > $1",
        now,
    )
    rows = await database.fetch(
        "SELECT h.host, h.failures, h.failing_since, h.paused_until, "
        "(SELECT COUNT(*) FROM deliveries d WHERE d.host = h.host AND d.state = 0) AS waiting, "
        "(SELECT MAX(d.last_error) FROM deliveries d WHERE d.host = h.host AND d.state = 0) AS last_error "
        "FROM hosts h WHERE h.failures > 0 OR h.paused_until > $1 "
        f"ORDER BY waiting DESC, h.host LIMIT {MOST_HOSTS}",
        now,
    )
    if counts is None:
        return Hosts(0, 0, ())
    return Hosts(int(counts["hosts"]), int(counts["paused"] or 0), tuple(_host(row) for row in rows))


def _host(row: Row) -> SilentHost:
    return SilentHost(
        host=row["host"],
        shown=printable(row["host"]),
        failures=row["failures"],
        failing_since=row["failing_since"],
        paused_until=row["paused_until"],
        waiting=int(row["waiting"]),
        reason=in_words(row["last_error"] or ""),
    )


async def deliveries_by_state(database: Database) -> dict[int, int]:
    """Return how many deliveries are kept in each state; what arrived is kept for a week."""
    rows = await database.fetch("SELECT state, COUNT(*) AS rows FROM deliveries GROUP BY state")
    return {row["state"]: int(row["rows"]) for row in rows}


async def sizes(database: Database) -> Sizes:
    """Return how large the database and the media are."""
    sql = (
        "SELECT pg_database_size(current_database())"
        if database.postgresql
        else "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    )
    media = await database.fetch("SELECT remote, SUM(size) AS bytes FROM media_files GROUP BY remote")
    by_origin = {bool(row["remote"]): int(row["bytes"]) for row in media}
    return Sizes(int(await database.fetch_value(sql)), by_origin.get(False, 0), by_origin.get(True, 0))
