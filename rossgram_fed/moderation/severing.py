"""What a suspension ends between an account and other servers, and what those are told."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import orjson

from activitypub.activities import Update
from activitypub.objects import PUBLIC
from activitypub.render import activity_document, actor_document
from rossgram_fed.database.engine import placeholders
from rossgram_fed.federation import addresses, outbox
from rossgram_fed.federation.actor_documents import ACTOR_COLUMNS, actor_of
from rossgram_fed.follows.actions import remove_follower
from rossgram_fed.instance import Change
from rossgram_fed.models.federation import WorkState
from rossgram_fed.moderation.staff import Target
from rossgram_fed.visibility import heard

MOST_TOLD = 1000
"""Follows by one stranger that a suspension ends, so that nobody waits long for it; hardly anybody has more."""
_CHUNK = 500


async def drop_what_they_send(change: Change, target: Target) -> None:
    """Give up on what still waits to be sent for somebody here; deletions alone go out, since others wait for those."""
    rows = await change.tx.fetch(
        "SELECT o.id, o.body FROM outbox_activities o WHERE o.account_id = $1 "
        "AND EXISTS (SELECT 1 FROM deliveries d WHERE d.activity_id = o.id AND d.state = $2)",
        target.id,
        int(WorkState.WAITING),
    )
    dropped = [row["id"] for row in rows if orjson.loads(row["body"]).get("type") != "Delete"]
    await _give_up(change, "activity_id", dropped, error="The sender was suspended here.")


async def drop_what_they_would_get(change: Change, target: Target) -> None:
    """Give up on what waits for a stranger's own inbox, unless somebody else has the same."""
    rows = await change.tx.fetch(
        "SELECT d.id FROM deliveries d WHERE d.inbox = $1 AND d.state = $2", target.inbox, int(WorkState.WAITING)
    )
    if not rows:
        return
    shared = await change.tx.fetch_one(
        "SELECT 1 AS one FROM accounts WHERE inbox = $1 AND id <> $2 AND suspended_at IS NULL", target.inbox, target.id
    )
    if shared is None:
        await _give_up(change, "id", [row["id"] for row in rows], error="The receiver was suspended here.")


async def end_their_follows(change: Change, target: Target) -> None:
    """Remove a stranger from the followers of everybody here, so that their server passes nothing on to them.

    Where their whole server is suspended there is nobody to tell, and nothing goes there anyway.
    """
    rows = await change.tx.fetch(
        "SELECT f.followed_id FROM follows f JOIN accounts a ON a.id = f.followed_id "
        "JOIN accounts s ON s.id = f.follower_id WHERE f.follower_id = $1 AND a.domain = '' "
        f"AND {heard('a')} AND {heard('s')} AND a.deleted_at IS NULL ORDER BY f.id DESC LIMIT {MOST_TOLD}",
        target.id,
    )
    for row in rows:
        await remove_follower(change, account_id=row["followed_id"], follower_id=target.id)


async def tell_suspended(change: Change, target: Target) -> None:
    """Send the servers of somebody's followers an ``Update`` that says ``suspended`` and nothing else about them."""
    row = await change.tx.fetch_one(f"SELECT {ACTOR_COLUMNS} FROM accounts WHERE id = $1", target.id)
    if row is None:
        return
    actor = actor_of(change.settings, row)
    bare = replace(actor, name="", summary="", icon="", image="", fields=(), discoverable=False)
    update = Update(
        id=addresses.activity_uri(target.uri, f"updates/{change.now}"),
        actor=target.uri,
        to=(PUBLIC,),
        cc=(row["followers_uri"],),
        published=datetime.fromtimestamp(change.now // 1000, UTC),
        object=bare,
    )
    document = activity_document(update, actor_document(bare, extras={"suspended": True}))
    await outbox.send(change, sender_id=target.id, document=document, audience=outbox.Audience(followers=True))


async def _give_up(change: Change, column: str, ids: Sequence[int], *, error: str) -> None:
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        await change.tx.execute(
            f"UPDATE deliveries SET state = {int(WorkState.FAILED)}, finished_at = $1, leased_until = 0, "
            f"last_error = $2 WHERE state = {int(WorkState.WAITING)} AND {column} IN ({placeholders(len(chunk), 3)})",
            change.now,
            error,
            *chunk,
        )
