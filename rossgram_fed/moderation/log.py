"""The staff's log: who did what to whom, when and why.

A line is written in the change that does the deed, by ``write`` and by nothing else; no code changes or removes one. It
holds names as they were, so that it can still be read when the accounts are gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rossgram_fed.database import Reader
from rossgram_fed.ids import LARGEST_ID
from rossgram_fed.instance import Change
from rossgram_fed.moderation.staff import Staff, Target


class Deed(StrEnum):
    """What can be done."""

    LIMIT = "limit"
    UNLIMIT = "unlimit"
    SUSPEND = "suspend"
    UNSUSPEND = "unsuspend"
    DELETE_POST = "delete_post"
    RESOLVE = "resolve"
    WARN = "warn"
    SET_RULE = "set_rule"
    LIFT_RULE = "lift_rule"


WORDS = {
    Deed.LIMIT: "limited",
    Deed.UNLIMIT: "lifted the limit on",
    Deed.SUSPEND: "suspended",
    Deed.UNSUSPEND: "lifted the suspension of",
    Deed.DELETE_POST: "deleted a post by",
    Deed.RESOLVE: "closed a report about",
    Deed.WARN: "warned",
    Deed.SET_RULE: "set the rule for",
    Deed.LIFT_RULE: "lifted the rule for",
}
"""Deeds as the log's page writes them, between who did it and whom it was done to."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line."""

    id: int
    actor: str
    deed: str
    """In words."""
    target_id: int | None
    target: str
    subject: str
    """The address of the post that it was about; may be empty."""
    report_id: int | None
    reason: str
    created_at: int


async def write(
    change: Change, staff: Staff, *, deed: Deed, target: Target, reason: str, subject: str = "", report_id: int | None
) -> None:
    """Add a line about an account."""
    await _add(change, staff, deed, target.id, target.handle, reason=reason, subject=subject, report_id=report_id)


async def write_of_host(change: Change, staff: Staff, *, deed: Deed, host: str, reason: str) -> None:
    """Add a line about a whole server."""
    await _add(change, staff, deed, None, host, reason=reason)


async def _add(
    change: Change,
    staff: Staff,
    deed: Deed,
    target_id: int | None,
    target_name: str,
    *,
    reason: str,
    subject: str = "",
    report_id: int | None = None,
) -> None:
    await change.tx.execute(
        "INSERT INTO staff_actions (id, actor_id, actor_name, kind, target_id, target_name, subject, report_id, "
        "reason, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        change.new_id(),
        staff.account_id,
        staff.name,
        deed.value,
        target_id,
        target_name,
        subject,
        report_id,
        reason,
        change.now,
    )


async def entries(
    reader: Reader, *, before: int | None = None, target_id: int | None = None, limit: int
) -> tuple[Entry, ...]:
    """Return lines from below the id ``before``, the newest first; all of them, or those about one account."""
    about = "" if target_id is None else "AND target_id = $2 "
    rows = await reader.fetch(
        f"SELECT * FROM staff_actions WHERE id < $1 {about}ORDER BY id DESC LIMIT {int(limit)}",  # noqa: S608 - constants
        LARGEST_ID if before is None else before,
        *([] if target_id is None else [target_id]),
    )
    return tuple(
        Entry(
            id=row["id"],
            actor=row["actor_name"],
            deed=WORDS[Deed(row["kind"])],
            target_id=row["target_id"],
            target=row["target_name"],
            subject=row["subject"],
            report_id=row["report_id"],
            reason=row["reason"],
            created_at=row["created_at"],
        )
        for row in rows
    )
