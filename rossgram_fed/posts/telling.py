"""Telling other servers of a post from here, and taking it back from them.

A post that was taken back comes again under a new address only: servers remember what was deleted, and most take no
other audience from an edit (Mastodon, Pixelfed and GoToSocial keep the one that the post came with). Its page stays
where it is.
"""

from __future__ import annotations

from functools import partial

from activitypub.objects import PUBLIC
from rossgram_fed.federation import errands, outbox, relaying
from rossgram_fed.federation.addresses import again_uri, times_again
from rossgram_fed.federation.outbox import Audience
from rossgram_fed.instance import Change
from rossgram_fed.models.posts import QuoteState, Visibility
from rossgram_fed.posts import documents, store
from rossgram_fed.posts.sources import PostSource, post_source
from rossgram_fed.streaming.acts import Act, signal, signal_gone
from rossgram_fed.web.errors import NotFound


async def own_post(change: Change, author_id: int, post_id: int) -> PostSource:
    """Return somebody's own post; raises ``NotFound`` for what is not theirs."""
    post = await post_source(change.tx, post_id)
    if post is None or not post.local or post.author_id != author_id:
        raise NotFound("There is no such post of yours.")
    return post


async def tell(change: Change, post_id: int, *, document_of: documents.Describe) -> None:
    """Queue what ``document_of`` makes of a post for everybody whom the post is for."""
    post = await post_source(change.tx, post_id)
    if post is None or post.visibility is Visibility.ARCHIVED:
        return
    addressed = frozenset(one.account_id for one in post.mentions)
    await outbox.send(
        change,
        sender_id=post.author_id,
        document=document_of(post, change.settings),
        audience=audience_of(post, addressed),
        post_id=post_id,
    )


async def withdraw(change: Change, post: PostSource) -> None:
    """Tell everybody who may have a copy of a post that it is no more, and never use its address again."""
    if post.visibility is Visibility.ARCHIVED:  # nobody has it, but whoever was asked about a comment
        await _withdraw_request(change, post)
        await store.bury(change, post.uri, post.author_uri, owned=True)
        return
    note = documents.note_from(post, change.settings)
    reacted = await change.tx.fetch(
        "SELECT account_id FROM likes WHERE post_id = $1 UNION SELECT account_id FROM boosts WHERE post_id = $1 "
        "UNION SELECT account_id FROM posts WHERE in_reply_to_id = $1 "
        "UNION SELECT account_id FROM authorizations WHERE post_id = $1",
        post.id,
    )
    holders = frozenset(row["account_id"] for row in reacted) | {one.account_id for one in post.mentions}
    to = (PUBLIC,) if PUBLIC in (*note.to, *note.cc) else note.to
    await outbox.send(
        change,
        sender_id=post.author_id,
        document=documents.delete_document(uri=post.uri, actor=post.author_uri, to=to),
        audience=audience_of(post, holders),
        post_id=post.id,
    )
    await store.bury(change, post.uri, post.author_uri, owned=True)


async def take_in(change: Change, post: PostSource) -> None:
    """Take a post back from everybody else and give it the address that it will have when it comes again.

    What others passed on and quoted goes, as does its pin; likes and comments stay.
    """
    await withdraw(change, post)
    named = [one.account_id for one in post.mentions]
    signal_gone(change, post.id, author_id=post.author_id, visibility=post.visibility, named=named)
    uri = again_uri(change.settings, post.id, times=times_again(post.uri) + 1)
    await change.tx.execute("UPDATE posts SET uri = $1, boosts_count = 0 WHERE id = $2", uri, post.id)
    await change.tx.execute("UPDATE posts SET in_reply_to_uri = $1 WHERE in_reply_to_id = $2 AND local", uri, post.id)
    for table in ("boosts", "authorizations", "pins"):
        await change.tx.execute(f"DELETE FROM {table} WHERE post_id = $1", post.id)  # noqa: S608 - one of these three
    quoting = await change.tx.fetch(
        "UPDATE posts SET quote_state = $1, quote_authorization = '' WHERE quoted_id = $2 AND quote_state <> $3 "
        "RETURNING id, local",
        int(QuoteState.REJECTED),
        post.id,
        int(QuoteState.NONE),
    )
    for row in quoting:
        if row["local"]:
            await tell(change, row["id"], document_of=partial(documents.requote_document, at=change.now))


async def publish_again(change: Change, post_id: int) -> None:
    """Tell everybody whom a post is for that it is there, under the address that it has now."""
    quotes = await change.tx.fetch(
        "UPDATE posts SET quote_state = $1, quote_authorization = '' WHERE id = $2 AND quoted_uri <> '' RETURNING id",
        int(QuoteState.PENDING),
        post_id,
    )
    if quotes:  # the word for it was about the address that it had
        await errands.ask_to_quote(change, post_id=post_id)
    signal(change, Act.POST, post_id)
    await tell(change, post_id, document_of=documents.create_document)
    post = await post_source(change.tx, post_id)
    if post is not None and post.visibility is Visibility.PUBLIC and not post.in_reply_to_uri and post.photos:
        await relaying.announce_photo(change, uri=post.uri)


async def _withdraw_request(change: Change, post: PostSource) -> None:
    """Tell whom a comment answers, who was sent it with the question whether it may, that it is no more."""
    asked = await change.tx.fetch_one(
        "SELECT a.id, a.uri FROM posts p JOIN posts t ON t.id = p.in_reply_to_id "
        "JOIN accounts a ON a.id = t.account_id WHERE p.id = $1 AND p.approval <> 0",
        post.id,
    )
    if asked is not None:
        document = documents.delete_document(uri=post.uri, actor=post.author_uri, to=(asked["uri"],))
        await outbox.send_to(change, sender_id=post.author_id, receiver_id=asked["id"], document=document)


def same_readers(one: Visibility, other: Visibility) -> bool:
    """Say whether two visibilities let the same people read a post, though perhaps not find it."""
    return max(one, Visibility.UNLISTED) == max(other, Visibility.UNLISTED)


def audience_of(post: PostSource, account_ids: frozenset[int]) -> Audience:
    """Return who hears of a post: relays of public photos only."""
    return Audience(
        followers=post.visibility is not Visibility.DIRECT,
        account_ids=account_ids,
        relays=post.visibility is Visibility.PUBLIC and not post.in_reply_to_uri and bool(post.photos),
    )
