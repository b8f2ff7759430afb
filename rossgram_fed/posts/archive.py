"""Archived posts: hidden from everybody but their authors, likes and comments kept, and brought back as they were.

Other servers are told to delete what they have, and may keep it all the same; the page that asks says so. What comes
back is a new post to them, since they would refuse the address that was deleted.
"""

from __future__ import annotations

from rossgram_fed.instance import Change
from rossgram_fed.models.posts import Approval, Visibility
from rossgram_fed.posts import store
from rossgram_fed.posts.telling import own_post, publish_again, take_in
from rossgram_fed.web.errors import Invalid


async def archive(change: Change, *, author_id: int, post_id: int) -> None:
    """Hide one's own post. Raises ``NotFound`` for what is not theirs and ``Invalid`` for a comment."""
    post = await own_post(change, author_id, post_id)
    if post.in_reply_to_uri:
        raise Invalid("A comment is part of somebody's talk and cannot be archived; you can delete it.")
    if post.visibility is Visibility.ARCHIVED:
        return
    await take_in(change, post)
    await store.set_visibility(change, post_id, Visibility.ARCHIVED, archived_from=post.visibility)


async def bring_back(change: Change, *, author_id: int, post_id: int) -> None:
    """Show an archived post again to those who saw it before; a comment that waits for approval was never shown.

    Raises ``NotFound`` for what is not theirs.
    """
    post = await own_post(change, author_id, post_id)
    if post.visibility is not Visibility.ARCHIVED or post.approval is not Approval.NONE:
        return
    before = await change.tx.fetch_value("SELECT archived_from FROM posts WHERE id = $1", post_id)
    await store.set_visibility(change, post_id, Visibility.DIRECT if before is None else Visibility(before))
    await publish_again(change, post_id)
