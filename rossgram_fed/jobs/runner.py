"""The source of plain jobs: claim one, hand it to the handler of its kind, and write down how it went.

A handler may run twice for one job (its worker may die between the effect and the note of it), so it must bear that.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import orjson

from rossgram_fed.database import Row
from rossgram_fed.instance import Instance
from rossgram_fed.jobs import queue
from rossgram_fed.jobs.retry import next_attempt

logger = logging.getLogger(__name__)

JobHandler = Callable[[dict[str, object]], Awaitable[None]]
"""Does one kind of job, given its payload. It raises to be tried again later."""

MOST_ATTEMPTS = 8
"""Half a day of tries: a job is about something somebody waits to see."""
LEASE_MS = 5 * 60_000
SECONDS_PER_JOB = 240
"""Below the lease, so that nobody else starts a job while it still runs here."""
RENEWED_LEASE_MS = 90_000
"""Of a source whose jobs take longer than any lease should last: it is renewed while the job runs, so that what a
killed process held comes back soon."""


class JobSource:
    """Works on one job at a time; list it several times in a ``Worker`` to have several under way."""

    signal = "jobs"

    def __init__(
        self,
        instance: Instance,
        handlers: Mapping[str, JobHandler],
        *,
        chance: Callable[[], float] = random.random,
        seconds_per_job: float = SECONDS_PER_JOB,
        only: str = "",
        but: Sequence[str] = (),
    ) -> None:
        """Do all jobs; or ``only`` those of one kind, or all ``but`` those of kinds that have sources of their own."""
        self._instance = instance
        self._handlers = handlers
        self._chance = chance
        self._seconds_per_job = seconds_per_job
        self._renewed = seconds_per_job * 1000 > LEASE_MS
        self._lease_ms = RENEWED_LEASE_MS if self._renewed else LEASE_MS
        self._where = f"waiting.kind = '{only}'" if only else f"waiting.kind NOT IN ({_quoted(but)})" if but else ""

    async def work_once(self) -> int:
        """Do the job that has been due longest; say whether there was one (1 or 0)."""
        instance = self._instance
        if not await queue.is_due(instance.database, queue.Queue.JOBS, now=instance.clock(), where=self._where):
            return 0
        async with instance.change() as change:
            jobs = await queue.claim(
                change.tx, queue.Queue.JOBS, now=change.now, limit=1, lease_ms=self._lease_ms, where=self._where
            )
        for job in jobs:
            await self._do(job)
        return len(jobs)

    async def _do(self, job: Row) -> None:
        handler = self._handlers.get(job["kind"])
        if handler is None:
            await self._give_up(job, f"This server knows no job of the kind {job['kind']!r}.")
            return
        if job["attempts"] > MOST_ATTEMPTS:
            await self._give_up(job, job["last_error"] or "Every worker that tried this died of it.")
            return
        try:
            async with asyncio.timeout(self._seconds_per_job), self._held(job):
                await handler(orjson.loads(job["payload"]))
        except asyncio.CancelledError:
            await asyncio.shield(self._give_back(job))
            raise
        except Exception as error:  # noqa: BLE001 - part of the worker loop: whatever a job raises is its own affair
            await self._try_later(job, error)
            return
        async with self._instance.change() as change:
            await queue.done(change.tx, queue.Queue.JOBS, [job["id"]], now=change.now)

    @asynccontextmanager
    async def _held(self, job: Row) -> AsyncIterator[None]:
        """Renew the lease of a job for as long as it runs, where its source's jobs may outlast one."""
        if not self._renewed:
            yield
            return
        renewing = asyncio.create_task(self._renew(job))
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

    async def _renew(self, job: Row) -> None:
        while True:
            await asyncio.sleep(self._lease_ms / 3000)
            async with self._instance.change() as change:
                await queue.renew(change.tx, queue.Queue.JOBS, job["id"], until=change.now + self._lease_ms)

    async def _give_back(self, job: Row) -> None:
        """Let a job that was cut off by a stop begin again at the next start, without waiting for its lease."""
        async with self._instance.change() as change:
            await queue.release(change.tx, queue.Queue.JOBS, [job["id"]])

    async def _try_later(self, job: Row, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}"
        async with self._instance.change() as change:
            when = next_attempt(job["attempts"], now=change.now, chance=self._chance())
            if when is not None and job["attempts"] < MOST_ATTEMPTS:
                logger.info("Job %s %s did not work yet: %s", job["kind"], job["id"], reason)
                await queue.retry(change.tx, queue.Queue.JOBS, job["id"], run_at=when, error=reason)
                return
        await self._give_up(job, reason)

    async def _give_up(self, job: Row, reason: str) -> None:
        logger.warning("Job %s %s is given up: %s", job["kind"], job["id"], reason)
        async with self._instance.change() as change:
            await queue.fail(change.tx, queue.Queue.JOBS, job["id"], now=change.now, error=reason)


def _quoted(kinds: Sequence[str]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)
