"""Whom a piece of news reaches at once: apps that listen, and those that push to somebody's devices (RFC 8030).

An app gets what it asked for alone: the kinds it named, of the people whose acts count. What is sent, and how, is
``rossgram_fed.push``; here the jobs are asked for, in the change that makes the news.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

import orjson

from rossgram_fed.federation import errands
from rossgram_fed.instance import Change
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.kinds import TYPES
from rossgram_fed.streaming.acts import Act, signal
from rossgram_fed.visibility import follows

_FIND = (
    "SELECT s.id, s.alerts FROM push_subscriptions s JOIN users u ON u.id = s.user_id WHERE u.account_id = $1 "
    f"AND (s.policy = 'all' OR (s.policy = 'followed' AND {follows('$1', '$2')}) "
    f"OR (s.policy = 'follower' AND {follows('$2', '$1')})) ORDER BY s.id"
)


async def announce(
    change: Change, *, account_id: int, kind: NotificationKind, actor_id: int, notification_id: int
) -> None:
    """Tell apps that listen, and those that are asleep."""
    signal(change, Act.NEWS, notification_id, account_id)
    await wake(change, account_id=account_id, kind=kind, actor_id=actor_id, notification_id=notification_id)


async def wake(change: Change, *, account_id: int, kind: NotificationKind, actor_id: int, notification_id: int) -> None:
    """Ask for a push to each app that wants to know of such news."""
    name = TYPES.get(kind)
    if name is None:
        return
    for row in await change.tx.fetch(_FIND, account_id, actor_id):
        if orjson.loads(row["alerts"]).get(name):
            await errands.push(change, subscription_id=row["id"], notification_id=notification_id)
