"""Liking, boosting and keeping posts, and taking it back; doing either twice changes nothing.

Only what one may see can be reacted to, and only what is meant for everybody can be boosted.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from rossgram_fed.federation import outbox
from rossgram_fed.federation.addresses import boost_uri, like_uri
from rossgram_fed.federation.outbox import Audience
from rossgram_fed.instance import Change
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.actions import notify
from rossgram_fed.reactions import documents
from rossgram_fed.reactions.subjects import Subject, seen_subject, subject
from rossgram_fed.streaming.acts import Act, signal
from rossgram_fed.web.errors import Forbidden, MovedAway


async def like(change: Change, *, account_id: int, post_id: int) -> None:
    """Like a post; its author hears of it. Raises ``NotFound`` for what the account may not see."""
    post = await seen_subject(change, account_id=account_id, post_id=post_id)
    like_id = change.new_id()
    uri = like_uri(change.settings, like_id)
    if not await _insert(change, "likes", like_id, account_id, post, uri=uri):
        return
    await notify(
        change, account_id=post.author_id, kind=NotificationKind.LIKE, actor_id=account_id, post_id=post.post_id
    )
    document = documents.like_document(uri=uri, actor=post.actor_uri, post_uri=post.post_uri, author=post.author_uri)
    await outbox.send_to(change, sender_id=account_id, receiver_id=post.author_id, document=document)


async def unlike(change: Change, *, account_id: int, post_id: int) -> None:
    """Take a like back; possible also when the post can no longer be seen."""
    removed = await remove(change, "likes", account_id=account_id, post_id=post_id)
    post = await subject(change, account_id=account_id, post_id=post_id) if removed else None
    if post is None or removed is None:
        return
    uri = removed[0]
    document = documents.undo_like_document(
        uri=uri, actor=post.actor_uri, post_uri=post.post_uri, author=post.author_uri
    )
    await outbox.send_to(change, sender_id=account_id, receiver_id=post.author_id, document=document)


async def boost(change: Change, *, account_id: int, post_id: int) -> None:
    """Share a post with one's followers.

    Raises ``Forbidden`` when it is not meant for everybody, or when the followers were sent elsewhere.
    """
    post = await seen_subject(change, account_id=account_id, post_id=post_id)
    if post.actor_moved:
        raise MovedAway
    if not post.open_to_all:
        raise Forbidden("Only posts that are meant for everybody can be boosted.")
    boost_id = change.new_id()
    uri = boost_uri(change.settings, boost_id)
    if not await _insert(change, "boosts", boost_id, account_id, post, uri=uri):
        return
    await notify(
        change, account_id=post.author_id, kind=NotificationKind.BOOST, actor_id=account_id, post_id=post.post_id
    )
    document = documents.announce_document(
        uri=uri,
        actor=post.actor_uri,
        followers=post.actor_followers,
        post_uri=post.post_uri,
        author=post.author_uri,
        at=change.now,
    )
    await _tell_followers(change, account_id, post, document)


async def unboost(change: Change, *, account_id: int, post_id: int) -> None:
    """Take a boost back."""
    removed = await remove(change, "boosts", account_id=account_id, post_id=post_id)
    post = await subject(change, account_id=account_id, post_id=post_id) if removed else None
    if post is None or removed is None:
        return
    uri, at = removed
    document = documents.undo_announce_document(
        uri=uri,
        actor=post.actor_uri,
        followers=post.actor_followers,
        post_uri=post.post_uri,
        author=post.author_uri,
        at=at,
    )
    await _tell_followers(change, account_id, post, document)


async def bookmark(change: Change, *, account_id: int, post_id: int) -> None:
    """Keep a post for oneself; nobody learns of it."""
    post = await seen_subject(change, account_id=account_id, post_id=post_id)
    await change.tx.execute(
        "INSERT INTO bookmarks (id, account_id, post_id, created_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (account_id, post_id) DO NOTHING",
        change.new_id(),
        account_id,
        post.post_id,
        change.now,
    )


async def unbookmark(change: Change, *, account_id: int, post_id: int) -> None:
    """Keep a post no longer."""
    await change.tx.execute("DELETE FROM bookmarks WHERE account_id = $1 AND post_id = $2", account_id, post_id)


async def receive_like(change: Change, *, account_id: int, post: Subject, uri: str) -> None:
    """Take a stranger's like of a post they may see."""
    if await _insert(change, "likes", change.new_id(), account_id, post, uri=uri):
        await notify(
            change, account_id=post.author_id, kind=NotificationKind.LIKE, actor_id=account_id, post_id=post.post_id
        )


async def receive_boost(change: Change, *, account_id: int, post: Subject, uri: str) -> None:
    """Take a stranger's boost of a post; one that is not meant for everybody is not passed on."""
    if post.open_to_all and await _insert(change, "boosts", change.new_id(), account_id, post, uri=uri):
        await notify(
            change, account_id=post.author_id, kind=NotificationKind.BOOST, actor_id=account_id, post_id=post.post_id
        )


async def remove(change: Change, table: str, *, account_id: int, post_id: int) -> tuple[str, int] | None:
    """Delete a like or boost and count it off; return its activity's id and its instant, or None."""
    rows = await change.tx.fetch(
        f"DELETE FROM {table} WHERE account_id = $1 AND post_id = $2 RETURNING id, uri, created_at", account_id, post_id
    )
    if not rows:
        return None
    if table == "boosts":
        signal(change, Act.UNBOOST, rows[0]["id"], account_id)
    await change.tx.execute(
        f"UPDATE posts SET {table}_count = CASE WHEN {table}_count > 0 THEN {table}_count - 1 ELSE 0 END WHERE id = $1",
        post_id,
    )
    return str(rows[0]["uri"]), int(rows[0]["created_at"])


async def _insert(change: Change, table: str, row_id: int, account_id: int, post: Subject, *, uri: str) -> bool:
    rows = await change.tx.fetch(
        f"INSERT INTO {table} (id, account_id, post_id, uri, created_at) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (account_id, post_id) DO NOTHING RETURNING id",
        row_id,
        account_id,
        post.post_id,
        uri,
        change.now,
    )
    if rows:
        await change.tx.execute(f"UPDATE posts SET {table}_count = {table}_count + 1 WHERE id = $1", post.post_id)
        if table == "boosts":
            signal(change, Act.BOOST, row_id, post.post_id, account_id)
    return bool(rows)


async def _tell_followers(change: Change, account_id: int, post: Subject, document: documents.Document) -> None:
    audience = Audience(followers=True, account_ids=frozenset({post.author_id}))
    await outbox.send(change, sender_id=account_id, document=document, audience=audience)
