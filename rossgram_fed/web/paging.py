"""Pages of lists by cursor: ``?before=ID`` shows what is older than that id. Never an offset, so nothing shifts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from aiohttp import web

from rossgram_fed.ids import read_id

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list, newest first."""

    items: tuple[T, ...]
    older: int | None = None
    """The cursor of the next page; None on the last one."""
    newer: bool = False
    """Whether this page began at a cursor, so that the newest are elsewhere."""

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def cursor_of(request: web.Request) -> int | None:
    """Return the id that the page shall be older than; None (the first page) when there is none or it is no id."""
    return read_id(request.query.get("before", "")) or None


def page_of(found: Sequence[T], size: int, *, id_of: Callable[[T], int], before: int | None = None) -> Page[T]:
    """Make a page out of at most ``size + 1`` items; the one too many only says that there are older ones."""
    items = tuple(found[:size])
    return Page(items, older=id_of(items[-1]) if len(found) > size else None, newer=before is not None)
