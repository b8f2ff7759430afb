"""Documents are canonicalised in a process of its own, which may hang, crash or eat memory without harm to the server.

A scribe (``scribe.py``) is started when it is needed, takes one document at a time, and ends after a minute of
idleness. One that exceeds its budget, dies, or answers nonsense is killed, and the next document gets a fresh one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from pathlib import Path

import orjson

from activitypub.signatures.linked_data import Meaning
from rossgram_fed.federation.scribe import LENGTH, LONGEST

logger = logging.getLogger(__name__)

IDLE_SECONDS = 60.0
ANSWER_SECONDS = 10.0
"""By the clock on the wall, on a busy machine; the processor time is the scribe's own affair."""
START_SECONDS = 20.0
MOST_WAITING = 4
"""Documents of strangers that wait for the scribe; one more is not looked at, and its object is fetched instead."""

_PACKAGES = Path(__file__).resolve().parents[2]


class NotCanonical(Exception):
    """A document has no canonical form that we could find within the budget; the text says why."""


class TooSlow(NotCanonical):
    """A document used up its budget."""


class Scribes:
    """One scribe and the queue before it. Close it before the event loop ends."""

    def __init__(self, *, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._departure: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._strangers = 0
        self._closed = False

    @property
    def process_id(self) -> int | None:
        """The scribe that runs at this moment."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def signable(self, prepared: Mapping[str, object]) -> str:
        """Return what is to be signed of a document of ours (``linked_data.signable``), or raise ``NotCanonical``."""
        return str((await self._ask({"signable": prepared}))["text"])

    async def meaning(self, document: Mapping[str, object]) -> Meaning:
        """Return what a stranger's signed document says (``linked_data.meaning``), or raise ``NotCanonical``.

        Raises ``TooSlow`` when it used up its budget.
        """
        if self._strangers >= MOST_WAITING:
            raise NotCanonical("Too many documents wait to be canonicalised.")
        self._strangers += 1
        try:
            answer = await self._ask({"meaning": document})
        finally:
            self._strangers -= 1
        meant = answer.get("document")
        if not isinstance(meant, dict):
            raise NotCanonical("The document has no meaning.")
        return Meaning(str(answer["text"]), meant)

    async def close(self) -> None:
        """End the scribe; a document under way is given up."""
        self._closed = True
        await self._end()
        await asyncio.gather(*self._ending)

    async def _ask(self, order: dict[str, Mapping[str, object]]) -> dict[str, object]:
        message = orjson.dumps(order)
        if len(message) > LONGEST:
            raise NotCanonical("The document is too long to be canonicalised.")
        async with self._turn:
            if self._closed:
                raise NotCanonical("This server is shutting down.")
            try:
                process = await self._started()
                async with asyncio.timeout(ANSWER_SECONDS):
                    answer = await _converse(process, message)
            except (TimeoutError, EOFError, OSError, ValueError) as error:
                await self._end()
                logger.info("A document took more than its budget to canonicalise (%s).", type(error).__name__)
                raise TooSlow("The document takes too long to canonicalise.") from None
            except BaseException:
                # Nobody waits for this answer any more, and it must not become the next one's.
                self._leave()
                raise
            self._leave_later()
        if "text" not in answer:
            raise NotCanonical(str(answer.get("refused", "The document has no canonical form.")))
        return answer

    async def _started(self) -> Process:
        """Return the scribe, starting one that knows nothing of us: no environment, no terminal, no open file."""
        self._stay()
        if self._process is not None and self._process.returncode is None:
            return self._process
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-s", "-m", "rossgram_fed.federation.scribe"),
            stdin=PIPE,
            stdout=PIPE,
            limit=LONGEST,
            env=_environment(),
            start_new_session=True,  # so that Ctrl-C reaches the server alone, which then closes it
        )
        async with asyncio.timeout(START_SECONDS):
            await _converse(self._process, b"")
        return self._process

    def _leave_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._departure = loop.call_later(self._idle_seconds, self._leave)

    def _leave(self) -> None:
        task = asyncio.get_running_loop().create_task(_kill(self._dismissed()))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _stay(self) -> None:
        if self._departure is not None:
            self._departure.cancel()
            self._departure = None

    def _dismissed(self) -> Process | None:
        """Return the scribe, which is ours no more."""
        self._stay()
        process, self._process = self._process, None
        return process

    async def _end(self) -> None:
        await _kill(self._dismissed())


async def _kill(process: Process | None) -> None:
    if process is None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def _converse(process: Process, message: bytes) -> dict[str, object]:
    """Say something, unless there is nothing to say, and return the answer; raises when the process dies."""
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        raise EOFError("the scribe has no door")
    if message:
        stdin.write(LENGTH.pack(len(message)) + message)
        await stdin.drain()
    (length,) = LENGTH.unpack(await stdout.readexactly(LENGTH.size))
    if length > LONGEST:
        raise ValueError("the scribe's answer is too long")
    answer = orjson.loads(await stdout.readexactly(length))
    if not isinstance(answer, dict):
        raise ValueError("the scribe's answer is no object")
    return answer


def _environment() -> dict[str, str]:
    needed = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "PYTHONHOME") if name in os.environ}
    return needed | {"PYTHONPATH": str(_PACKAGES), "MALLOC_ARENA_MAX": "1", "LC_ALL": "C.UTF-8"}
