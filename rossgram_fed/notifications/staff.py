"""What the staff is told besides (that somebody joined, that an account was reported), and what it has to say itself.

That is work, so no mute, block or policy keeps it away; it is shown for as long as somebody is of the staff. A report
about one of the staff is for the admins alone. Nor does anything keep away a warning, which names nobody.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from rossgram_fed.instance import Change
from rossgram_fed.models.accounts import Role
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.waking import announce

_WORK = f"{int(NotificationKind.SIGNED_UP)}, {int(NotificationKind.REPORTED)}"
KINDS = f"{_WORK}, {int(NotificationKind.WARNED)}"


def sees_report(role: str | int, report: str = "r") -> str:
    """Return the condition that a report (a name of the table ``reports``) is for one of the staff of some role."""
    return (
        f"({role} >= {int(Role.ADMIN)} OR NOT EXISTS (SELECT 1 FROM users tu "
        f"WHERE tu.account_id = {report}.target_id AND tu.role >= {int(Role.MODERATOR)}))"
    )


TRUE = (
    f"(n.kind = {int(NotificationKind.WARNED)} OR (n.kind IN ({_WORK}) "
    "AND EXISTS (SELECT 1 FROM users su WHERE su.account_id = n.account_id "
    f"AND su.role >= {int(Role.MODERATOR)} AND (n.report_id IS NULL OR EXISTS (SELECT 1 FROM reports r "
    f"WHERE r.id = n.report_id AND {sees_report('su.role')})))))"
)
"""The condition that a piece of news ``n`` is of this sort and still for whoever was told."""
_STAFF = (
    f"SELECT a.id FROM users su JOIN accounts a ON a.id = su.account_id WHERE su.role >= {int(Role.MODERATOR)} "
    "AND su.disabled_at IS NULL AND a.suspended_at IS NULL AND a.deleted_at IS NULL AND a.id <> $1"
)
_TO_WHOM_IT_IS = f" AND EXISTS (SELECT 1 FROM reports r WHERE r.id = $2 AND {sees_report('su.role')})"


async def notify_of_sign_up(change: Change, *, account_id: int) -> None:
    """Tell the staff that somebody joined."""
    await _tell(change, NotificationKind.SIGNED_UP, actor_id=account_id)


async def notify_of_report(change: Change, *, report_id: int, reporter_id: int) -> None:
    """Tell those of the staff for whom a report is of it; the reporter is an account here, or elsewhere."""
    await _tell(change, NotificationKind.REPORTED, actor_id=reporter_id, report_id=report_id)


async def notify_of_warning(change: Change, *, account_id: int, warning_id: int) -> None:
    """Tell somebody that the staff warned them; who did is not said, so they are its actor themselves."""
    await _put(change, account_id, NotificationKind.WARNED, actor_id=account_id, warning_id=warning_id)


async def _tell(change: Change, kind: NotificationKind, *, actor_id: int, report_id: int | None = None) -> None:
    if report_id is None:
        staff = await change.tx.fetch(_STAFF, actor_id)
    else:
        staff = await change.tx.fetch(f"{_STAFF}{_TO_WHOM_IT_IS}", actor_id, report_id)
    for row in staff:
        await _put(change, row["id"], kind, actor_id=actor_id, report_id=report_id)


async def _put(
    change: Change,
    account_id: int,
    kind: NotificationKind,
    *,
    actor_id: int,
    report_id: int | None = None,
    warning_id: int | None = None,
) -> None:
    notification_id = change.new_id()
    await change.tx.execute(
        "INSERT INTO notifications (id, account_id, kind, actor_id, report_id, warning_id, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        notification_id,
        account_id,
        int(kind),
        actor_id,
        report_id,
        warning_id,
        change.now,
    )
    await announce(change, account_id=account_id, kind=kind, actor_id=actor_id, notification_id=notification_id)
