"""What happened that somebody may listen for: a word and ids, signalled in the change in which it happens.

A signal carries ids only (PostgreSQL takes 8,000 bytes), and nothing is looked up for it: who is told, and of what,
is found out where somebody listens. Posts that are older than ``FRESH`` when they come are no news to anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rossgram_fed.instance import Change

SIGNAL: Final = "streams"
FRESH = 6 * 3600 * 1000
"""Milliseconds."""
MOST_NAMED = 200
"""Ids that are named besides in one signal."""


class Act(StrEnum):
    """What happened; behind it, the ids that go with it."""

    POST = "post"
    """A post came: its id."""
    EDIT = "edit"
    """A post says something else: its id."""
    GONE = "gone"
    """A post or boost is not there any more: its id, whose it was, who saw it (``Visibility``), and whom it was for."""
    BOOST = "boost"
    """A boost came: its id and the post's."""
    UNBOOST = "unboost"
    """A boost was taken back: its id and whose it was."""
    NEWS = "news"
    """Somebody was told something: the id of the news and theirs."""
    MERGED = "merged"
    """News that waited are among somebody's others: their id."""
    FILTERS = "filters"
    """Somebody's filters are others: their id."""
    NOTICE = "notice"
    """An announcement was made or ended: its id."""
    REACTION = "reaction"
    """An announcement was reacted to: its id, and the emoji."""


@dataclass(frozen=True, slots=True)
class Event:
    """One act, as it was signalled."""

    act: Act
    ids: tuple[int, ...]
    word: str = ""


def signal(change: Change, act: Act, *ids: int, word: str = "") -> None:
    """Tell whoever listens of an act, once the change is committed."""
    change.tx.signal(SIGNAL, f"{act.value} {','.join(map(str, ids))} {word}")


def signal_post(change: Change, post_id: int, *, published_at: int) -> None:
    """Tell of a post, unless it is old."""
    if change.now - published_at < FRESH:
        signal(change, Act.POST, post_id)


def signal_gone(change: Change, post_id: int, *, author_id: int, visibility: int, named: Iterable[int] = ()) -> None:
    """Tell that a post is gone; ``named`` are those it was addressed to, as far as nobody else may hear of it."""
    signal(change, Act.GONE, post_id, author_id, visibility, *list(named)[:MOST_NAMED])


def event_of(about: str) -> Event | None:
    """Read a signal's subject; None for "some may have been lost", which nothing can be made of."""
    act, _, rest = about.partition(" ")
    ids, _, word = rest.partition(" ")
    if not ids:
        return None
    return Event(Act(act), tuple(int(one) for one in ids.split(",")), word)
