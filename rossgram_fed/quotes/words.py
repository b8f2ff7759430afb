"""The rows of authors' words: given, looked up, and taken back. What a word allows ends with it.

A word that was taken back stays as a row, so that asking once more brings nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from rossgram_fed.database import Row
from rossgram_fed.federation import outbox
from rossgram_fed.federation.outbox import Audience
from rossgram_fed.instance import Change
from rossgram_fed.models.authorizations import AuthorizationKind
from rossgram_fed.models.posts import QuoteState
from rossgram_fed.posts.actions import tell_of_quote
from rossgram_fed.quotes import documents

MOST_OF_ONE = 20
"""Words of one kind that one account gets for one post."""


@dataclass(frozen=True, slots=True)
class Word:
    """What an author allowed."""

    id: int
    uri: str
    revoked: bool


async def word_for(change: Change, kind: AuthorizationKind, *, post_id: int, instrument_uri: str) -> Word | None:
    """Return what was said about one post's use of another, also if it was taken back."""
    row = await change.tx.fetch_one(
        "SELECT id, uri, revoked_at FROM authorizations WHERE post_id = $1 AND instrument_uri = $2 AND kind = $3",
        post_id,
        instrument_uri,
        int(kind),
    )
    return None if row is None else Word(row["id"], row["uri"], row["revoked_at"] is not None)


async def give(
    change: Change, kind: AuthorizationKind, *, post_id: int, account_id: int, instrument_uri: str
) -> Word | None:
    """Give an account the word of a post's author; None when it has had enough of them for this post."""
    given = await change.tx.fetch_value(
        "SELECT COUNT(*) FROM authorizations WHERE post_id = $1 AND account_id = $2 AND kind = $3",
        post_id,
        account_id,
        int(kind),
    )
    if given >= MOST_OF_ONE:
        return None
    word_id = change.new_id()
    uri = documents.authorization_uri(change.settings, word_id)
    await insert(
        change, kind, word_id=word_id, uri=uri, post_id=post_id, account_id=account_id, instrument_uri=instrument_uri
    )
    return Word(word_id, uri, revoked=False)


async def insert(
    change: Change,
    kind: AuthorizationKind,
    *,
    word_id: int,
    uri: str,
    post_id: int,
    account_id: int,
    instrument_uri: str,
    read_at: int | None = None,
) -> None:
    """Write a word down, in place of an earlier one about the same two posts or at the same address.

    ``read_at`` is when a stranger's was read at its origin, by which it is read again some day.
    """
    await change.tx.execute(
        "DELETE FROM authorizations WHERE (post_id = $1 AND instrument_uri = $2 AND kind = $3) OR uri = $4",
        post_id,
        instrument_uri,
        int(kind),
        uri,
    )
    await change.tx.execute(
        "INSERT INTO authorizations (id, uri, kind, post_id, account_id, instrument_uri, created_at, checked_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        word_id,
        uri,
        int(kind),
        post_id,
        account_id,
        instrument_uri,
        change.now,
        read_at,
    )


async def revoke(change: Change, word_id: int, *, author_id: int) -> bool:
    """Take an author's own word back: it answers 410, the quote's server and all followers hear of it.

    False when there is no such word of theirs that stands.
    """
    row = await change.tx.fetch_one(
        "UPDATE authorizations SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL "
        "AND EXISTS (SELECT 1 FROM posts t WHERE t.id = post_id AND t.account_id = $3 AND t.local = TRUE) "
        "RETURNING uri, kind, account_id, instrument_uri",
        change.now,
        word_id,
        author_id,
    )
    if row is None:
        return False
    author = await change.tx.fetch_one("SELECT uri, followers_uri FROM accounts WHERE id = $1", author_id)
    if author is not None:
        document = documents.revocation_document(
            uri=row["uri"],
            kind=AuthorizationKind(row["kind"]),
            author=author["uri"],
            followers=author["followers_uri"],
        )
        audience = Audience(followers=True, account_ids=frozenset({row["account_id"]}))
        await outbox.send(change, sender_id=author_id, document=document, audience=audience)
    if row["kind"] == AuthorizationKind.QUOTE:
        await end_quote(change, row["instrument_uri"])
    return True


async def end_quote(change: Change, instrument_uri: str) -> Row | None:
    """Show a quote as a mere link from now on; of a post here, everybody who has it is told. Return its row."""
    row = await change.tx.fetch_one(
        "UPDATE posts SET quote_state = $1, quote_authorization = '' WHERE uri = $2 AND quote_state <> $3 "
        "RETURNING id, local, account_id",
        int(QuoteState.REJECTED),
        instrument_uri,
        int(QuoteState.NONE),
    )
    if row is not None and row["local"]:
        await tell_of_quote(change, row["id"])
    return row


async def forget_strangers_word(change: Change, uri: str, *, sender_id: int, document: object, host: str) -> bool:
    """Take note that a stranger took their own word back; say whether it was one that we went by.

    Where it allowed something to somebody here, the news is passed on to their followers as it came (FEP-044f).
    """
    word = await end_use(change, uri, author_id=sender_id)
    if word is not None and not word["domain"]:
        await outbox.pass_on(change, sender_id=word["account_id"], body=orjson.dumps(document), not_to=host)
    return word is not None


async def end_use(change: Change, uri: str, *, author_id: int) -> Row | None:
    """Forget a stranger's word, and what it allowed: a quote is a mere link, a comment of ours goes on without it.

    Returns who used it (``account_id``, ``domain``); None when it was no word of theirs that we went by.
    """
    word = await change.tx.fetch_one(
        "DELETE FROM authorizations WHERE uri = $1 AND EXISTS (SELECT 1 FROM posts t WHERE t.id = post_id "
        "AND t.account_id = $2 AND t.local = FALSE) RETURNING kind, instrument_uri, account_id, "
        "(SELECT a.domain FROM accounts a WHERE a.id = account_id) AS domain",
        uri,
        author_id,
    )
    if word is None:
        return None
    if word["kind"] == AuthorizationKind.QUOTE:
        await end_quote(change, word["instrument_uri"])
    elif not word["domain"]:
        post_id = await change.tx.fetch_value("SELECT id FROM posts WHERE uri = $1", word["instrument_uri"])
        if post_id is not None:
            await tell_of_quote(change, post_id)
    return word
