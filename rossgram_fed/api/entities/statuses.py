"""Posts as apps see them (https://docs.joinmastodon.org/entities/Status/), with what Pixelfed's app reads besides.

A post is put together of what it is to everybody (``Body``, which may be kept) and what it is to whoever looks
(``Seen``, which may not).
"""

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


class StatusApplication(msgspec.Struct):
    """What a post was written with."""

    name: str
    website: str | None


class Place(msgspec.Struct):
    """Where a post says it is from, as Pixelfed writes it."""

    id: str | None
    slug: str
    name: str
    country: str


class TaggedPerson(msgspec.Struct):
    """Somebody who is in the photos of a post, as Pixelfed writes it."""

    id: str
    username: str
    avatar: str


class Seen(msgspec.Struct, kw_only=True):
    """What a post is to whoever looks; the first six are for people with a token."""

    favourited: bool | Unset = UNSET
    reblogged: bool | Unset = UNSET
    muted: bool | Unset = UNSET
    bookmarked: bool | Unset = UNSET
    pinned: bool | Unset = UNSET
    filtered: list[Any] | Unset = UNSET
    poll: Any = UNSET
    quote: Any = UNSET
    quote_approval: Any = UNSET
    tagged_people: list[TaggedPerson] | Unset = msgspec.field(name="taggedPeople", default=UNSET)

    @classmethod
    def plain(cls, **flags: Any) -> Seen:
        """Return what a post is that has no poll, no quote and nobody in its photos."""
        return cls(poll=None, quote=None, quote_approval=None, tagged_people=[], **flags)


class Body(Seen, kw_only=True):
    """What a post is to everybody who may see it; what it is to whoever looks is left unset, and is not written."""

    id: str
    created_at: str
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    sensitive: bool = False
    spoiler_text: str = ""
    visibility: str
    language: str | None = None
    uri: str
    url: str
    replies_count: int = 0
    reblogs_count: int = 0
    favourites_count: int = 0
    quotes_count: int = 0
    edited_at: str | None = None
    content: str = ""
    content_text: str = ""
    """The same without markup: of a post from here, as its author typed it."""
    media_attachments: list[Media] = []
    mentions: list[Mention] = []
    tags: list[Tag] = []
    emojis: list[Any] = []
    card: None = None
    pf_type: str = "text"
    local: bool = False
    place: Place | None = None
    comments_disabled: bool = False
    application: StatusApplication | Unset | None = UNSET


class Status(Body, kw_only=True):
    """A post, a comment, or (with ``reblog``) somebody's boost of one."""

    account: Account
    reblog: Status | None = None
    text: str | Unset = UNSET
    """As it was typed; only in the answer to a deletion."""


def status_of(body: Body, account: Account, seen: Seen, *, reblog: Status | None = None) -> Status:
    """Put a post together."""
    parts = msgspec.structs.asdict(body) | msgspec.structs.asdict(seen)
    return Status(**parts, account=account, reblog=reblog)
