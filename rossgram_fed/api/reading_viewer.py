"""What posts are to whoever looks: what they did to them, and what polls, quotes and filters add.

``EXTRAS`` is where features put their part in: each is handed every post of an answer at once, and looks nothing up
where none of them concerns it. What an extra adds is never kept, so it may depend on who looks and on the time.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from rossgram_fed.api.entities.statuses import Seen, Status
from rossgram_fed.api.reading_bodies import Common
from rossgram_fed.config import Settings
from rossgram_fed.database import Reader, Row

FLAGS = (("likes", "liked"), ("boosts", "boosted"), ("bookmarks", "bookmarked"), ("pins", "pinned"))
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


def flags(viewer: str | None) -> str:
    """Return the columns that ``seen_from`` reads; ``viewer`` is the placeholder of the viewer's id, if there is one.

    The query names the table ``posts p``. With them come ``post_state`` and ``author_state``, by which ``reading_kept``
    knows whether what it keeps of them is still true.
    """
    common = f"p.account_id, p.revision AS post_state, {state_of('p.account_id')} AS author_state"
    if viewer is None:
        return f"{common}, 0 AS liked, 0 AS boosted, 0 AS bookmarked, 0 AS pinned, 0 AS muted"
    wanted = [
        f"EXISTS (SELECT 1 FROM {table} x WHERE x.account_id = {viewer} AND x.post_id = p.id) AS {flag}"
        for table, flag in FLAGS
    ]
    muted = f"EXISTS (SELECT 1 FROM thread_mutes m WHERE m.account_id = {viewer} AND m.thread_id = p.thread_id)"
    return ", ".join([common, *wanted, f"{muted} AS muted"])


def state_of(account: str) -> str:
    """Return what stands for all that everybody sees of an account: its revision, and (odd) whether it has no media."""
    media = "CASE WHEN sa.media_refused = TRUE THEN 1 ELSE 0 END"
    return f"(SELECT sa.revision * 2 + {media} FROM accounts sa WHERE sa.id = {account})"


def seen_from(row: Row, *, viewer_id: int | None) -> Seen:
    """Read what the viewer did to a post out of a row with ``flags``."""
    if viewer_id is None:
        return Seen()
    seen = Seen(
        favourited=bool(row["liked"]),
        reblogged=bool(row["boosted"]),
        bookmarked=bool(row["bookmarked"]),
        muted=bool(row["muted"]),
        filtered=[],
    )
    if row["account_id"] == viewer_id:
        seen.pinned = bool(row["pinned"])
    return seen
