"""Comments on the posts of strangers who want to be asked first (GoToSocial): seen by their authors alone until then.

The rule: while it waits, a comment has the visibility of an archived post, so that whatever hides those hides it. It
has its address from the beginning, which its author's server may have been told, and comes out under that.
"""

from __future__ import annotations

from dataclasses import replace

from rossgram_fed.database import Reader
from rossgram_fed.federation import errands
from rossgram_fed.instance import Change
from rossgram_fed.models.posts import Approval, Visibility
from rossgram_fed.posts import documents, store
from rossgram_fed.posts.store import NewPost
from rossgram_fed.posts.telling import tell
from rossgram_fed.posts.wording import notify_addressed
from rossgram_fed.streaming.acts import Act, signal


def held(post: NewPost) -> NewPost:
    """Return a comment as one that waits."""
    return replace(post, visibility=Visibility.ARCHIVED, archived_from=post.visibility, approval=Approval.WAITING)


async def is_waiting(reader: Reader, post_id: int) -> bool:
    """Say whether a post is a comment that waits."""
    row = await reader.fetch_one("SELECT approval FROM posts WHERE id = $1", post_id)
    return row is not None and row["approval"] == Approval.WAITING


async def publish_approved(change: Change, post_id: int) -> None:
    """Publish a comment that waited, or was refused before, as it would have been at once."""
    row = await change.tx.fetch_one(
        "UPDATE posts SET approval = $1 WHERE id = $2 AND approval <> $1 "
        "RETURNING account_id, archived_from, in_reply_to_id, quoted_uri",
        int(Approval.NONE),
        post_id,
    )
    if row is None:
        return
    await store.set_visibility(change, post_id, Visibility(row["archived_from"]))
    if row["in_reply_to_id"] is not None:
        await store.count_reply(change, row["in_reply_to_id"], by=1)
    signal(change, Act.POST, post_id)
    named = await change.tx.fetch("SELECT account_id FROM mentions WHERE post_id = $1 ORDER BY id", post_id)
    addressed = [one["account_id"] for one in named]
    await notify_addressed(change, row["account_id"], post_id, addressed, parent=None)
    await tell(change, post_id, document_of=documents.create_document)
    if row["quoted_uri"]:
        await errands.ask_to_quote(change, post_id=post_id)


async def refuse(change: Change, post_id: int) -> None:
    """Note that a comment may not be published; it stays for its author to read, and to delete."""
    await change.tx.execute(
        "UPDATE posts SET approval = $1 WHERE id = $2 AND approval = $3",
        int(Approval.REFUSED),
        post_id,
        int(Approval.WAITING),
    )
