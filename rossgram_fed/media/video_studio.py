"""Videos are prepared in processes of their own, one process a video, which may hang or crash without harm to us.

What the process says is checked as strictly as what comes in: it may have been taken over by what it read. The file it
wrote is only ever played by browsers, as a video, from an address that can do nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from rossgram_fed.config import LimitSettings
from rossgram_fed.media.errors import Interrupted
from rossgram_fed.media.parcels import LENGTHS, LONGEST_HEAD
from rossgram_fed.media.studio import bare_environment
from rossgram_fed.media.video import TOO_HUNGRY, TOO_SLOW, BadVideo, Clip

INTERRUPTED = "Preparing this video was interrupted. Try it once more; if that fails too, save it anew first."
LONGEST_POSTER = 16 * 1024 * 1024
LARGEST = 110_000_000
"""Bytes that a finished video may take."""
_SECONDS_TO_END = 5
_OUT_OF_TIME, _OUT_OF_ROOM = -signal.SIGXCPU, -signal.SIGXFSZ


class VideoStudio:
    """As many processes at once as the limits say, and the queue before them."""

    def __init__(self, limits: LimitSettings) -> None:
        self._limits = limits
        self._turns = asyncio.Semaphore(limits.video_processes)

    async def prepare(self, source: Path, target: Path) -> Clip:
        """Write what is played of ``source`` to the new file ``target``; raise ``BadVideo`` with a sentence.

        ``Interrupted`` means that the same file may be tried again. Cancelling this kills the process.
        """
        async with self._turns:
            with source.open("rb") as read, target.open("x+b") as written:
                return await self._prepare(read.fileno(), written.fileno())

    async def _prepare(self, source: int, target: int) -> Clip:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-s", "-m", "rossgram_fed.media.video_room", self._told(source, target)),
            stdin=PIPE,  # which ends when we do, and the process with it
            stdout=PIPE,
            limit=1024 * 1024,
            pass_fds=(source, target),
            env=bare_environment(),
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self._limits.video_minutes * 60):
                if process.stdout is None:
                    raise EOFError("the process has no door")
                return await _answer(process.stdout)
        except TimeoutError:
            raise BadVideo(TOO_SLOW) from None
        except (EOFError, OSError, ValueError):
            # It died, or what it says makes no sense.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_SECONDS_TO_END):
                    await process.wait()
            raise _why(process.returncode) from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def _told(self, source: int, target: int) -> str:
        return json.dumps(
            {
                "source": source,
                "target": target,
                "seconds": self._limits.video_seconds,
                "bytes": LARGEST,
                "megabytes": self._limits.video_memory_megabytes,
                "processor_seconds": self._limits.video_minutes * 60 * (os.cpu_count() or 1),
            }
        )


async def _answer(stdout: asyncio.StreamReader) -> Clip:
    head_length, poster_length = LENGTHS.unpack(await stdout.readexactly(LENGTHS.size))
    if head_length > LONGEST_HEAD or poster_length > LONGEST_POSTER:
        raise ValueError("the answer is too long")
    head = json.loads(await stdout.readexactly(head_length))
    poster = await stdout.readexactly(poster_length)
    if not isinstance(head, dict):
        raise ValueError("this is no answer")
    if "refused" in head:
        raise BadVideo(str(head["refused"])[:300])
    return Clip(
        duration=_number(head.get("duration"), most=24 * 3_600_000),
        width=_number(head.get("width"), most=65_535),
        height=_number(head.get("height"), most=65_535),
        recompressed=head.get("recompressed") is True,
        poster=poster,
    )


def _number(value: object, *, most: int) -> int:
    if type(value) is not int or not 0 < value <= most:
        raise ValueError("this is no video")
    return value


def _why(status: int | None) -> BadVideo | Interrupted:
    if status == _OUT_OF_TIME:
        return BadVideo(TOO_SLOW)
    if status == _OUT_OF_ROOM:
        return BadVideo("This video comes out too large for other servers. Make it shorter and try again.")
    if status == -signal.SIGABRT:
        return BadVideo(TOO_HUNGRY)
    return Interrupted(INTERRUPTED)
