"""Who acts, on whom, and whether they may: the one place that compares ranks.

Whoever acts must stand above whom they act on, so moderators act on members and strangers, and admins on moderators
too. Nobody acts on an equal or on themselves; whoever keeps the machine acts on everybody, from the command line.
Nobody elsewhere has a rank here, whatever they send.
"""

from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.database import Row
from rossgram_fed.instance import Change
from rossgram_fed.models.accounts import Role
from rossgram_fed.web.errors import Forbidden, Invalid, NotFound
from rossgram_fed.web.forms import clean_text

LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who acts for the server."""

    account_id: int | None
    name: str
    """As the log keeps it."""
    role: Role


COMMAND_LINE = Staff(account_id=None, name="the command line", role=Role.ADMIN)
"""Whoever can run commands on the machine."""


@dataclass(frozen=True, slots=True)
class Target:
    """An account that is acted on, as it was when it was read."""

    id: int
    uri: str
    handle: str
    local: bool
    inbox: str
    user_id: int | None
    limited: bool
    suspended: bool
    """By the staff of this server."""


async def target_for(change: Change, staff: Staff, *, account_id: int, gone: bool = False) -> Target:
    """Return an account to act on; with ``gone``, also one that was deleted.

    Raises ``NotFound`` when it is not there (any more) or is the server's own, and ``Forbidden`` when ``staff`` does
    not stand above it.
    """
    row = await change.tx.fetch_one(
        "SELECT a.uri, a.username, a.domain, a.inbox, a.limited_at, a.suspended_at, a.suspended_there, a.deleted_at, "
        "u.id AS user_id, u.role FROM accounts a LEFT JOIN users u ON u.account_id = a.id WHERE a.id = $1",
        account_id,
    )
    if row is None or not (_is_there(row) or (gone and row["deleted_at"] is not None)):
        raise NotFound("There is no such account (any more).")
    if not _may_act(staff, account_id, role=Role.MEMBER if row["role"] is None else Role(row["role"])):
        raise Forbidden("You may act only on people whose role is below yours.")
    return Target(
        id=account_id,
        uri=row["uri"],
        handle=f"@{row['username']}@{row['domain']}" if row["domain"] else f"@{row['username']}",
        local=not row["domain"],
        inbox=row["inbox"],
        user_id=row["user_id"],
        limited=row["limited_at"] is not None,
        suspended=row["suspended_at"] is not None and not row["suspended_there"],
    )


def reason_from(text: str) -> str:
    """Return why something is done, cleaned; raise ``Invalid`` when nobody says why, or at too great a length."""
    reason = clean_text(text, lines=True)
    if not reason:
        raise Invalid("Say why. The reason is kept in the log, for those who run this server.")
    if len(reason) > LONGEST_REASON:
        raise Invalid(f"The reason is {len(reason)} characters long; {LONGEST_REASON} is the most.")
    return reason


def outranks(role: Role, other: Role) -> bool:
    """Say whether somebody of one role may act on somebody of another."""
    return role >= Role.MODERATOR and role > other


def _is_there(row: Row) -> bool:
    """Say whether somebody is behind an account, here or elsewhere; nobody is behind the server's own."""
    return row["deleted_at"] is None and (row["domain"] != "" or row["user_id"] is not None)


def _may_act(staff: Staff, account_id: int, *, role: Role) -> bool:
    if staff.account_id is None:
        return True
    return staff.account_id != account_id and outranks(staff.role, role)
