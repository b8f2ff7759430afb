"""Polls as they are shown: what can be chosen, how it stands, and what the viewer chose.

Whether a viewer may see the post that asks, whoever calls has asked already; ``poll_by_id`` asks itself.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.visibility import visible


@dataclass(frozen=True, slots=True)
class OptionView:
    """An answer to choose."""

    title: str
    votes: int
    chosen: bool
    """Whether the viewer chose it."""


@dataclass(frozen=True, slots=True)
class PollView:
    """A poll as its viewer sees it."""

    id: int
    post_id: int
    author_id: int
    local: bool
    multiple: bool
    hides_totals: bool
    voters: int
    expires_at: int | None
    """Milliseconds since 1970 UTC; None for a poll without an end."""
    closed: bool
    options: tuple[OptionView, ...]

    @property
    def voted(self) -> bool:
        """Whether the viewer chose anything."""
        return any(option.chosen for option in self.options)

    @property
    def votes(self) -> int:
        """All votes."""
        return sum(option.votes for option in self.options)

    @property
    def tells(self) -> bool:
        """Whether the numbers may be shown."""
        return self.closed or not self.hides_totals

    def is_over(self, now: int) -> bool:
        """Whether nobody can vote any more."""
        return self.closed or (self.expires_at is not None and self.expires_at <= now)

    def share(self, option: OptionView) -> int:
        """Return how many of a hundred of those who voted chose this."""
        whole = self.voters if self.multiple and self.voters else self.votes
        return min(100, round(option.votes * 100 / whole)) if whole else 0


async def polls_of(reader: Reader, post_ids: Sequence[int], *, viewer_id: int | None) -> dict[int, PollView]:
    """Return the polls of posts, by the posts' ids, in three statements; none when there are no ids."""
    if not post_ids:
        return {}
    rows = await reader.fetch(
        f"{_POLLS} WHERE po.post_id IN ({placeholders(len(post_ids))})",
        *post_ids,
    )
    return {view.post_id: view for view in await _views(reader, rows, viewer_id=viewer_id)}


async def poll_by_id(reader: Reader, poll_id: int, *, viewer_id: int | None) -> PollView | None:
    """Return a poll of a post that the viewer may see."""
    viewer, known = (None, []) if viewer_id is None else ("$2", [viewer_id])
    rows = await reader.fetch(f"{_POLLS} WHERE po.id = $1 AND {visible(viewer)}", poll_id, *known)
    found = await _views(reader, rows, viewer_id=viewer_id)
    return found[0] if found else None


_POLLS = (
    "SELECT po.id, po.post_id, po.multiple, po.hides_totals, po.voters_count, po.expires_at, po.closed_at, "
    "p.account_id, p.local FROM polls po JOIN posts p ON p.id = po.post_id"
)


async def _views(reader: Reader, rows: Sequence[Row], *, viewer_id: int | None) -> list[PollView]:
    ids = [row["id"] for row in rows]
    if not ids:
        return []
    options: defaultdict[int, list[Row]] = defaultdict(list)
    for option in await reader.fetch(
        "SELECT poll_id, position, title, votes_count FROM poll_options "
        f"WHERE poll_id IN ({placeholders(len(ids))}) ORDER BY poll_id, position",
        *ids,
    ):
        options[option["poll_id"]].append(option)
    chosen = await _chosen(reader, ids, viewer_id=viewer_id)
    return [_view(row, options[row["id"]], chosen) for row in rows]


async def _chosen(reader: Reader, ids: Sequence[int], *, viewer_id: int | None) -> set[tuple[int, int]]:
    if viewer_id is None:
        return set()
    rows = await reader.fetch(
        f"SELECT poll_id, position FROM poll_votes WHERE account_id = $1 AND poll_id IN ({placeholders(len(ids), 2)})",
        viewer_id,
        *ids,
    )
    return {(row["poll_id"], row["position"]) for row in rows}


def _view(row: Row, options: Sequence[Row], chosen: set[tuple[int, int]]) -> PollView:
    return PollView(
        id=row["id"],
        post_id=row["post_id"],
        author_id=row["account_id"],
        local=bool(row["local"]),
        multiple=bool(row["multiple"]),
        hides_totals=bool(row["hides_totals"]),
        voters=row["voters_count"],
        expires_at=row["expires_at"],
        closed=row["closed_at"] is not None,
        options=tuple(
            OptionView(one["title"], one["votes_count"], (row["id"], one["position"]) in chosen) for one in options
        ),
    )
