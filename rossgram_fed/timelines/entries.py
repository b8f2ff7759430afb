"""What a timeline is a list of, and the stretch of it that is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from rossgram_fed.ids import LARGEST_ID


class Entry(NamedTuple):
    """A post in a timeline, and the boost that brought it there."""

    cursor: int
    """The id that the timeline is ordered by: the post's, the boost's, the like's."""
    post_id: int
    boost_id: int | None = None
    booster_id: int | None = None
    facts: tuple[Any, ...] = ()
    """What else was read about the post and the boost, where that was asked for, in the order of asking."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Ids strictly between two others, at most ``limit`` of them, from the upper end or the lower one."""

    before: int = LARGEST_ID
    after: int = 0
    limit: int = 20
    upwards: bool = False
    """Whether the lowest are wanted, right above ``after``."""

    @property
    def order(self) -> str:
        """``ASC`` or ``DESC``, for ``ORDER BY``."""
        return "ASC" if self.upwards else "DESC"

    def cut(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return those that belong to the page, the newest first."""
        ordered = sorted(entries, key=lambda entry: entry.cursor, reverse=not self.upwards)[: self.limit]
        return ordered[::-1] if self.upwards else ordered


class Arguments:
    """The arguments of one statement; the viewer, if there is one, is always the first."""

    def __init__(self, viewer_id: int | None) -> None:
        self.viewer = None if viewer_id is None else "$1"
        self.values: list[object] = [] if viewer_id is None else [viewer_id]

    def next(self, value: object) -> str:
        """Add an argument and return its placeholder."""
        self.values.append(value)
        return f"${len(self.values)}"
