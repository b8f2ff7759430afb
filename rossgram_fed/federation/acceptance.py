"""Write down what arrived, many arrivals in one transaction, and answer only then.

While one transaction is being committed, those who arrive meanwhile gather for the next: nobody waits for company, and
a flood costs few commits. A repetition of what we have is accepted and adds nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass

from activitypub.activities import Activity
from rossgram_fed.federation.gate import Turned
from rossgram_fed.federation.recent import Recent
from rossgram_fed.instance import Instance

logger = logging.getLogger(__name__)

SIGNAL = "inbox"
_AT_ONCE = 256
_MOST_WAITING = 4096
_READ = 512


@dataclass(frozen=True, slots=True)
class _Arrived:
    sender_id: int
    dedupe_key: str
    body: bytes
    written: asyncio.Future[None]


class Acceptance:
    """The way into ``inbox_items``."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._waiting: list[_Arrived] = []
        self.read: Recent[str, tuple[dict[str, object], Activity]] = Recent(most=_READ, milliseconds=60_000)
        """What was read of the latest arrivals, by dedupe key, so that taking them into effect need not read again."""
        self._writer: asyncio.Task[None] | None = None

    async def accept(self, sender_id: int, *, document: dict[str, object], activity: Activity, body: bytes) -> None:
        """Store a verified activity unless we have it; return when it is safe on disk.

        Raises ``Turned`` (503) when more arrives than can be written.
        """
        if len(self._waiting) >= _MOST_WAITING:
            raise Turned(503, "Too much arrives at once.", retry_after=30)
        key = hashlib.sha256(activity.id.encode() + b"\n" + body).hexdigest()
        arrived = _Arrived(sender_id, key, body, asyncio.get_running_loop().create_future())
        self._waiting.append(arrived)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())
        self.read.put(key, (document, activity), now=self._instance.clock())
        await arrived.written

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
                await self._write(batch)
        finally:
            self._writer = None

    async def _write(self, batch: list[_Arrived]) -> None:
        try:
            async with self._instance.change() as change:
                await change.tx.execute_many(
                    "INSERT INTO inbox_items (id, state, run_at, leased_until, attempts, last_error, created_at, "
                    "dedupe_key, sender_id, body) VALUES ($1, 0, $2, 0, 0, '', $2, $3, $4, $5) "
                    "ON CONFLICT (dedupe_key) DO NOTHING",
                    [(change.new_id(), change.now, one.dedupe_key, one.sender_id, one.body) for one in batch],
                )
                change.tx.signal(SIGNAL)
        except Exception:
            logger.exception("%d arrivals could not be written; their senders will try again.", len(batch))
            _tell(batch, Turned(503, "We could not write this down.", retry_after=30))
            return
        _tell(batch, None)


def _tell(batch: list[_Arrived], refusal: Turned | None) -> None:
    for one in batch:
        if one.written.done():
            continue
        if refusal is None:
            one.written.set_result(None)
        else:
            one.written.set_exception(refusal)
