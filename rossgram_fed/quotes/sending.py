"""Quotes by people here: shown at once where the author is the same or here, else once the author's server said yes.

Until then the post is there with a link, here and everywhere.
"""

from __future__ import annotations

from rossgram_fed.database import Row
from rossgram_fed.federation import outbox
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models.authorizations import AuthorizationKind
from rossgram_fed.models.posts import QuoteState
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.actions import notify
from rossgram_fed.posts import documents as posts
from rossgram_fed.posts.actions import tell_of_quote
from rossgram_fed.posts.sources import post_source
from rossgram_fed.quotes import documents, words
from rossgram_fed.quotes.asking import subject_for

_QUOTE = (
    "SELECT q.id, q.uri, q.account_id, me.uri AS actor, t.id AS quoted_id, t.uri AS quoted_uri, t.local, "
    "t.account_id AS author_id, a.uri AS author FROM posts q JOIN accounts me ON me.id = q.account_id "
    "JOIN posts t ON t.uri = q.quoted_uri JOIN accounts a ON a.id = t.account_id "
    "WHERE q.id = $1 AND q.local = TRUE AND q.quote_state = $2"
)


async def ask_to_quote(instance: Instance, payload: dict[str, object]) -> None:
    """Do the job ``ask_to_quote`` for the post ``post_id``, which somebody here has published."""
    async with instance.change() as change:
        row = await change.tx.fetch_one(_QUOTE, int(str(payload["post_id"])), int(QuoteState.PENDING))
        if row is None:
            return
        if row["author_id"] == row["account_id"]:
            await _show(change, row)
        elif row["local"]:
            await _ask_here(change, row)
        else:
            await _ask_there(change, row)


async def _ask_here(change: Change, row: Row) -> None:
    subject = await subject_for(change, row["quoted_uri"], account_id=row["account_id"])
    if subject is None or not subject.may_quote:
        return
    word = await words.give(
        change,
        AuthorizationKind.QUOTE,
        post_id=row["quoted_id"],
        account_id=row["account_id"],
        instrument_uri=row["uri"],
    )
    if word is None:
        return
    await _show(change, row, authorization=word.uri)
    kind = NotificationKind.QUOTE
    await notify(change, account_id=row["author_id"], kind=kind, actor_id=row["account_id"], post_id=row["quoted_id"])


async def _ask_there(change: Change, row: Row) -> None:
    post = await post_source(change.tx, row["id"])
    if post is None:
        return
    document = documents.request_document(
        AuthorizationKind.QUOTE,
        post_uri=row["uri"],
        actor=row["actor"],
        to=row["author"],
        target=row["quoted_uri"],
        note=posts.post_document(post, change.settings),
    )
    await outbox.send_to(change, sender_id=row["account_id"], receiver_id=row["author_id"], document=document)


async def _show(change: Change, row: Row, *, authorization: str = "") -> None:
    await change.tx.execute(
        "UPDATE posts SET quote_state = $1, quoted_id = $2, quote_authorization = $3 WHERE id = $4",
        int(QuoteState.ACCEPTED),
        row["quoted_id"],
        authorization,
        row["id"],
    )
    if authorization:
        await tell_of_quote(change, row["id"])
