"""Reports and warnings as apps see them.

https://docs.joinmastodon.org/entities/Report/, https://docs.joinmastodon.org/entities/AccountWarning/
"""

from __future__ import annotations

import msgspec
import orjson

from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.words import instant
from rossgram_fed.database import Row
from rossgram_fed.models.moderation import ReportCategory

CATEGORIES: dict[str, ReportCategory] = {
    "spam": ReportCategory.SPAM,
    # What is illegal is against the rules here, as the form says.
    "legal": ReportCategory.VIOLATION,
    "violation": ReportCategory.VIOLATION,
    "other": ReportCategory.OTHER,
}
"""What a report is about in Mastodon's words; the last of several words is the one that is told."""
_NAMES = {category: name for name, category in CATEGORIES.items()}
REPORT_COLUMNS = "r.id, r.target_id, r.post_ids, r.comment, r.category, r.forwarded, r.created_at, r.resolved_at"


class Report(msgspec.Struct):
    """A report that was filed."""

    id: str
    action_taken: bool
    action_taken_at: str | None
    category: str
    comment: str
    forwarded: bool
    created_at: str
    status_ids: list[str] | None
    rule_ids: list[str] | None
    target_account: Account


class AccountWarning(msgspec.Struct, kw_only=True):
    """What the staff has to say to somebody; it has no other effect, and names no posts."""

    id: str
    action: str = "none"
    text: str
    status_ids: list[str] | None = None
    target_account: Account
    appeal: None = None
    created_at: str


def report_from(row: Row, target: Account) -> Report:
    """Return a report out of its row; there are no rules by number here."""
    resolved = row["resolved_at"]
    return Report(
        id=str(row["id"]),
        action_taken=resolved is not None,
        action_taken_at=None if resolved is None else instant(resolved),
        category=_NAMES[ReportCategory(row["category"])],
        comment=row["comment"],
        forwarded=bool(row["forwarded"]),
        created_at=instant(row["created_at"]),
        status_ids=[str(one) for one in orjson.loads(row["post_ids"])],
        rule_ids=[],
        target_account=target,
    )


def warning_from(row: Row, target: Account) -> AccountWarning:
    """Return a warning out of its row."""
    return AccountWarning(
        id=str(row["id"]), text=row["text"], target_account=target, created_at=instant(row["created_at"])
    )
