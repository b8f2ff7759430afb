"""Posts as apps see them (https://docs.joinmastodon.org/entities/Status/), with what Pixelfed's app reads besides."""

from __future__ import annotations

from typing import Any

import msgspec

from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.media import Media

UNSET = msgspec.UNSET
Unset = msgspec.UnsetType


class Mention(msgspec.Struct):
    """Somebody a post addresses."""

    id: str
    username: str
    acct: str
    url: str


class Tag(msgspec.Struct):
    """A tag of a post."""

    name: str
    url: str


class Application(msgspec.Struct):
    """What a post was written with."""

    name: str
    website: str | None


class Place(msgspec.Struct):
    """Where a post says it is from, as Pixelfed writes it."""

    id: str | None
    slug: str
    name: str
    country: str


class Status(msgspec.Struct):
    """A post, a comment, or (with ``reblog``) somebody's boost of one."""

    id: str
    created_at: str
    in_reply_to_id: str | None
    in_reply_to_account_id: str | None
    sensitive: bool
    spoiler_text: str
    visibility: str
    language: str | None
    uri: str
    url: str
    replies_count: int
    reblogs_count: int
    favourites_count: int
    quotes_count: int
    edited_at: str | None
    content: str
    reblog: Status | None
    account: Account
    media_attachments: list[Media]
    mentions: list[Mention]
    tags: list[Tag]
    emojis: list[Any]
    card: None
    poll: Any
    quote: Any
    quote_approval: Any
    pf_type: str
    place: Place | None
    comments_disabled: bool
    application: Application | Unset | None = UNSET
    favourited: bool | Unset = UNSET
    reblogged: bool | Unset = UNSET
    muted: bool | Unset = UNSET
    bookmarked: bool | Unset = UNSET
    pinned: bool | Unset = UNSET
    filtered: list[Any] | Unset = UNSET
    text: str | Unset = UNSET
    """As it was typed; only in the answer to a deletion."""
