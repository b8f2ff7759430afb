"""Actors: people, services, groups and servers, with the keys that prove them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

ACTOR_TYPES = frozenset({"Application", "Group", "Organization", "Person", "Service"})


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key an actor document lists. That it is listed there, at the actor's own origin, is what makes it theirs."""

    id: str
    owner: str
    pem: str


@dataclass(frozen=True, slots=True)
class Multikey:
    """A key for object integrity proofs (FEP-521a)."""

    id: str
    controller: str
    multibase: str


@dataclass(frozen=True, slots=True)
class ProfileField:
    """A name and a value (HTML as sent) on a profile."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Actor:
    """An actor as its own origin describes it."""

    id: str
    kind: str
    preferred_username: str
    inbox: str
    name: str = ""
    summary: str = ""
    """HTML as sent."""
    url: str = ""
    outbox: str = ""
    shared_inbox: str = ""
    followers: str = ""
    following: str = ""
    featured: str = ""
    featured_tags: str = ""
    """Collection of tags on the profile (Mastodon)."""
    icon: str = ""
    """URL of the avatar."""
    icon_media_type: str = ""
    image: str = ""
    public_keys: tuple[PublicKey, ...] = ()
    multikeys: tuple[Multikey, ...] = ()
    locked: bool = False
    discoverable: bool = False
    indexable: bool = False
    published: datetime | None = None
    fields: tuple[ProfileField, ...] = ()
    also_known_as: tuple[str, ...] = ()
    moved_to: str = ""
    suspended: bool = False
    """Whether the actor's own server suspended it, for as long as it says so."""
    webfinger: str = ""
    """``user@domain`` as FEP-2c59 states it; a claim until WebFinger loops back."""
    implements: tuple[str, ...] = ()
    """Capabilities from ``generator.implements`` (FEP-844e)."""
