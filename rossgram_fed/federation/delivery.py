"""What goes out: rows are claimed, signed, posted, and kept until the other side has them or all hope is gone.

Nothing overtakes: a row waits while an earlier one from the same sender to the same inbox does. A request is signed
anew at every try. Whose turn it is, ``lanes`` says; what an answer means is decided in one place, ``outcome_of``.
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
from rossgram_fed.federation.lanes import Lanes
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.outbox import SIGNAL
from rossgram_fed.federation.outcomes import Fate, Outcome, attempt
from rossgram_fed.federation.recent import Recent
from rossgram_fed.federation.signers import NoSuchKey
from rossgram_fed.federation.transport import PER_WORKER
from rossgram_fed.instance import Change
from rossgram_fed.jobs import queue
from rossgram_fed.jobs.retry import next_attempt

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0
LOOK_AT_MOST_EVERY = 0.1
"""Seconds between looks for what is due: while nothing is heard of anything new, and while much is."""
LOOKING = 10
"""A look that took long is not repeated before so many times as long have passed."""
GATHER = 0.004
"""Seconds to wait for more deliveries to end, so that one transaction notes many."""
SLOW = 1.0
"""Seconds after which a delivery that waits for its answer leaves its place to another."""
_BODIES_MS = 10 * 60_000


class DeliverySource:
    """Keeps up to ``settings.federation.workers`` deliveries under way, a few per host.

    Those that wait for a slow server for more than a second do not count, up to eight times as many: they cost nothing
    but a connection, and would keep everybody else's servers waiting too.
    """

    signal = SIGNAL

    def __init__(self, network: Network, *, chance: Callable[[], float] = random.random) -> None:
        self._network = network
        self._instance = network.instance
        self._chance = chance
        self._lanes = Lanes(network.instance)
        self._looked_at = self._look_took = 0.0
        self._news = True
        self._under_way: dict[asyncio.Task[Outcome], Row] = {}
        self._began: dict[asyncio.Task[Outcome], float] = {}
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
        outcomes = [self._end(task) for task in ended]
        async with self._instance.change() as change:
            given_up = await self._note(change, outcomes)
        for outcome in outcomes:
            self._lanes.again(outcome.row["host"])
        for host in given_up:
            total = await self._network.hosts.give_up(host)
            logger.info("%s has not answered for a month: %d deliveries to it are given up.", host, total)
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
        self._began.clear()

    async def _start_what_is_due(self) -> None:
        """Serve the lanes in turn while there is room, and look for more where nobody's turn is left."""
        if self._news and self._may_look():
            await self._look()
        looked = False
        while (room := self._room()) > 0:
            at_host = Counter(row["host"] for row in self._under_way.values())
            most = self._instance.settings.federation.connections_per_host
            busy = {host for host, count in at_host.items() if count >= most}
            if self._lanes.may_serve(busy):
                await self._claim(room, busy=busy, active=set(at_host))
            elif looked or not self._may_look():
                return
            else:
                await self._look()
                looked = True

    def _room(self) -> int:
        """Return how many deliveries may be started now."""
        places, now = self._instance.settings.federation.workers, asyncio.get_running_loop().time()
        quick = sum(now - began < SLOW for began in self._began.values())
        return min(places - quick, places * PER_WORKER - len(self._under_way))

    def _may_look(self) -> bool:
        if not self._under_way:
            return True
        since = asyncio.get_running_loop().time() - self._looked_at
        return since >= max(LOOK_AT_MOST_EVERY if self._news else LOOK_EVERY, LOOKING * self._look_took)

    async def _look(self) -> None:
        self._news = False
        began = asyncio.get_running_loop().time()
        await self._lanes.look()
        self._looked_at = asyncio.get_running_loop().time()
        self._look_took = self._looked_at - began

    async def _claim(self, room: int, *, busy: set[str], active: set[str]) -> None:
        async with self._instance.change() as change:
            rows = await self._lanes.claim(change, limit=room, busy=busy, active=active)
            await self._read_bodies(change, rows)
        now = self._instance.clock()
        for row in rows:
            task = asyncio.create_task(self._deliver(row, self._bodies.get(row["activity_id"], now=now) or b""))
            self._under_way[task] = row
            self._began[task] = asyncio.get_running_loop().time()

    def _end(self, task: asyncio.Task[Outcome]) -> Outcome:
        del self._under_way[task]
        del self._began[task]
        return task.result()

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
        """Wait for a delivery to end, for news of more to deliver or for one to turn out slow."""
        signals = self._instance.database.signals
        seconds = SLOW / 4 if len(self._lanes) else LOOK_EVERY
        news = asyncio.ensure_future(signals.wait(SIGNAL, seconds))
        try:
            await asyncio.wait({*self._under_way, news}, return_when=asyncio.FIRST_COMPLETED)
            self._news |= news.done() and news.result()
        finally:
            news.cancel()
        if len(self._under_way) > 1:
            await asyncio.sleep(GATHER)
        return {task for task in self._under_way if task.done()}

    async def _note(self, change: Change, outcomes: list[Outcome]) -> set[str]:
        """Write down how deliveries ended, and what that says of their hosts; return those there is no hope for."""
        hosts = self._network.hosts
        await queue.done(change.tx, queue.Queue.DELIVERIES, _ids(outcomes, Fate.DELIVERED), now=change.now)
        for outcome in outcomes:
            if outcome.fate is Fate.FINAL:
                await self._give_up(change, outcome)
            elif outcome.fate is Fate.LATER:
                await self._try_later(change, outcome)
            if outcome.ask_whether_gone:
                await self._ask_whether_gone(change, outcome.row["inbox"])
        for host in dict.fromkeys(outcome.row["host"] for outcome in outcomes if outcome.answered is True):
            await hosts.answered(change, host)
        hopeless: set[str] = set()
        for outcome in outcomes:
            host = outcome.row["host"]
            if outcome.answered is False and await hosts.silent(change, host):
                hopeless.add(host)
            elif outcome.rest_until > change.now:
                await hosts.rest(change, host, until=outcome.rest_until)
        return hopeless

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

    async def _give_up(self, change: Change, outcome: Outcome) -> None:
        row = outcome.row
        logger.info("Delivery %s to %s is given up: %s", row["id"], row["host"], outcome.error)
        await queue.fail(change.tx, queue.Queue.DELIVERIES, row["id"], now=change.now, error=outcome.error)

    async def _ask_whether_gone(self, change: Change, inbox: str) -> None:
        """Read the actors behind a personal inbox again: they may be gone, or have moved house.

        What a shared inbox says of itself is no word on anybody behind it.
        """
        for actor in await change.tx.fetch(
            "SELECT id, uri FROM accounts WHERE inbox = $1 AND domain <> '' AND deleted_at IS NULL LIMIT 5", inbox
        ):
            await errands.refresh_account(change, actor["uri"], account_id=actor["id"])


def _ids(outcomes: Iterable[Outcome], fate: Fate) -> list[int]:
    return [outcome.row["id"] for outcome in outcomes if outcome.fate is fate]
