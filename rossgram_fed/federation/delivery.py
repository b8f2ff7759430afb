"""What goes out: rows are claimed, signed, posted, and kept until the other side has them or all hope is gone.

Nothing overtakes: a row waits while an earlier one from the same sender to the same inbox does. A request is signed
anew at every try. What an answer means is decided in one place, ``outcome_of``.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable, Iterable

from rossgram_fed.database import Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.federation import errands
from rossgram_fed.federation.embedding import Embedding
from rossgram_fed.federation.hosts import SILENCES
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.outbox import SIGNAL
from rossgram_fed.federation.outcomes import Fate, Outcome, attempt
from rossgram_fed.federation.recent import Recent
from rossgram_fed.federation.signers import NoSuchKey
from rossgram_fed.instance import Change
from rossgram_fed.jobs import queue
from rossgram_fed.jobs.retry import next_attempt

logger = logging.getLogger(__name__)

LEASE_MS = 5 * 60_000
"""Far more than one try may take."""
LOOK_EVERY = 1.0
GATHER = 0.004
"""Seconds to wait for more deliveries to end, so that one transaction notes many."""
_BODIES_MS = 10 * 60_000

_NEXT_IN_LINE = (
    "NOT EXISTS (SELECT 1 FROM deliveries earlier WHERE earlier.inbox = waiting.inbox"
    " AND earlier.account_id = waiting.account_id AND earlier.state = 0 AND earlier.id < waiting.id)"
)
_HOST_IS_UP = (
    "NOT EXISTS (SELECT 1 FROM hosts h WHERE h.host = waiting.host AND (h.paused_until > $1"  # noqa: S608 - constants
    f" OR (h.failures >= {SILENCES:d} AND EXISTS (SELECT 1 FROM deliveries probe WHERE probe.host = waiting.host"
    " AND probe.state = 0 AND probe.id < waiting.id))))"
)
"""Nothing for a paused host, and after the pause only the oldest row, as a probe."""


class DeliverySource:
    """Keeps up to ``settings.federation.workers`` deliveries under way, a few per host."""

    signal = SIGNAL

    def __init__(self, network: Network, *, chance: Callable[[], float] = random.random) -> None:
        self._network = network
        self._instance = network.instance
        self._chance = chance
        self._under_way: dict[asyncio.Task[Outcome], Row] = {}
        self._embedding = Embedding(network)
        self._bodies: Recent[int, bytes] = Recent(most=1000, milliseconds=_BODIES_MS)

    async def work_once(self) -> int:
        """Start what is due, wait until some of what is under way has ended, and note how; return how many ended.

        Returns 0 only when nothing is due and nothing is under way.
        """
        await self._start_what_is_due()
        if not self._under_way:
            return 0
        ended: set[asyncio.Task[Outcome]] = set()
        while not ended:
            ended = await self._wait()
            if not ended:
                await self._start_what_is_due()
        outcomes = [task.result() for task in ended]
        for task in ended:
            del self._under_way[task]
        async with self._instance.change() as change:
            await self._note(change, outcomes)
        return len(outcomes)

    async def close(self, grace: float = 15.0) -> None:
        """Wait for what is under way, note how it ended, and give the rest back untouched."""
        if not self._under_way:
            return
        ended, late = await asyncio.wait(self._under_way, timeout=grace)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        async with self._instance.change() as change:
            await self._note(change, [task.result() for task in ended])
            await queue.release(change.tx, queue.Queue.DELIVERIES, [self._under_way[task]["id"] for task in late])
        self._under_way.clear()

    async def _start_what_is_due(self) -> None:
        """Claim rows and start them, again as long as a crowded host keeps others from their turn."""
        crowded = True
        while crowded:
            rows, crowded = await self._claim()
            now = self._instance.clock()
            for row in rows:
                task = asyncio.create_task(self._deliver(row, self._bodies.get(row["activity_id"], now=now) or b""))
                self._under_way[task] = row

    async def _claim(self) -> tuple[list[Row], bool]:
        """Return rows to start, and whether some were given back because their host has enough under way."""
        instance, federation = self._instance, self._instance.settings.federation
        room = federation.workers - len(self._under_way)
        if room <= 0 or not await queue.is_due(instance.database, queue.Queue.DELIVERIES, now=instance.clock()):
            return [], False
        at_host = Counter(row["host"] for row in self._under_way.values())
        busy = sorted(host for host, count in at_host.items() if count >= federation.connections_per_host)
        not_busy = f" AND waiting.host NOT IN ({placeholders(len(busy), 4)})" if busy else ""
        chosen: list[Row] = []
        async with instance.change() as change:
            claimed = await queue.claim(
                change.tx,
                queue.Queue.DELIVERIES,
                now=change.now,
                limit=room,
                lease_ms=LEASE_MS,
                where=f"{_NEXT_IN_LINE} AND {_HOST_IS_UP}{not_busy}",
                arguments=busy,
            )
            for row in claimed:
                at_host[row["host"]] += 1
                if at_host[row["host"]] <= federation.connections_per_host:
                    chosen.append(row)
            taken = {row["id"] for row in chosen}
            too_many = [row["id"] for row in claimed if row["id"] not in taken]
            await queue.release(change.tx, queue.Queue.DELIVERIES, too_many)
            await self._read_bodies(change, chosen)
        return chosen, bool(too_many)

    async def _read_bodies(self, change: Change, rows: Iterable[Row]) -> None:
        wanted = sorted({row["activity_id"] for row in rows})
        missing = [one for one in wanted if self._bodies.get(one, now=change.now) is None]
        if missing:
            found = await change.tx.fetch(
                f"SELECT id, body FROM outbox_activities WHERE id IN ({placeholders(len(missing))})",  # noqa: S608 - placeholders only
                *missing,
            )
            for row in found:
                self._bodies.put(row["id"], bytes(row["body"]), now=change.now)

    async def _deliver(self, row: Row, body: bytes) -> Outcome:
        try:
            body = await self._embedding.body_of(row["activity_id"], row["account_id"], body)
            return await attempt(self._network, row, body)
        except NoSuchKey as error:
            return Outcome(row, Fate.FINAL, str(error))
        except Exception as error:
            logger.exception("Delivery %s to %s met a mistake of ours.", row["id"], row["host"])
            return Outcome(row, Fate.LATER, f"{type(error).__name__}: {error}")

    async def _wait(self) -> set[asyncio.Task[Outcome]]:
        """Wait for a delivery to end or, while there is room, for news of more to deliver."""
        signals = self._instance.database.signals
        news = asyncio.ensure_future(signals.wait(SIGNAL, LOOK_EVERY))
        try:
            await asyncio.wait({*self._under_way, news}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
        if len(self._under_way) > 1:
            await asyncio.sleep(GATHER)
        return {task for task in self._under_way if task.done()}

    async def _note(self, change: Change, outcomes: list[Outcome]) -> None:
        """Write down how deliveries ended, and what that says of their hosts."""
        await queue.done(change.tx, queue.Queue.DELIVERIES, _ids(outcomes, Fate.DELIVERED), now=change.now)
        for outcome in outcomes:
            if outcome.fate is Fate.FINAL:
                await self._give_up(change, outcome)
            elif outcome.fate is Fate.LATER:
                await self._try_later(change, outcome)
            if outcome.ask_whether_gone:
                await self._ask_whether_gone(change, outcome.row["inbox"])
        for host in dict.fromkeys(outcome.row["host"] for outcome in outcomes if outcome.answered is True):
            await self._network.hosts.answered(change, host)
        for outcome in outcomes:
            if outcome.answered is False:
                await self._network.hosts.silent(change, outcome.row["host"])
            elif outcome.rest_until > change.now:
                await self._network.hosts.rest(change, outcome.row["host"], until=outcome.rest_until)
        if any(outcome.fate is not Fate.LATER for outcome in outcomes):
            change.tx.signal(SIGNAL)  # whoever stood behind these in line may go

    async def _try_later(self, change: Change, outcome: Outcome) -> None:
        row = outcome.row
        when = next_attempt(
            row["attempts"],
            now=change.now,
            chance=self._chance(),
            retry_after=None if outcome.retry_after is None else outcome.retry_after * 1000,
        )
        if when is None or row["attempts"] >= outcome.most_attempts:
            await self._give_up(change, outcome)
            return
        await queue.retry(change.tx, queue.Queue.DELIVERIES, row["id"], run_at=when, error=outcome.error)
        # Those behind it cannot go before it, so that no claim has to look at them meanwhile.
        await change.tx.execute(
            "UPDATE deliveries SET run_at = $1 WHERE inbox = $2 AND account_id = $3 AND state = 0 AND run_at < $1",
            when,
            row["inbox"],
            row["account_id"],
        )

    async def _give_up(self, change: Change, outcome: Outcome) -> None:
        row = outcome.row
        logger.info("Delivery %s to %s is given up: %s", row["id"], row["host"], outcome.error)
        await queue.fail(change.tx, queue.Queue.DELIVERIES, row["id"], now=change.now, error=outcome.error)
        # Those behind it may go now instead of at the instant it would have been tried again.
        await change.tx.execute(
            "UPDATE deliveries SET run_at = $1 WHERE inbox = $2 AND account_id = $3 AND state = 0 AND run_at > $1 "
            "AND attempts = 0",
            change.now,
            row["inbox"],
            row["account_id"],
        )

    async def _ask_whether_gone(self, change: Change, inbox: str) -> None:
        """Read the actors behind a personal inbox again: they may be gone, or have moved house."""
        for actor in await change.tx.fetch(
            "SELECT id, uri FROM accounts WHERE inbox = $1 AND domain <> '' AND deleted_at IS NULL LIMIT 5", inbox
        ):
            await errands.refresh_account(change, actor["uri"], account_id=actor["id"])


def _ids(outcomes: Iterable[Outcome], fate: Fate) -> list[int]:
    return [outcome.row["id"] for outcome in outcomes if outcome.fate is fate]
