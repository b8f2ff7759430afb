"""Do one thing once, however many ask for it at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Shares one piece of work among everybody who asks for the same key while it is under way."""

    def __init__(self) -> None:
        self._under_way: dict[str, asyncio.Task[T]] = {}

    async def run(self, key: str, work: Callable[[], Awaitable[T]]) -> T:
        """Return what ``work`` returns, or raise what it raises; one who stops waiting does not stop the others."""
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.ensure_future(_as_coroutine(work))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(task)

    def _landed(self, key: str, task: asyncio.Task[T]) -> None:
        del self._under_way[key]
        if not task.cancelled():
            task.exception()  # seen: those who waited raise it themselves, and they may all have left


async def _as_coroutine(work: Callable[[], Awaitable[T]]) -> T:
    return await work()
