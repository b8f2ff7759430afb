"""Comments by people here on what a stranger approves one by one: asked about first, and published with the answer."""

from __future__ import annotations

from dataclasses import replace

from rossgram_fed.federation import outbox
from rossgram_fed.instance import Instance
from rossgram_fed.models.authorizations import AuthorizationKind
from rossgram_fed.models.posts import Approval, Visibility
from rossgram_fed.posts import documents as posts
from rossgram_fed.posts.sources import post_source
from rossgram_fed.quotes import documents

_ASKING = (
    "SELECT p.archived_from, t.uri AS target, t.account_id AS author_id, a.uri AS author FROM posts p "
    "JOIN posts t ON t.id = p.in_reply_to_id JOIN accounts a ON a.id = t.account_id "
    "WHERE p.id = $1 AND p.approval = $2"
)


async def ask_to_answer(instance: Instance, payload: dict[str, object]) -> None:
    """Do the job ``ask_to_answer`` for the comment ``post_id``: send its ``ReplyRequest`` to whom it answers.

    It goes to them alone, and carries the comment as it will be (GoToSocial's interaction controls).
    """
    post_id = int(str(payload["post_id"]))
    async with instance.change() as change:
        asking = await change.tx.fetch_one(_ASKING, post_id, int(Approval.WAITING))
        post = await post_source(change.tx, post_id)
        if asking is None or post is None:
            return
        shown = replace(post, visibility=Visibility(asking["archived_from"]))
        document = documents.request_document(
            AuthorizationKind.REPLY,
            post_uri=post.uri,
            actor=post.author_uri,
            to=asking["author"],
            target=asking["target"],
            note=posts.post_document(shown, change.settings),
        )
        await outbox.send_to(change, sender_id=post.author_id, receiver_id=asking["author_id"], document=document)
