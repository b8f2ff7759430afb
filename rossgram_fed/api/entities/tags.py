"""Tags by themselves, with what somebody has to do with them (https://docs.joinmastodon.org/entities/Tag/)."""

from __future__ import annotations

import msgspec

from rossgram_fed.api.entities.words import day
from rossgram_fed.config import Settings
from rossgram_fed.federation.addresses import tag_url
from rossgram_fed.follows.tags import FeaturedTag, TagView


class Use(msgspec.Struct):
    """How much a tag was used on one day; numbers are written as texts."""

    day: str
    """The instant at which it begins, in seconds."""
    uses: str
    accounts: str


class TagEntity(msgspec.Struct):
    """A tag."""

    id: str
    name: str
    url: str
    history: list[Use]
    following: bool | msgspec.UnsetType = msgspec.UNSET
    featuring: bool | msgspec.UnsetType = msgspec.UNSET
    count: int | msgspec.UnsetType = msgspec.UNSET
    """Public posts with it in all; of one tag by itself, for Pixelfed's app."""


class Featured(msgspec.Struct):
    """A tag on somebody's profile (https://docs.joinmastodon.org/entities/FeaturedTag/)."""

    id: str
    name: str
    url: str
    statuses_count: str
    last_status_at: str | None


def tag_from(view: TagView, settings: Settings, *, viewed: bool) -> TagEntity:
    """Return a tag as apps see it; ``viewed``: by somebody in particular."""
    tag = TagEntity(
        # A tag that nobody used yet has no number; its name is as good.
        id=str(view.id) if view.id else view.name,
        name=view.name,
        url=tag_url(settings, view.name),
        history=[Use(str(start // 1000), str(uses), str(accounts)) for start, uses, accounts in view.history],
    )
    if viewed:
        tag.following, tag.featuring = view.following, view.featuring
    return tag


def featured_from(tag: FeaturedTag, settings: Settings) -> Featured:
    """Return a tag on somebody's profile; its page here is everybody's, since there are no tag pages of one account."""
    return Featured(
        id=str(tag.id),
        name=tag.name,
        url=tag_url(settings, tag.name),
        statuses_count=str(tag.posts),
        last_status_at=None if tag.last_at is None else day(tag.last_at),
    )
