"""Actors as documents.

The rule: everything about an actor that another server needs to reach, show or verify them stands in the one document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activitypub.actors import Actor
from activitypub.render_notes import Document, time_text

_CAPABILITY_NAMES = {
    "https://datatracker.ietf.org/doc/html/rfc9421": "RFC-9421: HTTP Message Signatures",
    "https://datatracker.ietf.org/doc/html/rfc9421#name-eddsa-using-curve-edwards25": "RFC-9421 with Ed25519",
}


def actor_document(actor: Actor, *, extras: Mapping[str, Any] | None = None) -> Document:
    """Write an actor, without ``@context``; ``extras`` are added last."""
    document: Document = {
        "id": actor.id,
        "type": actor.kind,
        "preferredUsername": actor.preferred_username,
        "name": actor.name or actor.preferred_username,
        "summary": actor.summary,
        "url": actor.url or actor.id,
        "inbox": actor.inbox,
        "manuallyApprovesFollowers": actor.locked,
        "discoverable": actor.discoverable,
        "indexable": actor.indexable,
        "attachment": [{"type": "PropertyValue", "name": one.name, "value": one.value} for one in actor.fields],
        "tag": [],
    }
    addresses = {
        "outbox": actor.outbox,
        "followers": actor.followers,
        "following": actor.following,
        "featured": actor.featured,
        "featuredTags": actor.featured_tags,
        "movedTo": actor.moved_to,
        "webfinger": actor.webfinger,
    }
    document |= {name: value for name, value in addresses.items() if value}
    if actor.shared_inbox:
        document["endpoints"] = {"sharedInbox": actor.shared_inbox}
    if actor.published is not None:
        document["published"] = time_text(actor.published)
    if actor.also_known_as:
        document["alsoKnownAs"] = list(actor.also_known_as)
    return document | _pictures(actor) | _keys(actor) | _generator(actor) | dict(extras or {})


def _pictures(actor: Actor) -> Document:
    pictures: Document = {}
    if actor.icon:
        pictures["icon"] = {"type": "Image", "mediaType": actor.icon_media_type or "image/jpeg", "url": actor.icon}
    if actor.image:
        pictures["image"] = {"type": "Image", "mediaType": "image/jpeg", "url": actor.image}
    return pictures


def _keys(actor: Actor) -> Document:
    """Write the first key where everybody looks for it, and Multikeys by FEP-521a."""
    keys: Document = {}
    if actor.public_keys:
        key = actor.public_keys[0]
        keys["publicKey"] = {"id": key.id, "owner": key.owner, "publicKeyPem": key.pem}
    if actor.multikeys:
        keys["assertionMethod"] = [
            {"id": key.id, "type": "Multikey", "controller": key.controller, "publicKeyMultibase": key.multibase}
            for key in actor.multikeys
        ]
    return keys


def _generator(actor: Actor) -> Document:
    """Write what the server can do, FEP-844e."""
    if not actor.implements:
        return {}
    implements = [{"href": uri, "name": _CAPABILITY_NAMES.get(uri, uri)} for uri in actor.implements]
    return {"generator": {"type": "Application", "implements": implements}}
