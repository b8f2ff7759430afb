"""Blocks and mutes.

A block ends follows in both directions and hides each from the other; the other server is told, so that it can hold
its side. A mute is nobody else's business and stays here. One with an end is a row that a job takes away, so that every
query may believe the rows.
"""

from __future__ import annotations

from rossgram_fed.federation import errands, outbox
from rossgram_fed.federation.addresses import activity_uri
from rossgram_fed.follows import documents
from rossgram_fed.follows.actions import decline, end_follow, unfollow
from rossgram_fed.follows.parties import parties
from rossgram_fed.instance import Change, Instance
from rossgram_fed.notifications.actions import forget
from rossgram_fed.web.errors import Invalid


async def block(change: Change, *, account_id: int, target_id: int) -> None:
    """Block an account; blocking twice changes nothing. Raises ``Invalid`` for oneself."""
    if account_id == target_id:
        raise Invalid("You cannot block yourself.")
    account, target = await parties(change, account_id, target_id)
    block_id = change.new_id()
    uri = activity_uri(account.uri, f"blocks/{block_id}")
    if not await _insert_block(change, block_id, account_id, target_id, uri=uri):
        return
    await unfollow(change, account_id=account_id, target_id=target_id)
    await decline(change, account_id=account_id, follower_id=target_id)
    await _forget_each_other(change, account_id, target_id)
    await errands.revoke_quotes(change, author_id=account_id, account_id=target_id)
    if not target.local:
        document = documents.block_document(uri=uri, account=account.uri, target=target.uri)
        await outbox.send_to(change, sender_id=account_id, receiver_id=target_id, document=document)


async def unblock(change: Change, *, account_id: int, target_id: int) -> None:
    """Lift a block; the follows it ended stay ended."""
    account, target = await parties(change, account_id, target_id)
    uri = await receive_unblock(change, account_id=account_id, target_id=target_id)
    if uri and not target.local:
        document = documents.undo_block_document(uri=uri, account=account.uri, target=target.uri)
        await outbox.send_to(change, sender_id=account_id, receiver_id=target_id, document=document)


async def receive_block(change: Change, *, account_id: int, target_id: int, uri: str) -> None:
    """Take a Block of one of ours by a stranger; our side follows suit and nobody is told."""
    await _insert_block(change, change.new_id(), account_id, target_id, uri=uri)
    await end_follow(change, follower_id=account_id, followed_id=target_id)
    await end_follow(change, follower_id=target_id, followed_id=account_id)
    await _forget_each_other(change, account_id, target_id)


async def receive_unblock(change: Change, *, account_id: int, target_id: int) -> str:
    """Remove a block; return the id of its Block, empty when there was none."""
    rows = await change.tx.fetch(
        "DELETE FROM blocks WHERE account_id = $1 AND target_id = $2 RETURNING uri", account_id, target_id
    )
    return str(rows[0]["uri"]) if rows else ""


async def mute(
    change: Change, *, account_id: int, target_id: int, hides_news: bool = True, until: int | None = None
) -> None:
    """Keep an account out of one's home; muting again changes how. Raises ``Invalid`` for oneself.

    ``hides_news``: out of one's news as well. ``until``: the instant (milliseconds) at which it ends by itself.
    """
    if account_id == target_id:
        raise Invalid("You cannot mute yourself.")
    await parties(change, account_id, target_id)
    await change.tx.execute(
        "INSERT INTO mutes (id, account_id, target_id, hides_news, expires_at, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, target_id) "
        "DO UPDATE SET hides_news = excluded.hides_news, expires_at = excluded.expires_at",
        change.new_id(),
        account_id,
        target_id,
        hides_news,
        until,
        change.now,
    )
    if until is not None:
        await errands.end_mute(change, account_id=account_id, target_id=target_id, at=until)


async def end_mute(instance: Instance, payload: dict[str, object]) -> None:
    """Do the job ``end_mute``: lift a mute whose time is over, unless it was prolonged or made anew since."""
    async with instance.change() as change:
        await change.tx.execute(
            "DELETE FROM mutes WHERE account_id = $1 AND target_id = $2 AND expires_at <= $3",
            int(str(payload["account_id"])),
            int(str(payload["target_id"])),
            change.now,
        )


async def unmute(change: Change, *, account_id: int, target_id: int) -> None:
    """Lift a mute."""
    await change.tx.execute("DELETE FROM mutes WHERE account_id = $1 AND target_id = $2", account_id, target_id)


async def _insert_block(change: Change, block_id: int, account_id: int, target_id: int, *, uri: str) -> bool:
    rows = await change.tx.fetch(
        "INSERT INTO blocks (id, account_id, target_id, uri, created_at) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (account_id, target_id) DO NOTHING RETURNING id",
        block_id,
        account_id,
        target_id,
        uri,
        change.now,
    )
    return bool(rows)


async def _forget_each_other(change: Change, one: int, other: int) -> None:
    await forget(change, account_id=one, actor_id=other)
    await forget(change, account_id=other, actor_id=one)
