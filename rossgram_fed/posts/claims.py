"""What a stranger's note says of comments and quotes: rules that we go by, and quotes that are yet to be proved.

Whatever was found about a quote belongs to exactly what was claimed: the quoted post and the address of its author's
word. A claim that failed stands in nobody's way, neither another post's nor the same post's next one.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from activitypub.objects import Note
from rossgram_fed.federation import errands
from rossgram_fed.federation.addresses import LONGEST_URI
from rossgram_fed.instance import Change
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import QuoteState
from rossgram_fed.posts.policies import policy_in

_FALLBACK = re.compile(r'<(p|span)\b[^<>]{0,200}\bclass="quote-inline"[^<>]{0,200}>.{0,800}?</\1>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Author:
    """The remote account a note is by."""

    account_id: int
    uri: str
    followers_uri: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What a note says."""

    comment_policy: Policy
    """Everybody's, where it does not say."""
    approves_comments: bool
    """Whether its author wants to be asked first."""
    quote_policy: Policy
    """Nobody's, where it does not say (FEP-044f)."""
    quoted_uri: str
    quote_authorization: str
    """Where the quoted author's word is said to be."""

    @property
    def quote_state(self) -> QuoteState:
        """What is known of the quote before anybody has looked."""
        return QuoteState.PENDING if self.quoted_uri else QuoteState.NONE


def claims_of(note: Note, author: Author) -> Claims:
    """Read a note's rules and its quote; addresses that are longer than what we keep are none."""
    quoted_uri = note.quote if note.quote != note.id and len(note.quote) <= LONGEST_URI else ""
    authorization = note.quote_authorization if quoted_uri and len(note.quote_authorization) <= LONGEST_URI else ""
    return Claims(
        comment_policy=_policy(note.may_reply, author, unsaid=Policy.EVERYONE),
        approves_comments=note.approves_replies,
        quote_policy=_policy(note.may_quote, author, unsaid=Policy.NOBODY),
        quoted_uri=quoted_uri,
        quote_authorization=authorization,
    )


def words_of(note: Note) -> str:
    """Return a note's HTML without the line that stands for the quote where quotes are not known: we show our own."""
    return _FALLBACK.sub("", note.content, count=1) if note.quote else note.content


async def take_claims(change: Change, claims: Claims, *, post_id: int) -> None:
    """Take over what an edit of a stranger's post says; a quote that was found good stays so while nothing changes."""
    await change.tx.execute(
        "UPDATE posts SET comment_policy = $1, quote_policy = $2, approves_comments = $3 WHERE id = $4",
        int(claims.comment_policy),
        int(claims.quote_policy),
        claims.approves_comments,
        post_id,
    )
    rows = await change.tx.fetch(
        "UPDATE posts SET quoted_uri = $1, quote_authorization = $2, quoted_id = NULL, quote_state = $3 "
        "WHERE id = $4 AND (quoted_uri <> $1 OR quote_authorization <> $2 OR quote_state NOT IN ($5, $6)) RETURNING id",
        claims.quoted_uri,
        claims.quote_authorization,
        int(claims.quote_state),
        post_id,
        int(QuoteState.NONE),
        int(QuoteState.ACCEPTED),
    )
    if rows and claims.quoted_uri:
        await ask_about_quote(change, post_id, claims)


async def ask_about_quote(change: Change, post_id: int, claims: Claims) -> None:
    """Leave it to a job whether the quote may be shown; one job for each claim."""
    claim = f"{claims.quoted_uri} {claims.quote_authorization}"
    await errands.verify_quote(change, claim, post_id=post_id)


def _policy(may: Collection[str] | None, author: Author, *, unsaid: Policy) -> Policy:
    return policy_in(may, author_uri=author.uri, followers_uri=author.followers_uri, unsaid=unsaid)
