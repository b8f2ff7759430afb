"""What the moderators' pages read about reports.

A report about somebody of the staff is for the admins alone: moderators neither see it nor count it, so that nobody
reads who complained about them or about a colleague.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.ids import LARGEST_ID
from rossgram_fed.models.accounts import Role
from rossgram_fed.models.moderation import ReportCategory
from rossgram_fed.notifications.staff import sees_report
from rossgram_fed.posts.queries import photos_of
from rossgram_fed.posts.views import POST_COLUMNS, PostView, post_from

CATEGORY_WORDS = {
    ReportCategory.SPAM: "Spam",
    ReportCategory.VIOLATION: "Against the rules",
    ReportCategory.OTHER: "Something else",
}


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report as the staff sees it."""

    id: int
    target: AccountCard
    reporter: AccountCard | None
    host: str
    category: str
    """In words."""
    comment: str
    post_ids: tuple[int, ...]
    forwarded: bool
    created_at: int
    updated_at: int
    resolved_at: int | None
    resolver: AccountCard | None
    note: str

    @property
    def by(self) -> str:
        """Who reported, in words: a handle, a server, or somebody who has left."""
        if self.reporter is not None:
            return self.reporter.handle
        return self.host or "somebody who has left"


async def reports(
    reader: Reader, *, role: Role, resolved: bool = False, before: int | None = None, limit: int
) -> tuple[ReportView, ...]:
    """Return open reports, or closed ones, from below the id ``before``, the newest first."""
    found = await reader.fetch(
        f"SELECT r.* FROM reports r WHERE r.resolved_at IS {'NOT ' if resolved else ''}NULL AND r.id < $1 "
        f"AND {sees_report(int(role))} ORDER BY r.id DESC LIMIT {int(limit)}",
        LARGEST_ID if before is None else before,
    )
    return await _views(reader, found)


async def report_by_id(reader: Reader, report_id: int, *, role: Role) -> ReportView | None:
    """Return a report, if it is there for somebody of that role."""
    found = await reader.fetch(f"SELECT r.* FROM reports r WHERE r.id = $1 AND {sees_report(int(role))}", report_id)
    return next(iter(await _views(reader, found)), None)


async def reports_about(
    reader: Reader, account_id: int, *, role: Role, but: int = 0, limit: int
) -> tuple[ReportView, ...]:
    """Return what was reported about an account, the newest first, but for one report."""
    found = await reader.fetch(
        f"SELECT r.* FROM reports r WHERE r.target_id = $1 AND r.id <> $2 AND {sees_report(int(role))} "
        f"ORDER BY r.id DESC LIMIT {int(limit)}",
        account_id,
        but,
    )
    return await _views(reader, found)


async def open_count(reader: Reader, *, role: Role) -> int:
    """Return how many reports wait for somebody of that role."""
    found = await reader.fetch_value(
        f"SELECT COUNT(*) FROM reports r WHERE r.resolved_at IS NULL AND {sees_report(int(role))}"
    )
    return int(found)


async def evidence(reader: Reader, post_ids: Sequence[int]) -> tuple[PostView, ...]:
    """Return those of the posts that are still there, for whomever they were meant, in two statements."""
    if not post_ids:
        return ()
    rows = await reader.fetch(
        f"SELECT {POST_COLUMNS}, {CARD_COLUMNS}, 0 AS liked, 0 AS boosted, 0 AS bookmarked FROM posts p "
        f"JOIN accounts a ON a.id = p.account_id WHERE p.id IN ({placeholders(len(post_ids))}) ORDER BY p.id",
        *post_ids,
    )
    photos = await photos_of(reader, [row["id"] for row in rows])
    return tuple(post_from(row, photos=tuple(photos[row["id"]]), viewer_id=None) for row in rows)


async def _views(reader: Reader, rows: Iterable[Row]) -> tuple[ReportView, ...]:
    rows = list(rows)
    named = {row[column] for row in rows for column in ("target_id", "reporter_id", "resolved_by_id")} - {None}
    cards = await _cards(reader, sorted(named))
    return tuple(
        ReportView(
            id=row["id"],
            target=cards[row["target_id"]],
            reporter=cards.get(row["reporter_id"]),
            host=row["host"],
            category="" if row["host"] else CATEGORY_WORDS[ReportCategory(row["category"])],
            comment=row["comment"],
            post_ids=tuple(orjson.loads(row["post_ids"])),
            forwarded=bool(row["forwarded"]),
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            resolved_at=row["resolved_at"],
            resolver=cards.get(row["resolved_by_id"]),
            note=row["note"],
        )
        for row in rows
    )


async def _cards(reader: Reader, ids: Sequence[int]) -> dict[int, AccountCard]:
    if not ids:
        return {}
    rows = await reader.fetch(f"SELECT {CARD_COLUMNS} FROM accounts a WHERE a.id IN ({placeholders(len(ids))})", *ids)
    return {row["account_id"]: card_from(row) for row in rows}
