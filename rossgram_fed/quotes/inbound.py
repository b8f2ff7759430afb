"""Requests to quote or to answer, what comes of our own, and words taken back, as they arrive from other servers.

Whoever asks, asks for a post of their own, on their own origin, and only about a post that they may see. What the rules
of the post allow is allowed at once; nobody here is asked twice about the same two posts.
"""

from __future__ import annotations

from dataclasses import dataclass

from activitypub.activities import Accept, Delete, InteractionRequest, QuoteRequest, Reject, ReplyRequest
from activitypub.objects import Note
from activitypub.origin import same_origin
from rossgram_fed.federation import errands, outbox
from rossgram_fed.federation.addresses import LONGEST_URI, is_local, local_post_id
from rossgram_fed.federation.arrivals import Arrival, Handlers
from rossgram_fed.models.authorizations import AuthorizationKind
from rossgram_fed.models.posts import QuoteState
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.actions import notify
from rossgram_fed.posts.approvals import publish_approved, refuse
from rossgram_fed.posts.keeping import facts_of, keep
from rossgram_fed.posts.parents import parent_by_uri
from rossgram_fed.quotes import documents, words
from rossgram_fed.quotes.asking import Subject, subject_for

_ASKING = {
    AuthorizationKind.QUOTE: "SELECT q.uri, q.account_id, t.id AS target_id FROM posts q "
    "JOIN posts t ON t.uri = q.quoted_uri WHERE q.id = $1 AND q.local = TRUE AND t.account_id = $2",
    AuthorizationKind.REPLY: "SELECT q.uri, q.account_id, t.id AS target_id FROM posts q "
    "JOIN posts t ON t.id = q.in_reply_to_id WHERE q.id = $1 AND q.local = TRUE AND t.account_id = $2 "
    "AND q.approval <> 0",
}


async def on_request(arrival: Arrival) -> bool:
    """The sender asks whether a post of theirs may quote, or answer, a post here."""
    activity = arrival.activity
    if not isinstance(activity, InteractionRequest):
        return False
    kind = AuthorizationKind.QUOTE if isinstance(activity, QuoteRequest) else AuthorizationKind.REPLY
    instrument = _instrument(arrival, activity)
    if not instrument or not activity.id or len(activity.id) > LONGEST_URI:
        return False
    subject = await subject_for(arrival.change, activity.object, account_id=arrival.sender.account_id)
    if subject is None:
        return False
    word = await words.word_for(arrival.change, kind, post_id=subject.post_id, instrument_uri=instrument)
    if word is None and await _is_allowed(arrival, kind, subject):
        word = await words.give(
            arrival.change,
            kind,
            post_id=subject.post_id,
            account_id=arrival.sender.account_id,
            instrument_uri=instrument,
        )
        if word is not None:
            await _take(arrival, activity, subject, instrument)
    asked = documents.request_of(
        uri=activity.id, kind=kind, actor=activity.actor, target=subject.post_uri, instrument=instrument
    )
    await _answer(arrival, subject, asked, word)
    return True


async def on_accept(arrival: Arrival) -> bool:
    """The sender lets a post here quote or answer theirs, and says where their word for it is."""
    activity = arrival.activity
    if not isinstance(activity, Accept) or not isinstance(activity.object, str):
        return False
    result = activity.result
    if not result or len(result) > LONGEST_URI or not same_origin(result, arrival.sender.uri):
        return False
    asked = await _asked_by(arrival, activity.object)
    if asked is None:
        return False
    if asked.kind is AuthorizationKind.QUOTE:
        await _look_at_word(arrival, asked, result)
    else:
        await _publish_answer(arrival, asked, result)
    return True


async def on_reject(arrival: Arrival) -> bool:
    """The sender does not want to be quoted or answered by a post here, or not any more."""
    activity, change = arrival.activity, arrival.change
    if not isinstance(activity, Reject) or not isinstance(activity.object, str):
        return False
    asked = await _asked_by(arrival, activity.object)
    if asked is None:
        return False
    if asked.kind is AuthorizationKind.QUOTE:
        await words.end_quote(change, asked.uri)
    else:
        await refuse(change, asked.post_id)
    return True


async def on_delete(arrival: Arrival) -> bool:
    """The sender takes their word back that a post may quote theirs."""
    activity, sender = arrival.activity, arrival.sender
    if not isinstance(activity, Delete) or not same_origin(activity.object, sender.uri):
        return False
    return await words.forget_strangers_word(
        arrival.change, activity.object, sender_id=sender.account_id, document=arrival.document, host=sender.host
    )


