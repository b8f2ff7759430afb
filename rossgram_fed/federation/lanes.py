"""Whose turn is it? Every host with something to be delivered is a lane; lanes are served in turn.

What is looked at for one claim is bounded, however much waits: a lane gives the first row that may go, a row that was
never tried before one that was, and of one sender's rows to one inbox only the oldest. A lane that is paused gives
nothing, and one that has been silent gives a single row as a probe, in whichever process asks first.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Collection, Iterable

from rossgram_fed.database import Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.federation.hosts import SILENCES
from rossgram_fed.instance import Change, Instance

LEASE_MS = 5 * 60_000
"""Far more than one try may take."""
PROBE_MS = 90_000
"""How long nobody else probes a host that is being probed: a little longer than one try may take."""
MOST_AT_ONCE = 32
_FEW = 4
_MANY = 100
"""Rows of a lane among which the first that may go is sought: a few, since it is mostly the first of all, then many."""
_SET_ASIDE = 500

_FIRST_IN_LINE = (
    "NOT EXISTS (SELECT 1 FROM deliveries earlier WHERE earlier.inbox = seen.inbox"
    " AND earlier.account_id = seen.account_id AND earlier.state = 0 AND earlier.id < seen.id)"
)
_HEAD_RUN_AT = (
    "(SELECT head.run_at FROM deliveries head WHERE head.inbox = deliveries.inbox"
    " AND head.account_id = deliveries.account_id AND head.state = 0 ORDER BY head.id LIMIT 1)"
)


def _first(which: str, most: int, order: str = "run_at, waiting.id") -> str:
    return (
        "(SELECT seen.id FROM (SELECT waiting.id, waiting.run_at, waiting.inbox, waiting.account_id"
        " FROM deliveries waiting WHERE waiting.host = lanes.host AND waiting.state = 0 AND waiting.run_at <= $1"
        f" AND {which} ORDER BY waiting.attempts, waiting.{order} LIMIT {most}) AS seen"
        f" WHERE {_FIRST_IN_LINE} ORDER BY seen.run_at, seen.id LIMIT 1)"
    )


_FRESH = "waiting.attempts = 0"
_TRIED = "waiting.attempts > 0 AND waiting.leased_until <= $1"
_NEWEST = "run_at DESC, waiting.id DESC"
_CHOICE = (
    f"COALESCE({_first(_FRESH, _FEW)}, {_first(_FRESH, _MANY)}, {_first(_FRESH, _MANY, _NEWEST)},"
    f" {_first(_TRIED, _FEW)}, {_first(_TRIED, _MANY)})"
)

_LANES = (
    "WITH RECURSIVE lanes(host) AS ("
    "SELECT * FROM (SELECT host FROM deliveries WHERE state = 0 ORDER BY host LIMIT 1) AS least"
    " UNION ALL SELECT (SELECT waiting.host FROM deliveries waiting WHERE waiting.state = 0"
    " AND waiting.host > lanes.host ORDER BY waiting.host LIMIT 1) FROM lanes WHERE lanes.host IS NOT NULL),"
    " due AS MATERIALIZED (SELECT lanes.host, hosts.failures,"
    f" EXISTS (SELECT 1 FROM deliveries waiting WHERE waiting.host = lanes.host AND waiting.state = 0"
    f" AND waiting.run_at <= $1 AND {_FRESH}) AS fresh,"
    f" EXISTS (SELECT 1 FROM deliveries waiting WHERE waiting.host = lanes.host AND waiting.state = 0"
    f" AND waiting.run_at <= $1 AND {_TRIED}) AS tried"
    " FROM lanes LEFT JOIN hosts ON hosts.host = lanes.host"
    " WHERE lanes.host IS NOT NULL AND (hosts.host IS NULL OR hosts.paused_until <= $1))"
    " SELECT host, failures, fresh FROM due WHERE fresh OR tried"
)
"""Every host for which something is due, found by leaping over the index from one host to the next."""


class Lanes:
    """The lanes that one process serves, in the order of their turns; what is true is in the tables."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._turns: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._turns)

    async def look(self) -> None:
        """See for whom something is due: first whoever has something new, last whoever has been silent lately."""
        rows = await self._instance.database.fetch(_LANES, self._instance.clock())
        ordered = sorted(rows, key=lambda row: (not row["fresh"], bool(row["failures"])))
        self._turns = dict.fromkeys(row["host"] for row in ordered)

    def again(self, host: str) -> None:
        """Give a host another turn, after the others."""
        self._turns.setdefault(host)

    def may_serve(self, busy: Collection[str]) -> bool:
        """Whether it is anybody's turn who is not ``busy``."""
        return any(host not in busy for host in self._turns)

    async def claim(self, change: Change, *, limit: int, busy: Collection[str], active: Collection[str]) -> list[Row]:
        """Lease up to ``limit`` rows, one of each host whose turn it is, and return them whole.

        Hosts that are ``busy`` keep their turn. One that has nothing to give loses it; unless something for it is
        ``active`` here, what waits behind a row that is to be tried later is set aside until then.
        """
        turn = self._next(min(limit, MOST_AT_ONCE), busy)
        for host in turn:
            del self._turns[host]
        open_to_us = await self._not_paused(change, turn, active)
        if not open_to_us:
            return []
        # As many placeholders as the next power of two, so that few different statements are prepared.
        names = open_to_us + [""] * ((1 << (len(open_to_us) - 1).bit_length()) - len(open_to_us))
        lanes = ", ".join(f"(${number})" for number in range(3, 3 + len(names)))
        rows = await change.tx.fetch(
            f"WITH lanes(host) AS (VALUES {lanes}), chosen(id) AS (SELECT {_CHOICE} FROM lanes)"
            " UPDATE deliveries SET leased_until = $2, attempts = attempts + 1"
            " WHERE id IN (SELECT id FROM chosen) AND state = 0 AND leased_until <= $1 RETURNING *",
            change.now,
            change.now + LEASE_MS,
            *names,
        )
        giving = {row["host"] for row in rows}
        for host in open_to_us:
            if host in giving:
                self.again(host)
            elif host not in active:
                await self._set_aside(change, host)
        return rows

    def _next(self, limit: int, busy: Collection[str]) -> list[str]:
        chosen: list[str] = []
        for host in self._turns:
            if len(chosen) == limit:
                break
            if host not in busy:
                chosen.append(host)
        return chosen

    async def _not_paused(self, change: Change, hosts: list[str], active: Collection[str]) -> list[str]:
        """Return the hosts that may be sent something; taking the one probe of each that has been silent."""
        if not hosts:
            return []
        troubled = await change.tx.fetch(
            "SELECT host, failures, paused_until FROM hosts"
            f" WHERE host IN ({placeholders(len(hosts), 2)}) AND (failures >= {SILENCES:d} OR paused_until > $1)",
            change.now,
            *hosts,
        )
        if not troubled:
            return hosts
        silent = [row["host"] for row in troubled if row["paused_until"] <= change.now and row["host"] not in active]
        probed = await self._take_probes(change, silent)
        closed = {row["host"] for row in troubled} - probed
        return [host for host in hosts if host not in closed]

    async def _take_probes(self, change: Change, silent: Iterable[str]) -> set[str]:
        names = sorted(silent)
        if not names:
            return set()
        rows = await change.tx.fetch(
            "UPDATE hosts SET paused_until = $2 WHERE paused_until <= $1"
            f" AND host IN ({placeholders(len(names), 3)}) RETURNING host",
            change.now,
            change.now + PROBE_MS,
            *names,
        )
        return {row["host"] for row in rows}

    async def _set_aside(self, change: Change, host: str) -> None:
        """Let those in line behind a row that is tried later wait as long as it does, so that nobody sees them."""
        await change.tx.execute(
            f"UPDATE deliveries SET run_at = {_HEAD_RUN_AT} WHERE id IN (SELECT waiting.id FROM deliveries waiting"
            f" WHERE waiting.host = $2 AND waiting.state = 0 AND waiting.run_at <= $1 AND {_FRESH}"
            f" ORDER BY waiting.attempts, waiting.run_at, waiting.id LIMIT {_SET_ASIDE}) AND {_HEAD_RUN_AT} > $1",
            change.now,
            host,
        )
