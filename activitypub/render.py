"""Activities and collections as documents, and the contexts of everything we send; posts and actors come from beside.

The rule: strict in what we send, in the shapes that every server reads. Only the outermost document carries
``@context``, and the order of keys is ours, not JSON-LD's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from activitypub.activities import Accept, Activity, Add, Delete, Flag, InteractionRequest, Like, Move, Remove, Unknown
from activitypub.actors import ACTOR_TYPES, Actor
from activitypub.jsonld import AS2_URL, SECURITY_URL
from activitypub.objects import Note
from activitypub.render_actors import actor_document
from activitypub.render_notes import (
    Document,
    attachment_document,
    authorization_document,
    hashtag_document,
    note_document,
    time_text,
    tombstone_document,
)

__all__ = [
    "ACTOR_CONTEXT",
    "CONTEXT",
    "activity_document",
    "actor_document",
    "attachment_document",
    "authorization_document",
    "collection_document",
    "hashtag_document",
    "note_document",
    "page_document",
    "time_text",
    "tombstone_document",
    "with_context",
]

CONTEXT: list[Any] = [
    AS2_URL,
    SECURITY_URL,
    {
        "toot": "http://joinmastodon.org/ns#",
        "ostatus": "http://ostatus.org#",
        "pixelfed": "http://pixelfed.org/ns#",
        "gts": "https://gotosocial.org/ns#",
        "sensitive": "as:sensitive",
        "Hashtag": "as:Hashtag",
        "conversation": {"@id": "ostatus:conversation", "@type": "@id"},
        "blurhash": "toot:blurhash",
        "votersCount": "toot:votersCount",
        "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
        "commentsEnabled": "pixelfed:commentsEnabled",
        "capabilities": {"@id": "pixelfed:capabilities", "@container": "@set"},
        "announce": {"@id": "pixelfed:canAnnounce", "@type": "@id"},
        "like": {"@id": "pixelfed:canLike", "@type": "@id"},
        "reply": {"@id": "pixelfed:canReply", "@type": "@id"},
        "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
        "canReply": {"@id": "gts:canReply", "@type": "@id"},
        "canLike": {"@id": "gts:canLike", "@type": "@id"},
        "canAnnounce": {"@id": "gts:canAnnounce", "@type": "@id"},
        "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
        "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
    },
]
"""For posts, and for activities that embed one."""

QUOTING_CONTEXT: list[Any] = [
    AS2_URL,
    SECURITY_URL,
    CONTEXT[2]
    | {
        "fedibird": "http://fedibird.com/ns#",
        "misskey": "https://misskey-hub.net/ns#",
        "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
        "quoteAuthorization": {"@id": "https://w3id.org/fep/044f#quoteAuthorization", "@type": "@id"},
        "quoteUrl": "as:quoteUrl",
        "quoteUri": "fedibird:quoteUri",
        "_misskey_quote": "misskey:_misskey_quote",
        "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
        "ReplyRequest": "gts:ReplyRequest",
        "replyAuthorization": {"@id": "gts:replyAuthorization", "@type": "@id"},
    },
]
"""For posts with somebody's leave to quote or to answer, and for what asks for that or says yes or no."""

_TOLD = {
    "schema": "http://schema.org#",
    "photos": "https://joinvernissage.org/ns#",
    # FEP-ee3a takes the three of Schema.org by its own address, which Mastodon's "schema" for profile fields is not.
    "PropertyValue": "https://schema.org/PropertyValue",
    "value": "https://schema.org/value",
    "exifData": {"@id": "https://schema.org/exifData", "@container": "@set"},
    "license": "pixelfed:license",
    "country": "pixelfed:country",
    "geonameId": "photos:geonameId",
}
TELLING_CONTEXT: list[Any] = [AS2_URL, SECURITY_URL, CONTEXT[2] | _TOLD]
"""For posts that tell how and where their photos were taken, or under which licence they are."""

TELLING_AND_QUOTING_CONTEXT: list[Any] = [AS2_URL, SECURITY_URL, QUOTING_CONTEXT[2] | _TOLD]

AUTHORIZATION_CONTEXT: list[Any] = [
    AS2_URL,
    {
        "gts": "https://gotosocial.org/ns#",
        "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
        "ReplyAuthorization": "gts:ReplyAuthorization",
        "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
        "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
    },
]
"""For an author's word about a quote or an answer (FEP-044f, GoToSocial)."""

ACTOR_CONTEXT: list[Any] = [
    AS2_URL,
    SECURITY_URL,
    {
        "toot": "http://joinmastodon.org/ns#",
        "schema": "http://schema.org#",
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
        "movedTo": {"@id": "as:movedTo", "@type": "@id"},
        "featured": {"@id": "toot:featured", "@type": "@id"},
        "featuredTags": {"@id": "toot:featuredTags", "@type": "@id"},
        "discoverable": "toot:discoverable",
        "indexable": "toot:indexable",
        "suspended": "toot:suspended",
        "PropertyValue": "schema:PropertyValue",
        "value": "schema:value",
        "assertionMethod": {"@id": "sec:assertionMethod", "@type": "@id", "@container": "@set"},
        "Multikey": "sec:Multikey",
        "controller": {"@id": "sec:controller", "@type": "@id"},
        "publicKeyMultibase": {"@id": "sec:publicKeyMultibase", "@type": "sec:multibase"},
        "implements": {"@id": "https://w3id.org/fep/844e/implements", "@type": "@id", "@container": "@list"},
        "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
    },
]
"""For actors. All terms inline: a context behind one more address is one more that a peer may fail to fetch."""


