"""What is said about quotes and answers on the wire: authorizations, answers to requests, and their end; pure."""

from __future__ import annotations

from typing import Any

from activitypub.activities import Accept, Delete, QuoteRequest, Reject, ReplyRequest
from activitypub.objects import PUBLIC, Authorization
from activitypub.render import activity_document, authorization_document, with_context
from rossgram_fed.config import Settings
from rossgram_fed.federation.addresses import activity_uri
from rossgram_fed.models.authorizations import AuthorizationKind

Document = dict[str, Any]

KINDS = {AuthorizationKind.QUOTE: "QuoteAuthorization", AuthorizationKind.REPLY: "ReplyAuthorization"}
_FRAGMENTS = {AuthorizationKind.QUOTE: "quote-request", AuthorizationKind.REPLY: "reply-request"}
REQUESTS = {AuthorizationKind.QUOTE: "QuoteRequest", AuthorizationKind.REPLY: "ReplyRequest"}


def authorization_uri(settings: Settings, authorization_id: int) -> str:
    """Return the address of an author's word."""
    return f"{settings.base_url}/authorizations/{authorization_id}"


def request_uri(post_uri: str, kind: AuthorizationKind) -> str:
    """Return the id of the request by which a post here asks to quote or answer another; it leads back to the post."""
    return f"{post_uri}#{_FRAGMENTS[kind]}"


def request_in(uri: str) -> tuple[str, AuthorizationKind] | None:
    """Read such an id: the post that asks, and for what."""
    post_uri, _, fragment = uri.partition("#")
    return next(((post_uri, kind) for kind, name in _FRAGMENTS.items() if name == fragment), None)


def stamp(*, uri: str, kind: AuthorizationKind, author: str, instrument: str, target: str) -> Document:
    """Return an author's word as it is served."""
    said = Authorization(
        id=uri, kind=KINDS[kind], attributed_to=author, interacting_object=instrument, interaction_target=target
    )
    return with_context(authorization_document(said))


def request_of(*, uri: str, kind: AuthorizationKind, actor: str, target: str, instrument: str) -> Document:
    """Return a stranger's request as an answer embeds it: with addresses alone, whatever it came with."""
    return {"id": uri, "type": REQUESTS[kind], "actor": actor, "object": target, "instrument": instrument}


def accept_document(*, author: str, to: str, request: Document, number: int, result: str) -> Document:
    """Return the yes to a request; the same request gets the same one each time."""
    accept = Accept(id=activity_uri(author, f"accepts/{number}"), actor=author, to=(to,), object="", result=result)
    return activity_document(accept, request)


def reject_document(*, author: str, to: str, request: Document, number: int) -> Document:
    """Return the no to a request."""
    reject = Reject(id=activity_uri(author, f"rejects/{number}"), actor=author, to=(to,), object="")
    return activity_document(reject, request)


def request_document(
    kind: AuthorizationKind, *, post_uri: str, actor: str, to: str, target: str, note: Document
) -> Document:
    """Return the request by which a post here asks to quote or answer a stranger's; it carries the whole post."""
    asking = QuoteRequest if kind is AuthorizationKind.QUOTE else ReplyRequest
    request = asking(id=request_uri(post_uri, kind), actor=actor, to=(to,), object=target, instrument=post_uri)
    return with_context(activity_document(request) | {"instrument": note})


def revocation_document(*, uri: str, kind: AuthorizationKind, author: str, followers: str) -> Document:
    """Return the Delete of an author's word; it names neither of the two posts."""
    delete = Delete(id=f"{uri}#delete", actor=author, to=(PUBLIC,), cc=(followers,), object=uri)
    return activity_document(delete, {"id": uri, "type": KINDS[kind]})
