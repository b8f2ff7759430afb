"""The event loop commands run on: uvloop where there is one, and a stop that is asked for politely."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import TypeVar

new_loop: Callable[[], asyncio.AbstractEventLoop]
try:
    from uvloop import new_event_loop as new_loop
except ImportError:  # no wheel for this machine; the standard loop is slower and does the same
    new_loop = asyncio.new_event_loop

Result = TypeVar("Result")


def run(work: Coroutine[object, object, Result]) -> Result:
    """Run a command's work to its end."""
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(work)


async def until_stopped(announce: Callable[[], None] | None = None) -> None:
    """Wait for SIGTERM or SIGINT. A second one ends the process at once: the tables know what was under way.

    ``announce`` says that the command is ready; whoever reads that may stop it politely from then on.
    """
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    if announce is not None:
        announce()
    await stopped.wait()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.remove_signal_handler(name)
