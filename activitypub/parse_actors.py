"""Actors out of documents, with the keys they list.

The rule: what a document says of itself is a claim. That it was fetched from its own origin is for the caller to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activitypub import fields, jsonld
from activitypub.actors import ACTOR_TYPES, Actor, Multikey, ProfileField, PublicKey
from activitypub.errors import MalformedDocument
from activitypub.parse_notes import page_address

MAX_KEYS = 10
MAX_PEM = 10_000
MAX_MULTIBASE = 5_000
MAX_USERNAME = 500
MAX_NAME = 2_048
MAX_SUMMARY = 20_000
MAX_ATTACHMENTS_READ = 50
MAX_FIELDS = 20
MAX_FIELD = 2_048
MAX_ALIASES = 256
MAX_CAPABILITIES = 50
MAX_ICONS = 10


def parse_actor(document: Mapping[str, Any]) -> Actor:
    """Read an actor; raise ``MalformedDocument`` when it is none, or has no id or inbox."""
    return read_actor(jsonld.plain(document))


def read_actor(document: Mapping[str, Any]) -> Actor:
    """Read an actor out of a document in ActivityStreams' own names."""
    kind = fields.kind(document.get("type"))
    if kind not in ACTOR_TYPES:
        raise MalformedDocument(f"A {kind[:50] or 'document without type'} is not an actor.")
    get = document.get
    identity = fields.address(get("id"))
    inbox = fields.address(get("inbox"))
    if not identity or not inbox:
        raise MalformedDocument("The actor lacks an id or an inbox that is an http address.")
    icon, icon_media_type = _image(get("icon"))
    webfinger = fields.text(get("webfinger"), MAX_USERNAME).removeprefix("acct:").removeprefix("@")
    return Actor(
        id=identity,
        kind=kind,
        # Lemmy's and Mbin's server actors have no name for themselves; their host stands in, as in WebFinger.
        preferred_username=fields.text(get("preferredUsername"), MAX_USERNAME).strip()
        or webfinger.partition("@")[0]
        or identity.split("/")[2].partition(":")[0],
        inbox=inbox,
        name=fields.text(get("name"), MAX_NAME) or fields.in_any_language(get("nameMap"))[:MAX_NAME],
        summary=fields.text(get("summary"), MAX_SUMMARY) or fields.in_any_language(get("summaryMap"))[:MAX_SUMMARY],
        url=page_address(get("url"), identity),
        outbox=fields.address(get("outbox")),
        shared_inbox=fields.address(fields.mapping(get("endpoints")).get("sharedInbox")),
        followers=fields.address(get("followers")),
        following=fields.address(get("following")),
        featured=fields.address(get("featured")),
        featured_tags=fields.address(get("featuredTags")),
        icon=icon,
        icon_media_type=icon_media_type,
        image=_image(get("image"))[0],
        public_keys=_public_keys(get("publicKey"), identity),
        multikeys=_multikeys(get("assertionMethod")),
        locked=fields.flag(get("manuallyApprovesFollowers")),
        discoverable=fields.flag(get("discoverable")),
        indexable=fields.flag(get("indexable")),
        published=fields.time(get("published")),
        fields=_profile_fields(get("attachment")),
        also_known_as=fields.addresses(get("alsoKnownAs"), MAX_ALIASES),
        moved_to=fields.address(get("movedTo")),
        suspended=fields.flag(get("suspended")),
        webfinger=webfinger,
        implements=_implements(fields.mapping(get("generator")).get("implements")),
    )


def _image(value: Any) -> tuple[str, str]:
    """Read address and media type of an image; among several sizes the widest (PeerTube, Lemmy and Mastodon differ)."""
    best, best_type, best_width = "", "", -1
    for image in fields.items(value, MAX_ICONS):
        if isinstance(image, str):
            url, media_type, width = fields.file_address(image), "", 0
        elif isinstance(image, dict):
            url = fields.file_address(image.get("url")) or fields.file_address(image.get("href"))
            media_type = fields.text(image.get("mediaType"), 100)
            width = fields.count(image.get("width")) or 0
        else:
            continue
        if url and width > best_width:
            best, best_type, best_width = url, media_type, width
    return best, best_type


def _public_keys(value: Any, actor: str) -> tuple[PublicKey, ...]:
    """Read ``publicKey``, one or several; a key that names no owner is taken to claim the actor."""
    keys = []
    for key in fields.mappings(value, MAX_KEYS):
        identity = fields.address(key.get("id"))
        pem = fields.text(key.get("publicKeyPem"))
        owner = fields.address(key.get("owner")) or fields.address(key.get("controller")) or actor
        if identity and pem and len(pem) <= MAX_PEM:
            keys.append(PublicKey(id=identity, owner=owner, pem=pem))
    return tuple(keys)


def _multikeys(value: Any) -> tuple[Multikey, ...]:
    keys = []
    for key in fields.mappings(value, MAX_KEYS):
        identity, controller = fields.address(key.get("id")), fields.address(key.get("controller"))
        multibase = fields.text(key.get("publicKeyMultibase"))
        if identity and controller and multibase and len(multibase) <= MAX_MULTIBASE:
            keys.append(Multikey(id=identity, controller=controller, multibase=multibase))
    return tuple(keys)


def _profile_fields(value: Any) -> tuple[ProfileField, ...]:
    """Read the ``PropertyValue`` attachments, FEP-fb2a."""
    found = []
    for attachment in fields.mappings(value, MAX_ATTACHMENTS_READ):
        if fields.kind(attachment.get("type")).rpartition(":")[2] != "PropertyValue":
            continue
        name = fields.text(attachment.get("name"), MAX_FIELD)
        if name:
            found.append(ProfileField(name=name, value=fields.text(attachment.get("value"), MAX_FIELD)))
    return tuple(found[:MAX_FIELDS])


def _implements(value: Any) -> tuple[str, ...]:
    """Read the capabilities of FEP-844e: links, or bare addresses."""
    found = []
    for item in fields.items(value, MAX_CAPABILITIES):
        link = item.get("href") or item.get("id") if isinstance(item, dict) else item
        if one := fields.address(link):
            found.append(one)
    return tuple(dict.fromkeys(found))
