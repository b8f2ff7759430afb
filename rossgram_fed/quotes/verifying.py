"""Is a quote one that its author may show? Looked at in a job, within one budget, at the quoted author's own origin.

A quote is shown as one when the quoted author is the quoting one, when the quoted post is ours and we said yes, or when
the word of the quoted author says exactly this: this post, that post, by whom that post is, on their origin. Anything
else leaves a link. What fails is forgotten; nothing a claim says is kept for the next one.
"""

from __future__ import annotations

from dataclasses import dataclass

from activitypub.errors import ActivityPubError
from activitypub.origin import host_of, same_origin
from activitypub.parse import parse_note
from rossgram_fed.federation import remote_accounts, remote_documents
from rossgram_fed.federation.addresses import is_local
from rossgram_fed.federation.budget import ONE_POST, Budget, BudgetSpent
from rossgram_fed.federation.network import Network
from rossgram_fed.instance import Change
from rossgram_fed.models.authorizations import AuthorizationKind
from rossgram_fed.models.posts import QuoteState
from rossgram_fed.posts.actions import tell_of_quote
from rossgram_fed.posts.fetching import take
from rossgram_fed.quotes import words
from rossgram_fed.quotes.stamps import author_in, is_foreign

_CLAIM = (
    "SELECT p.id, p.uri, p.account_id, a.uri AS account_uri, p.quoted_uri, p.quote_authorization FROM posts p "
    "JOIN accounts a ON a.id = p.account_id WHERE p.id = $1 AND p.quote_state = $2 AND p.quoted_uri <> ''"
)


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a post says about its quote."""

    post_id: int
    uri: str
    account_id: int
    account_uri: str
    quoted_uri: str
    authorization: str


@dataclass(frozen=True, slots=True)
class _Quoted:
    """The quoted post, which is here."""

    id: int
    account_id: int
    author_uri: str
    local: bool


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What was found: the quoted post if the quote may be shown, and where the word is that says so, if one does."""

    quoted_id: int | None = None
    word: str = ""


async def verify_quote(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``verify_quote`` for the post ``post_id``.

    Raises ``Unreachable`` and passing refusals, to be tried again; until then the quote is a link.
    """
    claim = await _claim(network, int(str(payload["post_id"])))
    if claim is None:
        return
    away = network.within(Budget(ONE_POST, home=host_of(claim.quoted_uri)))
    try:
        verdict = await _judge(away, claim)
    except BudgetSpent:
        verdict = _Verdict()
    except ActivityPubError as error:
        if remote_documents.passing(error):
            raise
        verdict = _Verdict()
    async with network.instance.change() as change:
        await _settle(change, claim, verdict)


async def _claim(network: Network, post_id: int) -> _Claim | None:
    row = await network.instance.database.fetch_one(_CLAIM, post_id, int(QuoteState.PENDING))
    if row is None:
        return None
    return _Claim(
        row["id"], row["uri"], row["account_id"], row["account_uri"], row["quoted_uri"], row["quote_authorization"]
    )


async def _judge(network: Network, claim: _Claim) -> _Verdict:
    quoted = await _known(network, claim.quoted_uri)
    if quoted is not None and quoted.account_id == claim.account_id:
        return _Verdict(quoted.id)
    if is_local(network.instance.settings, claim.quoted_uri):
        allowed = quoted is not None and quoted.local and await _we_said_so(network, claim, quoted.id)
        return _Verdict(quoted.id if quoted is not None and allowed else None)
    if claim.authorization:
        return await _by_word(network, claim, quoted)
    if quoted is None and same_origin(claim.quoted_uri, claim.account_uri):
        own = await _fetch_quoted(network, claim.quoted_uri, author=claim.account_uri)
        return _Verdict(None if own is None else own.id)
    return _Verdict()


async def _by_word(network: Network, claim: _Claim, quoted: _Quoted | None) -> _Verdict:
    """Read the quoted author's word, and the quoted post if it is not here; both must name the same author."""
    kind, uri = AuthorizationKind.QUOTE, claim.authorization
    author = await author_in(network, uri, kind=kind, instrument=claim.uri, target=claim.quoted_uri)
    if author is None:
        return _Verdict()
    if quoted is None:
        quoted = await _fetch_quoted(network, claim.quoted_uri, author=author)
    if quoted is None or quoted.author_uri != author:
        return _Verdict()
    return _Verdict(quoted.id, uri)


async def _fetch_quoted(network: Network, uri: str, *, author: str) -> _Quoted | None:
    """Read the quoted post from its origin and keep it, if it is by that author; what it quotes itself stays a link."""
    if not is_foreign(network, uri):
        return None
    note = parse_note(await remote_documents.fetch(network, uri))
    if note.id != uri or note.attributed_to != author or not same_origin(uri, author):
        return None
    account_id = await remote_accounts.by_uri(network, author)
    async with network.instance.change() as change:
        await take(change, note, account_id=account_id, wanted=True, climbed=ONE_POST.depth)
    return await _known(network, uri)


async def _known(network: Network, uri: str) -> _Quoted | None:
    row = await network.instance.database.fetch_one(
        "SELECT p.id, p.account_id, p.local, a.uri AS author_uri FROM posts p JOIN accounts a ON a.id = p.account_id "
        "WHERE p.uri = $1",
        uri,
    )
    return None if row is None else _Quoted(row["id"], row["account_id"], row["author_uri"], bool(row["local"]))


async def _we_said_so(network: Network, claim: _Claim, quoted_id: int) -> bool:
    row = await network.instance.database.fetch_one(
        "SELECT id FROM authorizations WHERE post_id = $1 AND instrument_uri = $2 AND kind = $3 AND account_id = $4 "
        "AND revoked_at IS NULL",
        quoted_id,
        claim.uri,
        int(AuthorizationKind.QUOTE),
        claim.account_id,
    )
    return row is not None


async def _settle(change: Change, claim: _Claim, verdict: _Verdict) -> None:
    """Write the verdict down, if the post still says what was looked at."""
    allowed = verdict.quoted_id is not None
    rows = await change.tx.fetch(
        "UPDATE posts SET quote_state = $1, quoted_id = $2 WHERE id = $3 AND quote_state = $4 AND quoted_uri = $5 "
        "AND quote_authorization = $6 RETURNING id, local",
        int(QuoteState.ACCEPTED if allowed else QuoteState.REJECTED),
        verdict.quoted_id,
        claim.post_id,
        int(QuoteState.PENDING),
        claim.quoted_uri,
        claim.authorization,
    )
    if not rows or verdict.quoted_id is None:
        return
    if verdict.word:
        await words.insert(
            change,
            AuthorizationKind.QUOTE,
            word_id=change.new_id(),
            uri=verdict.word,
            post_id=verdict.quoted_id,
            account_id=claim.account_id,
            instrument_uri=claim.uri,
            read_at=change.now,
        )
    if rows[0]["local"]:
        await tell_of_quote(change, claim.post_id)
