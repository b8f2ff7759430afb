"""A small memory of what happened lately: bounded in number and in time, so that no stranger can make it grow.

Instants are milliseconds, as everywhere; the clock is the caller's.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """A mapping that forgets what is too old, and what was used longest ago when it is full."""

    def __init__(self, *, most: int, milliseconds: int) -> None:
        self._most = most
        self._milliseconds = milliseconds
        self._entries: OrderedDict[K, tuple[int, V]] = OrderedDict()

    def get(self, key: K, *, now: int) -> V | None:
        """Return what is remembered, or None."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry[0] <= now:
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return entry[1]

    def put(self, key: K, value: V, *, now: int, milliseconds: int | None = None) -> None:
        """Remember ``value`` for as long as this memory lasts, or for ``milliseconds``."""
        self._entries[key] = (now + (self._milliseconds if milliseconds is None else milliseconds), value)
        self._entries.move_to_end(key)
        if len(self._entries) > self._most:
            self._entries.popitem(last=False)

    def forget(self, key: K) -> None:
        """Drop one entry, if it is there."""
        self._entries.pop(key, None)

    def clear(self) -> None:
        """Drop everything."""
        self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)
