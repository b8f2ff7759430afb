"""Builders: plain functions with defaults that put one thing into the database and return it. Add yours at the end."""

from __future__ import annotations

from rossgram_fed.instance import Change
from rossgram_fed.models import Account, Job, Post, User
from rossgram_fed.models.accounts import Role
from rossgram_fed.models.posts import Visibility


async def a_person(
    change: Change, username: str = "alice", *, name: str = "", locked: bool = False, role: Role = Role.MEMBER
) -> Account:
    """A local account with a user who signs in to it (with no usable password)."""
    base = change.settings.base_url
    uri = f"{base}/users/{username}"
    account = await Account.create(
        id=change.new_id(),
        username=username,
        uri=uri,
        url=f"{base}/@{username}",
        name=name or username.title(),
        inbox=f"{uri}/inbox",
        shared_inbox=f"{base}/inbox",
        outbox=f"{uri}/outbox",
        followers_uri=f"{uri}/followers",
        following_uri=f"{uri}/following",
        featured_uri=f"{uri}/collections/featured",
        locked=locked,
        created_at=change.now,
        updated_at=change.now,
    )
    await User.create(id=change.new_id(), account_id=account.id, password_hash="!", role=role, created_at=change.now)
    return account


async def a_stranger(
    change: Change, username: str = "sam", *, domain: str = "there.test", locked: bool = False, public_keys: str = "[]"
) -> Account:
    """A remote account, as if its actor document had just been read."""
    uri = f"https://{domain}/users/{username}"
    return await Account.create(
        id=change.new_id(),
        username=username,
        domain=domain,
        uri=uri,
        url=f"https://{domain}/@{username}",
        name=username.title(),
        inbox=f"{uri}/inbox",
        shared_inbox=f"https://{domain}/inbox",
        outbox=f"{uri}/outbox",
        followers_uri=f"{uri}/followers",
        following_uri=f"{uri}/following",
        public_keys=public_keys,
        locked=locked,
        created_at=change.now,
        updated_at=change.now,
        fetched_at=change.now,
    )


async def a_post(
    change: Change,
    author: Account,
    *,
    caption: str = "Hello",
    visibility: Visibility = Visibility.PUBLIC,
    parent: Post | None = None,
    published_at: int | None = None,
) -> Post:
    """A post (or, with ``parent``, a comment) without photos, tags or mentions; no counter is touched."""
    local = not author.domain
    instant = change.now if published_at is None else published_at
    post_id = change.new_id() if published_at is None else change.ids.at(published_at)
    uri = f"{change.settings.base_url}/p/{post_id}" if local else f"{author.uri}/posts/{post_id}"
    return await Post.create(
        id=post_id,
        account_id=author.id,
        uri=uri,
        url=uri,
        local=local,
        visibility=visibility,
        caption=caption if local else "",
        content_html=f"<p>{caption}</p>",
        in_reply_to_id=parent.id if parent else None,
        in_reply_to_uri=parent.uri if parent else "",
        thread_id=parent.thread_id if parent else post_id,
        published_at=instant,
        created_at=change.now,
    )


async def a_job(change: Change, *, kind: str = "nothing", payload: str = "{}", run_at: int | None = None) -> int:
    """A waiting job, due now unless told otherwise; its id."""
    run_at = change.now if run_at is None else run_at
    job = await Job.create(id=change.new_id(), kind=kind, payload=payload, run_at=run_at, created_at=change.now)
    return int(job.id)
