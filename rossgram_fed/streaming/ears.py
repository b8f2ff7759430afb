"""One app that listens: what waits to be sent to it, and the end of it.

What waits is bounded: whoever does not read loses the connection, and nobody else waits for them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cached_property

import msgspec

from rossgram_fed.streaming.streams import Stream

MOST_WAITING = 200
"""Messages."""
MOST_BYTES = 4 * 1024 * 1024
"""Of what they say, together."""
MOST_AT_ONCE = 32
"""Messages that are sent together."""
SEND_SECONDS = 30.0
"""How long an app may take to read those, once what the system holds for it is full."""
_ENCODER = msgspec.json.Encoder()


class Told(msgspec.Struct):
    """A message as it is told over a WebSocket."""

    stream: list[str]
    event: str
    payload: str | msgspec.UnsetType


@dataclass(frozen=True)
class Message:
    """One thing that is told; written out once for all who hear it."""

    stream: Stream
    event: str
    payload: str

    @cached_property
    def on_socket(self) -> bytes:
        """What a WebSocket brings."""
        return _ENCODER.encode(Told(self.stream.label, self.event, self.payload or msgspec.UNSET))

    @cached_property
    def as_event(self) -> bytes:
        """What a stream of server-sent events brings."""
        return f"event: {self.event}\ndata: {self.payload}\n\n".encode()


class Ear:
    """One connection, as the hub sees it."""

    __slots__ = (
        "_busy",
        "_bytes",
        "_more",
        "_waiting",
        "account_id",
        "cut",
        "ended",
        "scopes",
        "streams",
        "token_id",
        "why",
    )

    def __init__(
        self, *, token_id: int, account_id: int, scopes: tuple[str, ...], cut: Callable[[], None] = lambda: None
    ) -> None:
        self.token_id = token_id
        self.account_id = account_id
        self.scopes = scopes
        self.streams: dict[Stream, Stream] = {}
        self.cut = cut
        """Cuts the connection off, whatever is under way on it."""
        self.ended = False
        self.why = ""
        self._waiting: deque[Message] = deque()
        self._bytes = 0
        self._busy = False
        self._more = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many messages wait to be sent."""
        return len(self._waiting)

    def hear(self, message: Message) -> None:
        """Have something sent; whoever has too much waiting already is cut off."""
        if self.ended:
            return
        if len(self._waiting) >= MOST_WAITING or self._bytes + len(message.payload) > MOST_BYTES:
            self.end("Too slow")
            return
        self._waiting.append(message)
        self._bytes += len(message.payload)
        self._more.set()

    async def take(self, seconds: float | None = None) -> list[Message]:
        """Return what is to be sent next; nothing when nothing came for so long, or this has ended."""
        if not self._waiting and not self.ended:
            self._more.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._more.wait()
        taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
        self._bytes -= sum(len(message.payload) for message in taken)
        return taken

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Send something within the block; it ends this when the app does not read, or has gone."""
        self._busy = True
        try:
            async with asyncio.timeout(SEND_SECONDS):
                yield
        except TimeoutError:
            self.end("Too slow")
        except ConnectionError:
            self.end("The app has gone")
        finally:
            self._busy = False

    def end(self, why: str) -> None:
        """Let nothing more be sent; what is being sent in vain is cut off."""
        if self.ended:
            return
        self.ended, self.why = True, why
        self._waiting.clear()
        self._bytes = 0
        self._more.set()
        if self._busy:
            self.cut()
