"""Our actors as documents and descriptors: rows in, values out; no query and no request here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from activitypub.actors import Actor, Multikey, ProfileField, PublicKey
from activitypub.keys import load_public, multibase
from activitypub.render import actor_document, with_context
from rossgram_fed.config import Settings
from rossgram_fed.database import Row
from rossgram_fed.federation import addresses
from webfinger import jrd
from webfinger.handles import Handle

ACTOR_COLUMNS = (
    "id, username, domain, uri, url, actor_type, name, bio_html, links, avatar_key, header_key, inbox, shared_inbox, "
    "outbox, followers_uri, following_uri, featured_uri, public_keys, locked, discoverable, indexable, created_at, "
    "suspended_at, deleted_at, also_known_as, moved_to_uri"
)
"""What ``actor_of`` reads of the table ``accounts``."""

IMPLEMENTS = ("https://datatracker.ietf.org/doc/html/rfc9421",)
"""What we say we can do (FEP-844e)."""

_PROFILE_PAGE = "http://webfinger.net/rel/profile-page"
_AVATAR = "http://webfinger.net/rel/avatar"
_UPDATES_FROM = "http://schemas.google.com/g/2010#updates-from"
"""Where a feed is; servers that find no posts in an outbox look there."""
_SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
_INTENTS = {"Follow": "object", "Like": "object", "Announce": "object", "Object": "object", "Create": "inReplyTo"}
"""What somebody may be sent here to do (FEP-3b86), and what of it we are told: the thing it is done to."""
_ACTIVITY_TYPE = "application/activity+json"
_AVATAR_TYPES = {"webp": "image/webp", "png": "image/png"}


def actor_of(settings: Settings, account: Row) -> Actor:
    """Return a local account as the actor that others see."""
    keys = [(key["id"], key["pem"]) for key in orjson.loads(account["public_keys"])]
    parsed = [(key_id, pem, load_public(pem)) for key_id, pem in keys]
    avatar = account["avatar_key"]
    return Actor(
        id=account["uri"],
        kind=account["actor_type"],
        preferred_username=account["username"],
        inbox=account["inbox"],
        name=account["name"],
        summary=account["bio_html"],
        url=account["url"],
        outbox=account["outbox"],
        shared_inbox=account["shared_inbox"],
        followers=account["followers_uri"],
        following=account["following_uri"],
        featured=account["featured_uri"],
        featured_tags=addresses.featured_tags_uri(settings, account["username"]) if account["featured_uri"] else "",
        icon=addresses.photo_url(settings, avatar) if avatar else "",
        icon_media_type=_AVATAR_TYPES.get(avatar.rpartition(".")[2], "image/jpeg"),
        image=addresses.photo_url(settings, account["header_key"]) if account["header_key"] else "",
        public_keys=tuple(
            PublicKey(key_id, account["uri"], pem)
            for key_id, pem, key in parsed
            if not isinstance(key, Ed25519PublicKey)
        ),
        multikeys=tuple(
            Multikey(key_id, account["uri"], multibase(key))
            for key_id, _, key in parsed
            if isinstance(key, Ed25519PublicKey)
        ),
        locked=bool(account["locked"]),
        discoverable=bool(account["discoverable"]),
        indexable=bool(account["indexable"]),
        published=datetime.fromtimestamp(account["created_at"] / 1000, UTC).replace(microsecond=0),
        fields=tuple(ProfileField(link["name"], link["value"]) for link in orjson.loads(account["links"])),
        also_known_as=tuple(orjson.loads(account["also_known_as"])),
        moved_to=account["moved_to_uri"],
        webfinger=f"{account['username']}@{settings.account_domain}",
        implements=IMPLEMENTS,
    )


def actor_document_of(settings: Settings, account: Row) -> dict[str, Any]:
    """Return a local account's actor document, with ``@context``; ``account`` holds ``ACTOR_COLUMNS``."""
    return with_context(actor_document(actor_of(settings, account)))


def descriptor_of(settings: Settings, account: Row, *, asked: Handle | None, rels: tuple[str, ...]) -> dict[str, Any]:
    """Return the WebFinger answer about a local account (RFC 7033, section 4.4).

    The subject is always the handle at the account domain; whoever asked about another spelling finds it among the
    aliases, so that both lead here when the two domains differ.
    """
    subject = Handle(account["username"], settings.account_domain).acct
    aliases = [account["url"], account["uri"]]
    if asked is not None and asked.host != settings.account_domain:
        aliases.append(Handle(account["username"], asked.host).acct)
    links = [
        jrd.Link("self", _ACTIVITY_TYPE, account["uri"]),
        jrd.Link(_PROFILE_PAGE, "text/html", account["url"]),
    ]
    if account["actor_type"] != "Application":
        feed = addresses.feed_url(settings, account["username"])
        links.append(jrd.Link(_UPDATES_FROM, "application/atom+xml", feed))
        links += _intents(settings)
    if avatar := account["avatar_key"]:
        kind = _AVATAR_TYPES.get(avatar.rpartition(".")[2], "image/jpeg")
        links.append(jrd.Link(_AVATAR, kind, addresses.photo_url(settings, avatar)))
    return jrd.build(subject, dict.fromkeys(aliases), links, rels=rels)


def _intents(settings: Settings) -> list[jrd.Link]:
    """Say where people of ours want to be sent who began something elsewhere: FEP-3b86, and OStatus before it."""
    page = f"{settings.base_url}/authorize_interaction?uri="
    links = [
        jrd.Link(f"https://w3id.org/fep/3b86/{kind}", template=f"{page}{{{name}}}") for kind, name in _INTENTS.items()
    ]
    return [jrd.Link(_SUBSCRIBE, template=f"{page}{{uri}}"), *links]
