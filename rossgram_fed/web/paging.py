"""Ids in addresses: of one thing in the path, and as the cursor of a list (``?before=ID`` shows what is older).

Lists never go by an offset, so nothing shifts while somebody reads on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from aiohttp import web

from rossgram_fed.ids import read_id
from rossgram_fed.web.errors import NotFound

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list, newest first."""

    items: tuple[T, ...]
    older: int | None = None
    """The cursor of the next page; None on the last one."""
    newer: bool = False
    """Whether this page began at a cursor, so that the newest are elsewhere."""
    left_out: int = 0
    """How many of its items the viewer's filters leave out."""

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def id_in_path(request: web.Request, name: str = "id") -> int:
    """Return the id in the address of a request; raise ``NotFound`` for what is none."""
    found = read_id(request.match_info[name])
    if found is None:
        raise NotFound
    return found


def cursor_of(request: web.Request) -> int | None:
    """Return the id that the page shall be older than; None (the first page) when there is none or it is no id."""
    return read_id(request.query.get("before", "")) or None


def page_of(found: Sequence[T], size: int, *, id_of: Callable[[T], int], before: int | None = None) -> Page[T]:
    """Make a page out of at most ``size + 1`` items; the one too many only says that there are older ones."""
    items = tuple(found[:size])
    return Page(items, older=id_of(items[-1]) if len(found) > size else None, newer=before is not None)
