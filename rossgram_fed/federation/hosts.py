"""What we know of other servers by talking to them: which signatures they read, and whether they answer at all.

A host that stays silent is paused as a whole, for growing times, and then tried with a single delivery; the first
answer, or the first verified request from it, ends the pause. After a week it counts as dead and is tried once a day;
after thirty days all that waits for it is given up. ``federation.lanes`` sees to it that a paused host gets nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from activitypub.signatures import Scheme
from rossgram_fed.federation.recent import Recent
from rossgram_fed.instance import Change, Instance

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
PREFERENCE = 7 * DAY
"""How long a proof that a host reads RFC 9421 counts, before we try the older scheme first again."""
SILENCES = 5
"""Failures in a row after which a host is paused."""
LONGEST_PAUSE = DAY // 2
DEAD_AFTER = 7 * DAY
"""After as long without an answer a host is tried once a day."""
GIVE_UP_AFTER = 30 * DAY
"""After as long without an answer, what waits for a host is given up; what comes later is still tried once a day."""
GIVEN_UP = "The server has not answered for a month."
_GIVEN_UP_AT_ONCE = 1000


def pause(failures: int, *, silent_for: int = 0) -> int:
    """Return for how many milliseconds a host rests after failures in a row, the first ``silent_for`` ago.

    Two minutes, doubling up to twelve hours; a day for one that is dead.
    """
    if failures < SILENCES:
        return 0
    if silent_for >= DEAD_AFTER:
        return DAY
    return min((2 * MINUTE) << min(failures - SILENCES, 20), LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class Known:
    """What one process remembers of a host for a minute, so that no request needs a query."""

    failures: int = 0
    prefers_rfc9421_until: int = 0


class Hosts:
    """The table ``hosts``, with a short memory in front of it."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._known: Recent[str, Known] = Recent(most=10_000, milliseconds=MINUTE)

    async def scheme_for(self, host: str) -> Scheme:
        """Return the scheme to knock with first."""
        known = await self._of(host)
        return Scheme.RFC9421 if known.prefers_rfc9421_until > self._instance.clock() else Scheme.CAVAGE

    async def learn(self, host: str, *, tried: Scheme, worked: Scheme) -> None:
        """Remember which of the two schemes a host took, when it was not the one we tried first."""
        if tried is not worked:
            await self._prefer(host, rfc9421=worked is Scheme.RFC9421)

    async def heard_from(self, host: str, *, scheme: Scheme) -> None:
        """Note a verified request from a host: it is alive, and it reads what it writes."""
        known = await self._of(host)
        if known.failures:
            async with self._instance.change() as change:
                await self.answered(change, host)
        if scheme is Scheme.RFC9421 and known.prefers_rfc9421_until < self._instance.clock() + PREFERENCE - DAY:
            await self._prefer(host, rfc9421=True)

    async def answered(self, change: Change, host: str) -> None:
        """Note that a host answered: end its pause and make what waits for it due now."""
        known = self._known.get(host, now=change.now)
        if known is not None and not known.failures:
            return
        ended = await change.tx.fetch(
            "UPDATE hosts SET failures = 0, failing_since = NULL, paused_until = 0, updated_at = $2 "
            "WHERE host = $1 AND failures > 0 RETURNING host",
            host,
            change.now,
        )
        self._known.forget(host)
        if ended:
            await change.tx.execute(
                "UPDATE deliveries SET run_at = $2 WHERE host = $1 AND state = 0 AND run_at > $2", host, change.now
            )
            change.tx.signal("deliveries")

    async def silent(self, change: Change, host: str) -> bool:
        """Note that a host did not answer; from the fifth time in a row on, let it rest as a whole.

        Returns whether it has been silent for so long that what waits for it is to be given up.
        """
        row = await change.tx.fetch_one(
            "INSERT INTO hosts (host, failures, failing_since, paused_until, prefers_rfc9421_until, software, "
            "updated_at) VALUES ($1, 1, $2, 0, 0, '', $2) ON CONFLICT (host) DO UPDATE SET "
            "failures = hosts.failures + 1, failing_since = COALESCE(hosts.failing_since, excluded.failing_since), "
            "updated_at = excluded.updated_at RETURNING failures, failing_since",
            host,
            change.now,
        )
        self._known.forget(host)
        failures, since = (row["failures"], row["failing_since"]) if row else (1, change.now)
        silent_for = change.now - since
        rest = pause(failures, silent_for=silent_for)
        if rest:
            await self.rest(change, host, until=change.now + rest)
        return bool(rest) and silent_for >= GIVE_UP_AFTER

    async def rest(self, change: Change, host: str, *, until: int) -> None:
        """Send nothing to a host until an instant."""
        await change.tx.execute(
            "INSERT INTO hosts (host, failures, failing_since, paused_until, prefers_rfc9421_until, software, "
            "updated_at) VALUES ($1, 0, NULL, $2, 0, '', $3) ON CONFLICT (host) DO UPDATE SET "
            "paused_until = excluded.paused_until, updated_at = excluded.updated_at",
            host,
            until,
            change.now,
        )

    async def give_up(self, host: str) -> int:
        """Give up what waits for a host, in pieces that hold nobody up; return how many deliveries that were."""
        total = 0
        while True:
            async with self._instance.change() as change:
                rows = await change.tx.fetch(
                    "UPDATE deliveries SET state = 2, finished_at = $2, last_error = $3 WHERE id IN ("
                    "SELECT id FROM deliveries WHERE host = $1 AND state = 0 AND leased_until <= $2 LIMIT $4) "
                    "AND state = 0 RETURNING id",
                    host,
                    change.now,
                    GIVEN_UP,
                    _GIVEN_UP_AT_ONCE,
                )
            total += len(rows)
            if len(rows) < _GIVEN_UP_AT_ONCE:
                return total

    async def _of(self, host: str) -> Known:
        now = self._instance.clock()
        known = self._known.get(host, now=now)
        if known is None:
            row = await self._instance.database.fetch_one(
                "SELECT failures, prefers_rfc9421_until FROM hosts WHERE host = $1", host
            )
            known = Known(row["failures"], row["prefers_rfc9421_until"]) if row else Known()
            self._known.put(host, known, now=now)
        return known

    async def _prefer(self, host: str, *, rfc9421: bool) -> None:
        async with self._instance.change() as change:
            until = change.now + PREFERENCE if rfc9421 else 0
            await change.tx.execute(
                "INSERT INTO hosts (host, failures, failing_since, paused_until, prefers_rfc9421_until, software, "
                "updated_at) VALUES ($1, 0, NULL, 0, $2, '', $3) ON CONFLICT (host) DO UPDATE SET "
                "prefers_rfc9421_until = excluded.prefers_rfc9421_until, updated_at = excluded.updated_at",
                host,
                until,
                change.now,
            )
        known = await self._of(host)
        self._known.put(host, replace(known, prefers_rfc9421_until=until), now=self._instance.clock())
