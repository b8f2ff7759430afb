"""What we know of other servers by talking to them: which signatures they read, and whether they answer at all.

A host that stays silent is paused as a whole, for growing times, and then tried with a single delivery; the first
answer, or the first verified request from it, ends the pause.
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
GIVE_UP_AFTER = 7 * DAY
"""What waits for a silent host for longer than this is given up."""


def pause(failures: int) -> int:
    """Return for how many milliseconds a host rests after failures in a row: 2 minutes, doubling up to 12 hours."""
    if failures < SILENCES:
        return 0
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

    async def silent(self, change: Change, host: str) -> None:
        """Note that a host did not answer; from the fifth time in a row on, let it rest as a whole."""
        row = await change.tx.fetch_one(
            "INSERT INTO hosts (host, failures, failing_since, paused_until, prefers_rfc9421_until, software, "
            "updated_at) VALUES ($1, 1, $2, 0, 0, '', $2) ON CONFLICT (host) DO UPDATE SET "
            "failures = hosts.failures + 1, failing_since = COALESCE(hosts.failing_since, excluded.failing_since), "
            "updated_at = excluded.updated_at RETURNING failures",
            host,
            change.now,
        )
        self._known.forget(host)
        rest = pause(int(row["failures"]) if row else 1)
        if rest:
            await self.rest(change, host, until=change.now + rest)

    async def rest(self, change: Change, host: str, *, until: int) -> None:
        """Send nothing to a host until an instant, and give up what has waited for it for a week."""
        await change.tx.execute(
            "INSERT INTO hosts (host, failures, failing_since, paused_until, prefers_rfc9421_until, software, "
            "updated_at) VALUES ($1, 0, NULL, $2, 0, '', $3) ON CONFLICT (host) DO UPDATE SET "
            "paused_until = excluded.paused_until, updated_at = excluded.updated_at",
            host,
            until,
            change.now,
        )
        await change.tx.execute(
            "UPDATE deliveries SET state = 2, finished_at = $2, leased_until = 0, "
            "last_error = 'The server has not answered for a week.' "
            "WHERE host = $1 AND state = 0 AND created_at < $3",
            host,
            change.now,
            change.now - GIVE_UP_AFTER,
        )
        await change.tx.execute("UPDATE deliveries SET run_at = $2 WHERE host = $1 AND state = 0", host, until)

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
