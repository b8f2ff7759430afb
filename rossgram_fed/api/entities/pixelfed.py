"""What Pixelfed's own app is given beside Mastodon's entities, as Pixelfed's controllers and transformers write it.

Where a part of Pixelfed is not here, its fields say so: a switch is off, a list is empty, a value is null.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.media import Media
from rossgram_fed.api.entities.statuses import Place, Status
from rossgram_fed.caption import is_web_address
from rossgram_fed.markup import text_of
from rossgram_fed.places.gazetteer import City

LONGEST_NOTE = 4000


class Message(msgspec.Struct):
    """What became of something, with a status."""

    msg: str
    code: int


class Switch(msgspec.Struct):
    """Whether something is on."""

    active: bool


class Success(msgspec.Struct):
    """Something was done."""

    success: bool = True


class ComposeSettings(msgspec.Struct):
    """What the composer begins with, and what it may take."""

    default_scope: str
    default_license: str | None
    media_descriptions: bool
    max_caption_length: int
    max_altext_length: int
    max_media_attachments: int
    max_file_size: int
    """In kilobytes."""
    allowed_media_types: list[str]


class FoundPlace(Place):
    """A place with what tells it from others."""

    url: str = ""
    lat: float | None = None
    long: float | None = None


class PlacePosts(msgspec.Struct):
    """A place, and what was posted from there."""

    place: FoundPlace
    posts: list[Status]


class Hashtag(msgspec.Struct):
    """A tag that many use."""

    id: str
    name: str
    hashtag: str
    url: str


class RelatedTag(msgspec.Struct):
    """A tag that stands beside another."""

    name: str
    related_count: int


class TextMessage(msgspec.Struct, rename={"is_author": "isAuthor", "report_id": "reportId"}):
    """One direct post between two people."""

    id: str
    hidden: bool
    is_author: bool
    type: str
    text: str
    media: str | None
    carousel: list[Media]
    created_at: str
    seen: bool
    report_id: str
    meta: None = None


class Talk(msgspec.Struct, rename={"is_local": "isLocal", "last_message": "lastMessage"}):
    """What two people wrote each other, with who the other one is; the newest first."""

    id: str
    name: str
    username: str
    avatar: str
    url: str
    muted: bool
    is_local: bool
    domain: str | None
    created_at: str
    last_message: str
    messages: list[TextMessage]


class Mutual(msgspec.Struct):
    """Somebody who may be written to."""

    id: str
    name: str
    acct: str
    username: str
    avatar: str
    local: bool


class Timelines(msgspec.Struct, kw_only=True):
    """What an app shows of timelines."""

    show_public: bool = False
    show_network: bool = False
    hide_likes_shares: bool = False


class MediaShown(msgspec.Struct, kw_only=True):
    """How an app shows photos."""

    hide_public_behind_cw: bool = True
    always_show_cw: bool = False
    show_alt_text: bool = False


class Appearance(msgspec.Struct, kw_only=True):
    """How an app looks."""

    links_use_in_app_browser: bool = True
    theme: Literal["light", "dark", "system"] = "system"


class CommonSettings(msgspec.Struct, kw_only=True):
    """How an app shows things, for all of somebody's devices."""

    timelines: Timelines = msgspec.field(default_factory=Timelines)
    media: MediaShown = msgspec.field(default_factory=MediaShown)
    appearance: Appearance = msgspec.field(default_factory=Appearance)


class AppSettings(msgspec.Struct):
    """The same, with whose it is and when it was set."""

    id: str
    username: str
    updated_at: str | None
    common: CommonSettings


class StoryOwner(msgspec.Struct):
    """Whose stories they would be."""

    id: str
    username: str
    username_acct: str
    avatar: str
    local: bool
    is_author: bool


class OwnStories(msgspec.Struct):
    """One's own stories: none."""

    user: StoryOwner
    nodes: list[Any]


class Carousel(msgspec.Struct):
    """All stories: none."""

    self: OwnStories
    nodes: list[Any]


def detailed(account: Account) -> Account:
    """Add what is read of one account by itself; pronouns and locations are not kept here."""
    account.note_text = text_of(account.note, LONGEST_NOTE)
    links = (text_of(field.value, LONGEST_NOTE) for field in account.fields)
    account.website = next((link for link in links if is_web_address(link)), None)
    account.location, account.header_bg, account.pronouns = None, None, []
    return account


def slug_of(name: str) -> str:
    """Return a name as addresses of places have it."""
    return "-".join(name.lower().split())


def place_from(city: City, base_url: str) -> FoundPlace:
    """Return a city as Pixelfed writes places."""
    return FoundPlace(
        id=str(city.id),
        slug=slug_of(city.name),
        name=city.name,
        country=city.country,
        url=f"{base_url}/places/{city.id}",
        lat=city.latitude,
        long=city.longitude,
    )


def mutual_from(account: Account) -> Mutual:
    """Return somebody as the list of whom one may write to has them."""
    return Mutual(account.id, account.display_name, account.acct, account.username, account.avatar, local=account.local)
