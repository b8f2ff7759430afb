"""What a timeline is a list of, and how a page is cut out of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from rossgram_fed.ids import Stretch


class Entry(NamedTuple):
    """A post in a timeline, and the boost that brought it there."""

    cursor: int
    """The id that the timeline is ordered by: the post's, the boost's, the like's."""
    post_id: int
    boost_id: int | None = None
    booster_id: int | None = None
    facts: tuple[Any, ...] = ()
    """What else was read about the post and the boost, where that was asked for, in the order of asking."""


def cut(stretch: Stretch, entries: Iterable[Entry]) -> list[Entry]:
    """Return those entries that belong to the page, the newest first."""
    ordered = sorted(entries, key=lambda entry: entry.cursor, reverse=not stretch.upwards)[: stretch.limit]
    return stretch.newest_first(ordered)


class Arguments:
    """The arguments of one statement; the viewer, if there is one, is always the first."""

    def __init__(self, viewer_id: int | None) -> None:
        self.viewer = None if viewer_id is None else "$1"
        self.values: list[object] = [] if viewer_id is None else [viewer_id]

    def next(self, value: object) -> str:
        """Add an argument and return its placeholder."""
        self.values.append(value)
        return f"${len(self.values)}"
