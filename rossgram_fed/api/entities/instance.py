"""What this server is and takes, as apps read it (https://docs.joinmastodon.org/entities/Instance/ and V1_Instance)."""

from __future__ import annotations

from typing import Any

import msgspec

from rossgram_fed.api.entities.accounts import Account


class Thumbnail(msgspec.Struct):
    """A picture that stands for this server."""

    url: str
    blurhash: str | None = None
    versions: dict[str, str] = {}
    description: str = ""


class Registrations(msgspec.Struct):
    """Whether, and how, one may join."""

    enabled: bool
    approval_required: bool
    reason_required: bool
    message: str | None
    url: str | None
    min_age: int | None = None


class Contact(msgspec.Struct):
    """Whom to ask."""

    email: str
    account: Account | None


class InstanceRule(msgspec.Struct):
    """A rule for people here."""

    id: str
    text: str
    hint: str = ""


class Icon(msgspec.Struct):
    """The mark of this server in one size."""

    src: str
    size: str


class InstanceInfo(msgspec.Struct):
    """``GET /api/v2/instance``."""

    domain: str
    title: str
    version: str
    source_url: str
    description: str
    usage: dict[str, dict[str, int]]
    thumbnail: Thumbnail
    icon: list[Icon]
    languages: list[str]
    configuration: dict[str, Any]
    registrations: Registrations
    api_versions: dict[str, int]
    contact: Contact
    rules: list[InstanceRule]


class InstanceInfoV1(msgspec.Struct):
    """``GET /api/v1/instance``, for apps from before the other."""

    uri: str
    title: str
    short_description: str
    description: str
    email: str
    version: str
    urls: dict[str, str]
    stats: dict[str, int]
    thumbnail: str
    languages: list[str]
    registrations: bool
    approval_required: bool
    invites_enabled: bool
    configuration: dict[str, Any]
    contact_account: Account | None
    rules: list[InstanceRule]


class Week(msgspec.Struct):
    """What happened here in one week; numbers as strings, as Mastodon has them."""

    week: str
    statuses: str
    logins: str
    registrations: str


class Text(msgspec.Struct):
    """A text about this server, as HTML."""

    updated_at: str | None
    content: str


class DomainBlock(msgspec.Struct):
    """A server that the admins keep away, wholly or from those who do not follow (``silence``)."""

    domain: str
    digest: str
    """SHA-256 of the domain (hex)."""
    severity: str
    comment: str
