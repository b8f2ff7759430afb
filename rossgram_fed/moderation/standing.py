"""Limit and suspend accounts, here and elsewhere, and take it back.

*Limited*: shown to their followers and to whoever goes looking, nowhere else; nobody else is told. *Suspended*: neither
shown nor heard. Somebody suspended here is signed out, cannot sign in, and sends nothing more; the servers of their
followers get an ``Update`` that says ``suspended`` (toot, as Mastodon does), never a ``Delete``, since it may be
taken back. Somebody suspended elsewhere loses their followed here; their server is told by ``Reject`` and no more.
"""

from __future__ import annotations

from rossgram_fed.accounts.actions import tell_followers
from rossgram_fed.instance import Change
from rossgram_fed.moderation import log
from rossgram_fed.moderation.log import Deed
from rossgram_fed.moderation.severing import (
    drop_what_they_send,
    drop_what_they_would_get,
    end_their_follows,
    tell_suspended,
)
from rossgram_fed.moderation.staff import Staff, Target, reason_from, target_for
from rossgram_fed.oauth.callers import revoke_all
from rossgram_fed.web import sessions
from rossgram_fed.web.errors import Invalid


async def limit(change: Change, staff: Staff, *, account_id: int, reason: str, report_id: int | None = None) -> None:
    """Limit an account. Raises ``Invalid`` for one that is limited already, and as ``target_for`` does."""
    reason, target = reason_from(reason), await target_for(change, staff, account_id=account_id)
    if target.limited:
        raise Invalid(f"{target.handle} is limited already.")
    await change.tx.execute("UPDATE accounts SET limited_at = $1 WHERE id = $2", change.now, target.id)
    await _done(change, staff, deed=Deed.LIMIT, target=target, reason=reason, report_id=report_id)


async def unlimit(change: Change, staff: Staff, *, account_id: int, reason: str, report_id: int | None = None) -> None:
    """Lift a limit."""
    reason, target = reason_from(reason), await target_for(change, staff, account_id=account_id)
    if not target.limited:
        raise Invalid(f"{target.handle} is not limited.")
    await change.tx.execute("UPDATE accounts SET limited_at = NULL WHERE id = $1", target.id)
    await _done(change, staff, deed=Deed.UNLIMIT, target=target, reason=reason, report_id=report_id)


async def suspend(change: Change, staff: Staff, *, account_id: int, reason: str, report_id: int | None = None) -> None:
    """Suspend an account. Raises ``Invalid`` for one that is suspended already, and as ``target_for`` does."""
    reason, target = reason_from(reason), await target_for(change, staff, account_id=account_id)
    if target.suspended:
        raise Invalid(f"{target.handle} is suspended already.")
    if target.user_id is not None:
        await sessions.end_all(change, user_id=target.user_id)
        await revoke_all(change, user_id=target.user_id)
        await drop_what_they_send(change, target)
    else:
        await drop_what_they_would_get(change, target)
        await end_their_follows(change, target)
    await change.tx.execute(
        "UPDATE accounts SET suspended_at = $1, suspended_there = FALSE WHERE id = $2", change.now, target.id
    )
    if target.local:
        await tell_suspended(change, target)
    await _done(change, staff, deed=Deed.SUSPEND, target=target, reason=reason, report_id=report_id)


async def unsuspend(
    change: Change, staff: Staff, *, account_id: int, reason: str, report_id: int | None = None
) -> None:
    """Lift a suspension; what it ended (sessions, waiting deliveries, follows from elsewhere) stays ended."""
    reason, target = reason_from(reason), await target_for(change, staff, account_id=account_id)
    if not target.suspended:
        raise Invalid(f"{target.handle} is not suspended.")
    await change.tx.execute("UPDATE accounts SET suspended_at = NULL WHERE id = $1", target.id)
    if target.local:
        await tell_followers(change, account_id=target.id)
    await _done(change, staff, deed=Deed.UNSUSPEND, target=target, reason=reason, report_id=report_id)


DEEDS = {Deed.LIMIT: limit, Deed.UNLIMIT: unlimit, Deed.SUSPEND: suspend, Deed.UNSUSPEND: unsuspend}
"""What can be done to a standing, by name."""


async def _done(
    change: Change, staff: Staff, *, deed: Deed, target: Target, reason: str, report_id: int | None
) -> None:
    """Write it down, and let everybody who remembers the account forget what they remember."""
    await log.write(change, staff, deed=deed, target=target, reason=reason, report_id=report_id)
    change.tx.signal("account", str(target.id))
