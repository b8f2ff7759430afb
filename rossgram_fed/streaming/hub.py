"""Everybody who listens in one process: who hears of which stream, and whether they still may.

Nothing is done before the first one comes. Acts wait in a bounded line and are told in their order by ``tell``, which
is handed in and knows who gets what: the first one at once, and after a moment's rest all that came meanwhile together,
since most of what it costs to tell one is spent for many as well. Whoever may listen no longer is found by ``alive``,
whenever tokens are revoked and every few seconds besides. ``want`` asks other processes to tell of theirs.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence

from rossgram_fed.database.signals import Signals
from rossgram_fed.streaming.acts import SIGNAL, Event, event_of
from rossgram_fed.streaming.ears import Ear, Message
from rossgram_fed.streaming.streams import Kind, Stream

logger = logging.getLogger(__name__)

MOST_EARS = 5000
"""In one process."""
MOST_OF_ONE = 25
"""Of one person."""
MOST_STREAMS = 30
"""Of one connection."""
MOST_EVENTS = 2000
"""Acts that may wait to be told; what is more is lost, and apps find it when they ask."""
CHECK_SECONDS = 2.0
WANT_SECONDS = 30.0

MOST_AT_ONCE = 64
"""Acts that are told together."""
REST_SECONDS = 0.02

Heard = tuple[Ear, Stream]
Tell = Callable[["Hub", Sequence[Event]], Awaitable[None]]
Alive = Callable[[Collection[int]], Awaitable[Collection[int]]]
"""Returns which of some tokens still let somebody listen."""
Want = Callable[[], Awaitable[None]]


class Full(Exception):
    """No more connections are taken; the message says whose fault it is."""


class Hub:
    """Those who listen in this process."""

    def __init__(
        self, signals: Signals, *, tell: Tell, alive: Alive, want: Want, check_seconds: float = CHECK_SECONDS
    ) -> None:
        self._tell, self._alive, self._want, self._check_seconds = tell, alive, want, check_seconds
        self._wanted_at = -WANT_SECONDS
        self._ears: dict[int, set[Ear]] = defaultdict(set)
        self._by_stream: dict[Kind, dict[Stream, set[Ear]]] = {kind: {} for kind in Kind}
        self._count = 0
        self._closed = False
        self._events: asyncio.Queue[Event] = asyncio.Queue(MOST_EVENTS)
        self._doubt = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        signals.listen(SIGNAL, self._heard)

    @property
    def count(self) -> int:
        """How many connections there are."""
        return self._count

    @property
    def waiting(self) -> int:
        """How many acts wait to be told."""
        return self._events.qsize()

    def join(self, ear: Ear) -> None:
        """Let somebody listen; raises ``Full``."""
        if self._closed or self._count >= MOST_EARS:
            raise Full("Too many apps are listening; try again later")
        if len(self._ears.get(ear.account_id, ())) >= MOST_OF_ONE:
            raise Full("Too many of your apps are listening already")
        self._ears[ear.account_id].add(ear)
        self._count += 1
        if self._count == 1:
            self._doubt.set()
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._telling()), asyncio.create_task(self._checking())]

    def leave(self, ear: Ear) -> None:
        """Forget somebody who has gone, or never came."""
        ears = self._ears.get(ear.account_id, set())
        if ear not in ears:
            return
        ears.discard(ear)
        self._count -= 1
        if not ears:
            del self._ears[ear.account_id]
        for stream in list(ear.streams):
            self.unsubscribe(ear, stream)

    def subscribe(self, ear: Ear, stream: Stream) -> None:
        """Have somebody hear a stream; once more is no more. Raises ``Full``."""
        if stream in ear.streams:
            return
        if len(ear.streams) >= MOST_STREAMS:
            raise Full("Too many streams on one connection")
        ear.streams[stream] = stream
        self._by_stream[stream.kind].setdefault(stream, set()).add(ear)

    def unsubscribe(self, ear: Ear, stream: Stream) -> None:
        """Have somebody hear a stream no longer."""
        if ear.streams.pop(stream, None) is None:
            return
        streams = self._by_stream[stream.kind]
        streams[stream].discard(ear)
        if not streams[stream]:
            del streams[stream]

    def streams(self, kind: Kind) -> Mapping[Stream, Collection[Ear]]:
        """Return the streams of a kind that somebody hears, and who."""
        return self._by_stream[kind]

    def of(self, account_id: int) -> Iterable[Ear]:
        """Return the connections of one person."""
        return tuple(self._ears.get(account_id, ()))

    @staticmethod
    def tell(heard: Iterable[Heard], event: str, payload: str) -> int:
        """Send something on streams, under the names by which the apps asked for them.

        Returns how many messages wait for the app for which the most do: whoever tells more than ``MOST_AT_ONCE`` (of
        ``ears``) without letting them be sent has the quickest reader taken for one that does not read.
        """
        made: dict[tuple[str, str], Message] = {}
        most = 0
        for ear, stream in heard:
            asked = ear.streams.get(stream)
            if asked is None:
                continue
            name = asked.name, asked.shown
            if name not in made:
                made[name] = Message(asked, event, payload)
            ear.hear(made[name])
            most = max(most, ear.waiting)
        return most

    def note(self, event: Event) -> None:
        """Have an act told, if anybody listens."""
        if not self._count:
            return
        with contextlib.suppress(asyncio.QueueFull):
            self._events.put_nowait(event)

    def doubt(self) -> None:
        """Look at once whether everybody still may listen."""
        self._doubt.set()

    async def close(self) -> None:
        """End every connection, and the work behind them; nobody comes in any more."""
        self._closed = True
        for ears in list(self._ears.values()):
            for ear in list(ears):
                ear.end("The server is going down")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def _heard(self, about: str) -> None:
        event = event_of(about) if self._count else None
        if event is not None:
            self.note(event)

    async def _telling(self) -> None:
        while True:
            events = [await self._events.get()]
            while len(events) < MOST_AT_ONCE and not self._events.empty():
                events.append(self._events.get_nowait())
            if not await self._try(self._tell(self, events), "Acts could not be told together.") and len(events) > 1:
                for event in events:
                    await self._try(self._tell(self, [event]), f"Nobody could be told of {event.act}.")
            await asyncio.sleep(REST_SECONDS)

    async def _checking(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                # Not wait_for, which lets a cancellation be lost that comes together with the event (Python 3.11).
                async with asyncio.timeout(self._check_seconds):
                    await self._doubt.wait()
            self._doubt.clear()
            if self._count:
                await self._try(self._check(), "Nobody knows whether those who listen still may.")

    async def _check(self) -> None:
        ears = [ear for some in self._ears.values() for ear in some]
        alive = await self._alive({ear.token_id for ear in ears})
        for ear in ears:
            if ear.token_id not in alive:
                ear.end("The access token was revoked")
        if time.monotonic() - self._wanted_at >= WANT_SECONDS:
            self._wanted_at = time.monotonic()
            await self._want()

    @staticmethod
    async def _try(work: Awaitable[None], sentence: str) -> bool:
        """Do something whose failure, whatever it is, must not be the end of all streams; say whether it was done."""
        (failure,) = await asyncio.gather(work, return_exceptions=True)
        if isinstance(failure, Exception):
            logger.error(sentence, exc_info=failure)
        return failure is None
