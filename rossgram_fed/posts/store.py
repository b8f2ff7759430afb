"""The rows of a post, written and removed in one way for what is published here and what arrives.

Nothing here asks whether it may: ``actions`` does for people, ``inbound`` for other servers.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from rossgram_fed.database.engine import placeholders
from rossgram_fed.instance import Change
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import Approval, QuoteState, Visibility
from rossgram_fed.posts.policies import may_answer
from rossgram_fed.streaming.acts import signal_gone, signal_post
from rossgram_fed.streaming.farewells import named_here

MOST_TAGS = 30
MOST_ADOPTED = 500
LANGUAGE_CHARACTERS = 16
"""What the column ``Post.language`` keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPost:
    """The row of a post about to be stored."""

    id: int
    account_id: int
    uri: str
    url: str
    local: bool
    visibility: Visibility
    content_html: str
    published_at: int
    thread_id: int
    caption: str = ""
    warning: str = ""
    sensitive: bool = False
    language: str = ""
    photo_count: int = 0
    in_reply_to_id: int | None = None
    in_reply_to_uri: str = ""
    context_uri: str = ""
    replies_uri: str = ""
    comment_policy: Policy = Policy.EVERYONE
    approves_comments: bool = False
    archived_from: Visibility | None = None
    approval: Approval = Approval.NONE
    quote_policy: Policy = Policy.EVERYONE
    quoted_uri: str = ""
    quoted_id: int | None = None
    quote_state: QuoteState = QuoteState.NONE
    quote_authorization: str = ""
    likes_count: int = 0
    boosts_count: int = 0
    app_id: int | None = None


async def insert_post(change: Change, post: NewPost) -> bool:
    """Insert a post and count it; say whether that was possible: its URI, or by chance its id, may be here already."""
    rows = await change.tx.fetch(
        "INSERT INTO posts (id, account_id, uri, url, local, visibility, caption, content_html, warning, sensitive, "
        "language, photo_count, in_reply_to_id, in_reply_to_uri, thread_id, context_uri, likes_count, boosts_count, "
        "replies_count, published_at, created_at, replies_uri, comment_policy, quote_policy, quoted_uri, quoted_id, "
        "quote_state, quote_authorization, app_id, approves_comments, archived_from, approval) VALUES ($1, $2, $3, $4, "
        "$5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 0, $19, $20, $21, $22, $23, $24, $25, $26, "
        "$27, $28, $29, $30, $31) "
        "ON CONFLICT DO NOTHING RETURNING id",
        post.id,
        post.account_id,
        post.uri,
        post.url,
        post.local,
        int(post.visibility),
        post.caption,
        post.content_html,
        post.warning,
        post.sensitive,
        post.language,
        post.photo_count,
        post.in_reply_to_id,
        post.in_reply_to_uri,
        post.thread_id,
        post.context_uri,
        post.likes_count,
        post.boosts_count,
        post.published_at,
        change.now,
        post.replies_uri,
        int(post.comment_policy),
        int(post.quote_policy),
        post.quoted_uri,
        post.quoted_id,
        int(post.quote_state),
        post.quote_authorization,
        post.app_id,
        post.approves_comments,
        None if post.archived_from is None else int(post.archived_from),
        int(post.approval),
    )
    if not rows:
        return False
    signal_post(change, post.id, published_at=post.published_at)
    if post.in_reply_to_id is not None and post.visibility is not Visibility.ARCHIVED:
        await count_reply(change, post.in_reply_to_id, by=1)
    if _counts(post.visibility, post.in_reply_to_uri):
        await count_post(change, post.account_id, by=1, published_at=post.published_at)
    return True


async def add_tags(change: Change, post_id: int, names: Sequence[str]) -> None:
    """Give a post its folded tags, in three statements however many they are."""
    names = list(dict.fromkeys(names))[:MOST_TAGS]
    if not names:
        return
    values = ", ".join(f"(${number * 2 + 1}, ${number * 2 + 2})" for number in range(len(names)))
    fresh = [value for name in names for value in (change.new_id(), name)]
    await change.tx.execute(f"INSERT INTO tags (id, name) VALUES {values} ON CONFLICT (name) DO NOTHING", *fresh)
    tags = await change.tx.fetch(f"SELECT id FROM tags WHERE name IN ({placeholders(len(names))})", *names)
    values = ", ".join(f"(${number * 2 + 2}, ${number * 2 + 3}, $1)" for number in range(len(tags)))
    uses = [value for tag in tags for value in (change.new_id(), tag["id"])]
    await change.tx.execute(
        f"INSERT INTO post_tags (id, tag_id, post_id) VALUES {values} ON CONFLICT (tag_id, post_id) DO NOTHING",
        post_id,
        *uses,
    )


async def add_mentions(change: Change, post_id: int, account_ids: Collection[int]) -> None:
    """Address a post to accounts."""
    if not account_ids:
        return
    values = ", ".join(f"(${number * 2 + 2}, $1, ${number * 2 + 3})" for number in range(len(account_ids)))
    rows = [value for account_id in account_ids for value in (change.new_id(), account_id)]
    await change.tx.execute(
        f"INSERT INTO mentions (id, post_id, account_id) VALUES {values} ON CONFLICT (post_id, account_id) DO NOTHING",
        post_id,
        *rows,
    )


