"""Where an app wants to be woken up, and about what: one subscription for each token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from rossgram_fed.database import Reader, Row
from rossgram_fed.instance import Change

POLICIES = ("all", "followed", "follower", "none")
"""Whose acts count."""
MOST_FAILURES = 20
"""Messages in a row that came to nothing, after which a subscription is given up."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where, about what, and of whom."""

    id: int
    endpoint: str
    standard: bool
    alerts: Mapping[str, bool]
    """By Mastodon's names of kinds of news."""
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscription:
    """What an app asks for, checked."""

    token_id: int
    user_id: int
    endpoint: str
    p256dh: str
    auth: str
    standard: bool
    alerts: Mapping[str, bool]
    policy: str
    sealed_token: str


async def subscribe(change: Change, new: NewSubscription) -> None:
    """Wake the app of a token up there from now on, and nowhere else."""
    await unsubscribe(change, token_id=new.token_id)
    await change.tx.execute(
        "INSERT INTO push_subscriptions (id, token_id, user_id, endpoint, p256dh, auth, standard, alerts, policy, "
        "sealed_token, failures, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11)",
        change.new_id(),
        new.token_id,
        new.user_id,
        new.endpoint,
        new.p256dh,
        new.auth,
        new.standard,
        orjson.dumps(dict(new.alerts)).decode(),
        new.policy,
        new.sealed_token,
        change.now,
    )


async def change_alerts(change: Change, *, token_id: int, alerts: Mapping[str, bool], policy: str) -> bool:
    """Say anew what an app is woken up about; say whether it has a subscription."""
    rows = await change.tx.fetch(
        "UPDATE push_subscriptions SET alerts = $1, policy = $2 WHERE token_id = $3 RETURNING id",
        orjson.dumps(dict(alerts)).decode(),
        policy,
        token_id,
    )
    return bool(rows)


async def unsubscribe(change: Change, *, token_id: int) -> None:
    """Wake an app up no longer."""
    await change.tx.execute("DELETE FROM push_subscriptions WHERE token_id = $1", token_id)


async def remove(change: Change, *, subscription_id: int) -> None:
    """Forget a subscription that the push service knows no more."""
    await change.tx.execute("DELETE FROM push_subscriptions WHERE id = $1", subscription_id)


async def note_success(change: Change, *, subscription_id: int) -> None:
    """Begin to count failures anew."""
    await change.tx.execute(
        "UPDATE push_subscriptions SET failures = 0 WHERE id = $1 AND failures > 0", subscription_id
    )


async def note_failure(change: Change, *, subscription_id: int) -> None:
    """Count a message that came to nothing; too many in a row end the subscription."""
    rows = await change.tx.fetch(
        "UPDATE push_subscriptions SET failures = failures + 1 WHERE id = $1 RETURNING failures", subscription_id
    )
    if rows and rows[0]["failures"] >= MOST_FAILURES:
        await remove(change, subscription_id=subscription_id)


async def subscription_of(reader: Reader, token_id: int) -> Subscription | None:
    """Return the subscription of a token."""
    row = await reader.fetch_one(
        "SELECT id, endpoint, standard, alerts, policy FROM push_subscriptions WHERE token_id = $1", token_id
    )
    return None if row is None else _subscription(row)


def _subscription(row: Row) -> Subscription:
    return Subscription(
        id=row["id"],
        endpoint=row["endpoint"],
        standard=bool(row["standard"]),
        alerts=orjson.loads(row["alerts"]),
        policy=row["policy"],
    )
