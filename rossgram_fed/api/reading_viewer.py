"""What posts are to whoever looks: what they did to them, and what polls, quotes and filters add.

``EXTRAS`` is where features put their part in: each is handed every post of an answer at once, and looks nothing up
where none of them concerns it. What an extra adds is never kept, so it may depend on who looks and on the time.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from rossgram_fed.api.entities.statuses import UNSET, Seen, Status
from rossgram_fed.api.reading_bodies import Common
from rossgram_fed.config import Settings
from rossgram_fed.database import Reader

FLAGS = (("likes", "liked"), ("boosts", "boosted"), ("bookmarks", "bookmarked"))
BOOST_COLUMNS = "b.uri AS boost_uri, b.created_at AS boosted_at"
"""What ``reading.boost_body`` reads, of the table ``boosts b``."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A post, and what is to be said to the viewer about it."""

    post: Common
    seen: Seen


@dataclass(frozen=True, slots=True)
class Showing:
    """The posts of one answer, on their way to one viewer."""

    reader: Reader
    settings: Settings
    viewer_id: int | None
    sights: Sequence[Sight]
    nested: bool
    """Whether these are posts inside others, which show no further ones inside."""
    read: Callable[[Sequence[int]], Awaitable[dict[int, Status]]]
    """Reads posts that are shown inside these, as far as the viewer may see them."""


Extra = Callable[[Showing], Awaitable[None]]
"""Fills in its fields of ``Sight.seen``."""


class Facts(NamedTuple):
    """What is read about a post for one viewer, in the order of ``facts``."""

    account_id: int
    post_state: int
    author_state: int
    liked: bool
    boosted: bool
    bookmarked: bool
    pinned: bool
    muted: bool


@cache
def facts(viewer: str | None) -> str:
    """Return the columns of ``Facts``; ``viewer`` is the placeholder of the viewer's id, if there is one.

    The query names the table ``posts p``. By the two states ``reading_kept`` knows whether what it keeps is still true.
    """
    common = f"p.account_id, p.revision AS post_state, {state_of('p.account_id')} AS author_state"
    if viewer is None:
        return f"{common}, 0 AS liked, 0 AS boosted, 0 AS bookmarked, 0 AS pinned, 0 AS muted"
    did = "EXISTS (SELECT 1 FROM {} x WHERE x.account_id = {} AND x.post_id = p.id)"
    wanted = [f"{did.format(table, viewer)} AS {flag}" for table, flag in FLAGS]
    # Only one's own posts can be pinned, and few have muted a thread: for most posts there is nothing to look up.
    pinned = f"(p.account_id = {viewer} AND {did.format('pins', viewer)}) AS pinned"
    muted = (
        f"(EXISTS (SELECT 1 FROM thread_mutes tm WHERE tm.account_id = {viewer}) AND "
        f"EXISTS (SELECT 1 FROM thread_mutes m WHERE m.account_id = {viewer} AND m.thread_id = p.thread_id)) AS muted"
    )
    return ", ".join([common, *wanted, pinned, muted])


def state_of(account: str) -> str:
    """Return what stands for all that everybody sees of an account: its revision, and (odd) whether it has no media."""
    media = "CASE WHEN sa.media_refused = TRUE THEN 1 ELSE 0 END"
    return f"(SELECT sa.revision * 2 + {media} FROM accounts sa WHERE sa.id = {account})"


def seen_from(known: Facts, *, viewer_id: int | None) -> Seen:
    """Return what the viewer did to a post."""
    if viewer_id is None:
        return Seen.plain()
    return Seen.plain(
        favourited=bool(known.liked),
        reblogged=bool(known.boosted),
        bookmarked=bool(known.bookmarked),
        muted=bool(known.muted),
        filtered=[],
        pinned=bool(known.pinned) if known.account_id == viewer_id else UNSET,
    )