async def clear_tags(change: Change, post_id: int) -> None:
    """Take a post's tags away, before it gets others."""
    await change.tx.execute("DELETE FROM post_tags WHERE post_id = $1", post_id)


async def count_post(change: Change, account_id: int, *, by: int, published_at: int = 0) -> None:
    """Move the number of an account's posts that are open to all (comments are none) by +1 or -1.

    A stranger's number that their own server told is left alone, but for what they published since.
    """
    await change.tx.execute(
        "UPDATE accounts SET posts_count = CASE WHEN posts_count + $1 < 0 THEN 0 ELSE posts_count + $1 END "
        "WHERE id = $2 AND (counted_at = 0 OR counted_at < $3)",
        by,
        account_id,
        published_at,
    )


async def set_visibility(
    change: Change, post_id: int, visibility: Visibility, *, archived_from: Visibility | None = None
) -> None:
    """Give a post another audience, and count it on or off."""
    (row,) = await change.tx.fetch("SELECT account_id, visibility, in_reply_to_uri FROM posts WHERE id = $1", post_id)
    await change.tx.execute(
        "UPDATE posts SET visibility = $1, archived_from = $2 WHERE id = $3",
        int(visibility),
        None if archived_from is None else int(archived_from),
        post_id,
    )
    by = _counts(visibility, row["in_reply_to_uri"]) - _counts(row["visibility"], row["in_reply_to_uri"])
    if by:
        await count_post(change, row["account_id"], by=by)


async def count_reply(change: Change, post_id: int, *, by: int) -> None:
    """Move the number of a post's comments by +1 or -1."""
    await change.tx.execute(
        "UPDATE posts SET replies_count = CASE WHEN replies_count + $1 < 0 THEN 0 ELSE replies_count + $1 END "
        "WHERE id = $2",
        by,
        post_id,
    )


async def adopt(change: Change, *, post_id: int, uri: str, thread_id: int) -> None:
    """Link the comments that waited for this post, and move what hangs below them into its thread.

    A comment that would become its own ancestor, which no honest server makes, stays where it is, and so does one by
    somebody who may not comment there.
    """
    rows = await change.tx.fetch(
        "SELECT id, thread_id FROM posts WHERE in_reply_to_uri = $1 AND in_reply_to_id IS NULL AND id <> $2 "
        "AND id <> $3 AND thread_id <> $3 "
        f"AND {may_answer('posts.account_id', thread='$3', answered='$2', ours=True)} ORDER BY id LIMIT {MOST_ADOPTED}",
        uri,
        post_id,
        thread_id,
    )
    if not rows:
        return
    ids = [row["id"] for row in rows]
    await change.tx.execute(
        f"UPDATE posts SET in_reply_to_id = $1 WHERE id IN ({placeholders(len(ids), 2)})", post_id, *ids
    )
    await count_reply(change, post_id, by=len(ids))
    roots = sorted({row["thread_id"] for row in rows})
    await change.tx.execute(
        f"UPDATE posts SET thread_id = $1 WHERE thread_id IN ({placeholders(len(roots), 2)})", thread_id, *roots
    )


async def bury(change: Change, uri: str, actor_uri: str, *, owned: bool) -> None:
    """Remember that a URI was deleted, so that nothing late brings it back.

    ``owned``: the deleted thing was here and theirs. Otherwise an earlier word about the URI stands.
    """
    kept = "DO UPDATE SET actor_uri = excluded.actor_uri" if owned else "DO NOTHING"
    await change.tx.execute(
        f"INSERT INTO tombstones (id, uri, actor_uri, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (uri) {kept}",
        change.new_id(),
        uri,
        actor_uri,
        change.now,
    )


async def remove_post(change: Change, post_id: int, *, forgotten: bool = False) -> None:
    """Delete a post with its photos, tags, mentions, likes, boosts and news, and count it off.

    Comments below it stay in the thread without their parent. What is only ``forgotten`` here is still there for
    others, and no app is told.
    """
    named = await named_here(change, post_id) if not forgotten else []
    rows = await change.tx.fetch(
        "DELETE FROM posts WHERE id = $1 RETURNING account_id, in_reply_to_id, in_reply_to_uri, visibility", post_id
    )
    change.tx.signal("media")
    for row in rows:
        if not forgotten:
            author_id, visibility = row["account_id"], row["visibility"]
            signal_gone(change, post_id, author_id=author_id, visibility=visibility, named=named)
        if row["in_reply_to_id"] is not None and row["visibility"] != Visibility.ARCHIVED:
            await count_reply(change, row["in_reply_to_id"], by=-1)
        if _counts(row["visibility"], row["in_reply_to_uri"]):
            await count_post(change, row["account_id"], by=-1)


async def remove_photos(change: Change, photo_ids: Iterable[int]) -> None:
    """Delete photos; their files go when nothing names them."""
    ids = list(photo_ids)
    if ids:
        change.tx.signal("media")
        await change.tx.execute(f"DELETE FROM photos WHERE id IN ({placeholders(len(ids))})", *ids)


def _counts(visibility: int, in_reply_to_uri: str) -> bool:
    """Say whether a post is one of those that an account is said to have: open to all, and no comment."""
    return visibility <= Visibility.UNLISTED and not in_reply_to_uri
