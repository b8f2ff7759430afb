"""The rows of reports: what is one report already is added to, everything else is a row of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from rossgram_fed.instance import Change
from rossgram_fed.models.moderation import ReportCategory
from rossgram_fed.notifications.staff import notify_of_report
from rossgram_fed.reports.drafts import LONGEST_TOGETHER

MOST_POSTS = 100
"""Posts that one report names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """What one report says, from whomever."""

    reporter_id: int | None
    """None for a server that reports in its own name."""
    sender_id: int
    """Whoever sent it: the reporter, or the account that stands for their server."""
    host: str = ""
    """Empty for people here."""
    target_id: int
    post_ids: tuple[int, ...]
    comment: str
    category: ReportCategory = ReportCategory.OTHER


@dataclass(frozen=True, slots=True)
class Filed:
    """The report that somebody's words are in now."""

    id: int
    forwarded: bool
    """Whether the target's server had a copy of it before."""


async def file(change: Change, report: NewReport, *, since: int = 0) -> Filed:
    """Add to the open report by the same reporter about the same account made after the instant ``since``, or make one.

    Its words follow those that were there, as far as there is room.
    """
    known = await change.tx.fetch_one(
        "SELECT id, post_ids, comment, category, forwarded FROM reports WHERE target_id = $1 AND host = $2 "
        "AND resolved_at IS NULL AND created_at > $3 "
        "AND (reporter_id = $4 OR (reporter_id IS NULL AND CAST($4 AS BIGINT) IS NULL)) ORDER BY id DESC LIMIT 1",
        report.target_id,
        report.host,
        since,
        report.reporter_id,
    )
    if known is None:
        return await _insert(change, report)
    await change.tx.execute(
        "UPDATE reports SET post_ids = $1, comment = $2, category = $3, updated_at = $4 WHERE id = $5",
        _listed((*orjson.loads(known["post_ids"]), *report.post_ids)),
        _together(known["comment"], report.comment),
        max(known["category"], int(report.category)),
        change.now,
        known["id"],
    )
    return Filed(known["id"], forwarded=bool(known["forwarded"]))


async def note_forwarded(change: Change, report_id: int) -> None:
    """Note that the target's server was sent a copy."""
    await change.tx.execute("UPDATE reports SET forwarded = TRUE WHERE id = $1", report_id)


async def open_from(change: Change, host: str) -> int:
    """Return how many reports from another server wait for an answer."""
    found = await change.tx.fetch_value("SELECT COUNT(*) FROM reports WHERE host = $1 AND resolved_at IS NULL", host)
    return int(found)


async def _insert(change: Change, report: NewReport) -> Filed:
    report_id = change.new_id()
    await change.tx.execute(
        "INSERT INTO reports (id, reporter_id, host, target_id, post_ids, comment, category, forwarded, created_at, "
        "updated_at, note) VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE, $8, $8, '')",
        report_id,
        report.reporter_id,
        report.host,
        report.target_id,
        _listed(report.post_ids),
        report.comment,
        int(report.category),
        change.now,
    )
    await notify_of_report(change, report_id=report_id, reporter_id=report.sender_id)
    return Filed(report_id, forwarded=False)


def _listed(post_ids: Iterable[int]) -> str:
    return orjson.dumps(list(dict.fromkeys(post_ids))[:MOST_POSTS]).decode()


def _together(before: str, added: str) -> str:
    """Return both texts, unless the second is in the first already, as in a report that is sent again."""
    if not added or added in before:
        return before
    return f"{before}\n\n{added}".strip()[:LONGEST_TOGETHER]
