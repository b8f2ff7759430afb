"""Whose news somebody wants: what they decided about people they have little to do with, and whom they let through.

``VERDICT`` is the rule as SQL: 0 for news, 1 for what waits among the requests, 2 for what is dropped. Whoever decided
nothing has the news of limited accounts they do not follow wait, and everything else come through.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from rossgram_fed.database import Reader
from rossgram_fed.instance import Change
from rossgram_fed.models.accounts import Role, Standing
from rossgram_fed.models.news import Wanted
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import FollowState, NotificationKind
from rossgram_fed.visibility import follows

DAY = 24 * 3600 * 1000
NEW_ACCOUNT = 30 * DAY
"""Milliseconds for which an account counts as new."""
NEW_FOLLOWER = 3 * DAY
"""Milliseconds after which somebody who follows counts as a follower."""
_ALWAYS = ", ".join(
    str(int(kind))
    for kind in (
        NotificationKind.FOLLOW_ACCEPTED,
        NotificationKind.MOVED,
        NotificationKind.POLL_OVER,
        NotificationKind.EDITED,
    )
)
"""Kinds that come from what the person did themselves."""
_SPOKEN = f"{int(NotificationKind.COMMENT)}, {int(NotificationKind.MENTION)}"
_LIMITED = f"(b.limited_at IS NOT NULL OR b.host_standing = {int(Standing.LIMITED)})"


@dataclass(frozen=True, slots=True)
class Policy:
    """What happens to the news of each sort of people."""

    not_following: Wanted = Wanted.ACCEPT
    not_followers: Wanted = Wanted.ACCEPT
    new_accounts: Wanted = Wanted.ACCEPT
    private_mentions: Wanted = Wanted.ACCEPT
    limited_accounts: Wanted = Wanted.FILTER


NAMES = tuple(one.name for one in fields(Policy))
"""The sorts of people."""


def changed(policy: Policy, chosen: Mapping[str, Wanted]) -> Policy:
    """Return a policy with some of it decided anew."""
    return replace(policy, **chosen)


def _met(level: Wanted) -> str:
    """Return the condition that some rule of the policy (``np``) sends news of ``b`` for ``a`` at least that far."""
    at_least = f">= {int(level)}"
    return (
        f"(COALESCE(np.limited_accounts, {int(Wanted.FILTER)}) {at_least} AND {_LIMITED} "
        f"AND NOT {follows('a.id', 'b.id')}) "
        f"OR (COALESCE(np.not_following, 0) {at_least} AND NOT {follows('a.id', 'b.id')}) "
        f"OR (COALESCE(np.not_followers, 0) {at_least} AND NOT EXISTS (SELECT 1 FROM follows nf "
        f"WHERE nf.follower_id = b.id AND nf.followed_id = a.id AND nf.state = {int(FollowState.ACCEPTED)} "
        f"AND nf.created_at <= CAST($5 AS BIGINT) - {NEW_FOLLOWER})) "
        f"OR (COALESCE(np.new_accounts, 0) {at_least} AND b.created_at > CAST($5 AS BIGINT) - {NEW_ACCOUNT}) "
        f"OR (COALESCE(np.private_mentions, 0) {at_least} AND CAST($2 AS INTEGER) IN ({_SPOKEN}) "
        f"AND NOT {follows('a.id', 'b.id')} AND EXISTS (SELECT 1 FROM posts pm LEFT JOIN posts pp "
        f"ON pp.id = pm.in_reply_to_id WHERE pm.id = CAST($4 AS BIGINT) AND pm.visibility = {int(Visibility.DIRECT)} "
        "AND COALESCE(pp.account_id, 0) <> a.id))"
    )


VERDICT = (
    f"CASE WHEN CAST($2 AS INTEGER) IN ({_ALWAYS}) THEN 0 WHEN np.id IS NULL AND NOT {_LIMITED} THEN 0 "
    "WHEN EXISTS (SELECT 1 FROM notification_permissions ok WHERE ok.account_id = a.id AND ok.actor_id = b.id) THEN 0 "
    "WHEN EXISTS (SELECT 1 FROM users su WHERE su.account_id = b.id "
    f"AND su.role >= {int(Role.MODERATOR)}) THEN 0 "
    f"WHEN {_met(Wanted.DROP)} THEN 2 WHEN {_met(Wanted.FILTER)} THEN 1 ELSE 0 END"
)
"""Over ``accounts a`` (who is told), ``accounts b`` (who did it) and ``np`` (the policy of ``a``, if there is one);
``$2`` is the kind, ``$4`` the post and ``$5`` the instant. The staff's news always comes through."""


async def policy_of(reader: Reader, account_id: int) -> Policy:
    """Return what somebody decided, or what holds for those who decided nothing."""
    row = await reader.fetch_one(
        f"SELECT {', '.join(NAMES)} FROM notification_policies WHERE account_id = $1", account_id
    )
    return Policy() if row is None else Policy(**{name: Wanted(row[name]) for name in NAMES})


async def set_policy(change: Change, policy: Policy, *, account_id: int) -> None:
    """Decide; it holds for what comes from now on."""
    values = [int(getattr(policy, name)) for name in NAMES]
    places = ", ".join(f"${place}" for place in range(3, 3 + len(NAMES)))
    await change.tx.execute(
        f"INSERT INTO notification_policies (id, account_id, {', '.join(NAMES)}) VALUES ($1, $2, {places}) "
        f"ON CONFLICT (account_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in NAMES)}",
        change.new_id(),
        account_id,
        *values,
    )