HANDLERS: Handlers = {
    QuoteRequest: (on_request,),
    ReplyRequest: (on_request,),
    Accept: (on_accept,),
    Reject: (on_reject,),
    Delete: (on_delete,),
}


def _instrument(arrival: Arrival, request: InteractionRequest) -> str:
    """Return the address of the sender's post; nothing when it is not theirs, or does not do what is asked for."""
    given, sender = request.instrument, arrival.sender
    uri = given.id if isinstance(given, Note) else given
    if len(uri) > LONGEST_URI or not same_origin(uri, sender.uri) or is_local(arrival.change.settings, uri):
        return ""
    if isinstance(given, Note):
        does = given.quote if isinstance(request, QuoteRequest) else given.in_reply_to
        return uri if given.attributed_to == sender.uri and does == request.object else ""
    return uri


async def _is_allowed(arrival: Arrival, kind: AuthorizationKind, subject: Subject) -> bool:
    if kind is AuthorizationKind.QUOTE:
        return subject.may_quote
    parent = await parent_by_uri(arrival.change, author_id=arrival.sender.account_id, uri=subject.post_uri)
    return parent is not None and parent.seen and not parent.closed


async def _take(arrival: Arrival, request: InteractionRequest, subject: Subject, instrument: str) -> None:
    """Keep the post that came with a request, show the quote in one that came before, and tell the author."""
    change, given, account_id = arrival.change, request.instrument, arrival.sender.account_id
    quoting = isinstance(request, QuoteRequest)
    if isinstance(given, Note):
        facts = await facts_of(change, given, account_id=account_id)
        if facts is not None and facts.post_id is None and not facts.deleted:
            await keep(change, given, facts, wanted=quoting)
    elif not quoting:
        await errands.fetch_post(change, given)
    if not quoting:
        return
    await change.tx.execute(
        "UPDATE posts SET quote_state = $1, quoted_id = $2 WHERE uri = $3 AND account_id = $4 AND quoted_uri = $5",
        int(QuoteState.ACCEPTED),
        subject.post_id,
        instrument,
        account_id,
        subject.post_uri,
    )
    kind = NotificationKind.QUOTE
    await notify(change, account_id=subject.author_id, kind=kind, actor_id=account_id, post_id=subject.post_id)


async def _answer(arrival: Arrival, subject: Subject, asked: documents.Document, word: words.Word | None) -> None:
    """Say yes with the word's address; no where there is none, or where it was taken back."""
    change, sender, author = arrival.change, arrival.sender, subject.author_uri
    if word is None or word.revoked:
        document = documents.reject_document(author=author, to=sender.uri, request=asked, number=change.new_id())
    else:
        document = documents.accept_document(
            author=author, to=sender.uri, request=asked, number=word.id, result=word.uri
        )
    await outbox.send_to(change, sender_id=subject.author_id, receiver_id=sender.account_id, document=document)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A post here that asked the sender."""

    kind: AuthorizationKind
    post_id: int
    uri: str
    account_id: int
    target_id: int
    """The sender's post that it quotes or answers."""


async def _asked_by(arrival: Arrival, request_uri: str) -> _Asked | None:
    """Return the post here whose request to quote or answer a post of the sender's this is."""
    asked = documents.request_in(request_uri)
    post_id = local_post_id(arrival.change.settings, asked[0]) if asked is not None else None
    if asked is None or post_id is None:
        return None
    row = await arrival.change.tx.fetch_one(_ASKING[asked[1]], post_id, arrival.sender.account_id)
    return None if row is None else _Asked(asked[1], post_id, row["uri"], row["account_id"], row["target_id"])


async def _look_at_word(arrival: Arrival, asked: _Asked, result: str) -> None:
    """Have the word read where it is, before the quote is shown: others will do the same."""
    await arrival.change.tx.execute(
        "UPDATE posts SET quote_authorization = $1, quote_state = $2 WHERE id = $3",
        result,
        int(QuoteState.PENDING),
        asked.post_id,
    )
    await errands.verify_quote(arrival.change, result, post_id=asked.post_id)


async def _publish_answer(arrival: Arrival, asked: _Asked, result: str) -> None:
    """Publish a comment with the word for it; that its author's own request says so is all that we need to know."""
    change = arrival.change
    if await change.tx.fetch_one("SELECT id FROM authorizations WHERE uri = $1", result) is None:
        await words.insert(
            change,
            AuthorizationKind.REPLY,
            word_id=change.new_id(),
            uri=result,
            post_id=asked.target_id,
            account_id=asked.account_id,
            instrument_uri=asked.uri,
            read_at=change.now,
        )
    await publish_approved(change, asked.post_id)
