"""Pictures are developed in processes of their own, which may hang, crash or eat memory without harm to the server.

A darkroom (``darkroom.py``) is started when it is needed, handles one picture at a time, and ends after a minute of
idleness. One that exceeds its time, dies, or answers nonsense is killed and the next picture gets a fresh one.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from pathlib import Path

from aiohttp.web import AppKey

from rossgram_fed.config import LimitSettings
from rossgram_fed.media.editing import UNTOUCHED, Edits
from rossgram_fed.media.errors import TOO_SLOW, BadPicture, Interrupted
from rossgram_fed.media.parcels import LENGTHS, LONGEST_HEAD, LONGEST_RENDITIONS, Refusal, label, unpack
from rossgram_fed.media.pictures import Focal, Picture, Recipe

INTERRUPTED = "Reading this picture was interrupted. Try it once more; if that fails too, save it anew first."
CLOSED = "This server is shutting down; try again in a moment."
IDLE_SECONDS = 60.0

_PACKAGES = Path(__file__).resolve().parents[2]
_AT_ONCE = 256 * 1024
"""Bytes handed to a pipe before the event loop turns to others."""

_PROFILE_ROOM = 16 * 1024
"""By how much a file may grow that is given a profile for the one it only named."""

_OUT_OF_TIME = -signal.SIGXCPU
"""How a darkroom ends that used up the processor time it allows itself."""


class Studio:
    """A few darkrooms and the queue before them. Close it before the event loop ends."""

    def __init__(self, limits: LimitSettings, *, idle_seconds: float = IDLE_SECONDS) -> None:
        self._limits = limits
        self._idle_seconds = idle_seconds
        self._turns = asyncio.Semaphore(limits.picture_processes)
        self._free: list[_Darkroom] = []
        self._all: set[_Darkroom] = set()
        self._ending: set[asyncio.Task[int]] = set()
        self._closed = False

    @property
    def process_ids(self) -> list[int]:
        """The darkrooms that run at this moment."""
        return [darkroom.pid for darkroom in self._all]

    async def develop(
        self,
        data: bytes,
        *,
        focal: Focal = (0.0, 0.0),
        recipe: Recipe = Recipe.PHOTO,
        edits: Edits = UNTOUCHED,
    ) -> Picture:
        """Turn a file into a picture without holding up the event loop; raise ``BadPicture`` with a sentence.

        ``Interrupted``, a kind of it, means that the same file may be tried again.
        """
        async with self._turns:
            if self._closed:
                raise Interrupted(CLOSED)
            darkroom = await self._take()
            try:
                async with asyncio.timeout(self._limits.picture_seconds):
                    answer = await darkroom.develop(data, {"focal": focal, "recipe": recipe, "edits": edits.changed()})
            except TimeoutError:
                await self._end(darkroom)
                raise BadPicture(TOO_SLOW) from None
            except (EOFError, OSError, ValueError):
                # The darkroom died, or what it says makes no sense.
                status = await self._end(darkroom)
                if status == _OUT_OF_TIME:
                    raise BadPicture(TOO_SLOW) from None
                raise Interrupted(INTERRUPTED) from None
            except BaseException:
                # Nobody waits for this picture any more, and its answer must not become the next one's.
                self._dismiss(darkroom)
                raise
            self._put_back(darkroom)
        if isinstance(answer, Refusal):
            raise BadPicture(answer.reason)
        return answer

    async def close(self) -> None:
        """End every darkroom; a picture under way is refused."""
        self._closed = True
        for darkroom in list(self._all):
            self._dismiss(darkroom)
        await asyncio.gather(*self._ending)

    async def _take(self) -> _Darkroom:
        while self._free:
            darkroom = self._free.pop()
            if darkroom.alive:
                darkroom.stay()
                return darkroom
            self._dismiss(darkroom)
        darkroom = await _Darkroom.start(self._limits)
        self._all.add(darkroom)
        return darkroom

    def _put_back(self, darkroom: _Darkroom) -> None:
        if self._closed:
            return
        self._free.append(darkroom)
        darkroom.leave_after(self._idle_seconds, lambda: self._dismiss(darkroom))

    def _dismiss(self, darkroom: _Darkroom) -> None:
        task = asyncio.get_running_loop().create_task(self._end(darkroom))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end(self, darkroom: _Darkroom) -> int:
        self._all.discard(darkroom)
        with contextlib.suppress(ValueError):
            self._free.remove(darkroom)
        return await darkroom.end()


class _Darkroom:
    """One process and the pipes to it."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._departure: asyncio.TimerHandle | None = None

    @classmethod
    async def start(cls, limits: LimitSettings) -> _Darkroom:
        """Start a process that knows nothing of us but the limits: no environment, no terminal, no open file."""
        told = {
            "photo_megapixels": limits.photo_megapixels,
            "picture_seconds": limits.picture_seconds,
            "picture_megabytes": limits.picture_megabytes,
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-s", "-m", "rossgram_fed.media.darkroom", json.dumps(told)),
            stdin=PIPE,
            stdout=PIPE,
            limit=1024 * 1024,
            env=bare_environment(),
            start_new_session=True,  # so that Ctrl-C reaches the server alone, which then closes the studio
        )
        return cls(process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def develop(self, data: bytes, order: dict[str, object]) -> Picture | Refusal:
        """Hand over a file and wait for what becomes of it; raises when the process dies or talks nonsense."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise EOFError("the darkroom has no door")
        stdin.write(label(order, len(data)))
        for start in range(0, len(data), _AT_ONCE):
            stdin.write(data[start : start + _AT_ONCE])
            await stdin.drain()
        head_length, body_length = LENGTHS.unpack(await stdout.readexactly(LENGTHS.size))
        if head_length > LONGEST_HEAD or body_length > LONGEST_RENDITIONS + len(data) + _PROFILE_ROOM:
            raise ValueError("the darkroom's answer is too long")
        return unpack(await stdout.readexactly(head_length), await stdout.readexactly(body_length))

    def leave_after(self, seconds: float, leave: Callable[[], None]) -> None:
        """Call ``leave`` unless somebody calls ``stay`` first."""
        self._departure = asyncio.get_running_loop().call_later(seconds, leave)

    def stay(self) -> None:
        if self._departure is not None:
            self._departure.cancel()
            self._departure = None

    async def end(self) -> int:
        """Kill the process and return its status."""
        self.stay()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        return await self._process.wait()


def bare_environment() -> dict[str, str]:
    """Return what a process that reads strangers' files is told of ours: where its code is, and nothing else."""
    needed = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "PYTHONHOME") if name in os.environ}
    # One arena: every further one reserves 64 MiB of the address space that the limit counts.
    return needed | {"PYTHONPATH": str(_PACKAGES), "MALLOC_ARENA_MAX": "1", "LC_ALL": "C.UTF-8"}


STUDIO: AppKey[Studio] = AppKey("studio", Studio)
"""Where an aiohttp application keeps it."""