_GRANTED = frozenset({"quote", "replyAuthorization"})


def with_context(document: Mapping[str, Any]) -> Document:
    """Return the document with the ``@context`` that its contents need, first, in place of one that it has."""
    return {"@context": _context_for(document), **_without_context(document)}


def _context_for(document: Mapping[str, Any]) -> Any:
    kind = document.get("type")
    if kind in ACTOR_TYPES:
        return ACTOR_CONTEXT
    if kind in ("QuoteAuthorization", "ReplyAuthorization"):
        return AUTHORIZATION_CONTEXT
    if kind in ("QuoteRequest", "ReplyRequest"):
        asking = document.get("instrument")
        return _post_context(quoting=True, telling=isinstance(asking, Mapping) and _tells(asking))
    if kind == "Hashtag":
        return CONTEXT
    thing = document.get("object")
    if isinstance(thing, Mapping):
        return _context_for(thing)
    if "attributedTo" in document:
        return _post_context(quoting=not _GRANTED.isdisjoint(document), telling=_tells(document))
    return _context_for_all(document.get("orderedItems") or document.get("items") or ())


def _context_for_all(items: Sequence[Any]) -> Any:
    contexts = [_context_for(item) for item in items if isinstance(item, Mapping)]
    if not contexts:
        return AS2_URL
    quoting = any(one in (QUOTING_CONTEXT, TELLING_AND_QUOTING_CONTEXT) for one in contexts)
    return _post_context(
        quoting=quoting, telling=any(one in (TELLING_CONTEXT, TELLING_AND_QUOTING_CONTEXT) for one in contexts)
    )


def _post_context(*, quoting: bool, telling: bool) -> Any:
    if telling:
        return TELLING_AND_QUOTING_CONTEXT if quoting else TELLING_CONTEXT
    return QUOTING_CONTEXT if quoting else CONTEXT


def _tells(document: Mapping[str, Any]) -> bool:
    if "location" in document:
        return True
    attached = document.get("attachment")
    return isinstance(attached, list) and any("exifData" in one or "license" in one for one in attached)


def activity_document(activity: Activity, object: Mapping[str, Any] | str | None = None) -> Document:
    """Write an activity, with ``@context``.

    ``object`` stands in for what the activity holds, where the caller has its document already. Accept, Reject and Undo
    embed the whole activity they are about; Like and Announce name a post by its bare address; Delete holds an object,
    never a bare id (Pixelfed ignores those).
    """
    return with_context(_activity(activity, object))


def _activity(activity: Activity, thing: Mapping[str, Any] | str | None = None) -> Document:
    document: Document = {
        "id": activity.id,
        "type": activity.kind if isinstance(activity, Unknown) else type(activity).__name__,
        "actor": activity.actor,
    }
    if not activity.id:
        del document["id"]
    if activity.published is not None:
        document["published"] = time_text(activity.published)
    if activity.to or activity.cc:
        document |= {"to": list(activity.to), "cc": list(activity.cc)}
    document["object"] = _without_context(thing) if thing is not None else _object_of(activity)
    if isinstance(activity, Add | Move | Remove):
        document["target"] = activity.target
    if isinstance(activity, Flag | Like) and activity.content:
        document["content"] = activity.content
    if isinstance(activity, InteractionRequest):
        whole = activity.instrument
        document["instrument"] = note_document(whole) if isinstance(whole, Note) else whole
    if isinstance(activity, Accept) and activity.result:
        document["result"] = activity.result
    return document


def _object_of(activity: Activity) -> Document | str | list[str]:
    if isinstance(activity, Flag):
        return list(activity.object)
    if isinstance(activity, Delete):
        kind = "Person" if activity.object == activity.actor else "Tombstone"
        return {"id": activity.object, "type": kind}
    held: object = getattr(activity, "object", "")
    if isinstance(held, Note):
        return note_document(held)
    if isinstance(held, Actor):
        return actor_document(held)
    return _activity(held) if isinstance(held, Activity) else str(held)


def _without_context(thing: Any) -> Any:
    if isinstance(thing, Mapping):
        return {name: value for name, value in thing.items() if name != "@context"}
    return thing


def collection_document(
    uri: str,
    *,
    total: int | None = None,
    first: str = "",
    items: Sequence[Mapping[str, Any] | str] | None = None,
    ordered: bool = True,
) -> Document:
    """Write a collection, without ``@context``: its total, where its first page is, and its items only if few.

    No ``first`` and no items says that the list is hidden.
    """
    document: Document = {"id": uri, "type": "OrderedCollection" if ordered else "Collection"}
    if total is not None:
        document["totalItems"] = total
    if first:
        document["first"] = first
    if items is not None:
        document["orderedItems" if ordered else "items"] = [_without_context(item) for item in items]
    return document


def page_document(
    uri: str,
    *,
    part_of: str,
    items: Sequence[Mapping[str, Any] | str],
    next_page: str = "",
    previous_page: str = "",
    ordered: bool = True,
) -> Document:
    """Write one page of a collection, without ``@context``."""
    document: Document = {
        "id": uri,
        "type": "OrderedCollectionPage" if ordered else "CollectionPage",
        "partOf": part_of,
    }
    if next_page:
        document["next"] = next_page
    if previous_page:
        document["prev"] = previous_page
    return document | {"orderedItems" if ordered else "items": [_without_context(item) for item in items]}
