"""Accounts as apps see them (https://docs.joinmastodon.org/entities/Account/)."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson

from rossgram_fed.api.entities.tags import Featured
from rossgram_fed.api.entities.words import VISIBILITIES, absolute, day, instant
from rossgram_fed.config import Settings
from rossgram_fed.database import Row
from rossgram_fed.ids import instant_of
from rossgram_fed.models.accounts import Standing

UNSET = msgspec.UNSET
Unset = msgspec.UnsetType
NO_AVATAR = "/static/no-avatar.png"
NO_HEADER = "/static/no-header.png"

ACCOUNT_COLUMNS = (
    "a.id AS account_id, a.username, a.domain, a.name AS account_name, a.uri AS account_uri, a.url AS account_url, "
    "a.bio_html, a.links, a.avatar_key, a.avatar_url, a.header_key, a.header_url, a.media_refused, a.locked, "
    "a.discoverable, a.indexable, a.hides_network, a.actor_type, a.followers_count, a.following_count, a.posts_count, "
    "a.moved_to_uri, a.limited_at, a.suspended_at, a.host_standing, a.created_at AS account_created_at, "
    "(SELECT MAX(lp.id) FROM posts lp WHERE lp.account_id = a.id AND lp.visibility <= 1) AS last_post_id"
)
"""What ``account_from`` reads; the query names the table ``accounts a``."""


class Field(msgspec.Struct):
    """A line of a profile."""

    name: str
    value: str
    verified_at: str | None = None


class Source(msgspec.Struct):
    """What the owner of an account typed, for editing it."""

    note: str
    fields: list[Field]
    privacy: str
    sensitive: bool
    language: str | None
    follow_requests_count: int
    discoverable: bool
    indexable: bool
    hide_collections: bool
    quote_policy: str
    attribution_domains: list[str] = []


class Permissions(msgspec.Struct):
    """What somebody may do here (https://docs.joinmastodon.org/entities/Role/)."""

    id: str
    name: str
    permissions: str
    color: str = ""
    highlighted: bool = False


class Account(msgspec.Struct):
    """Somebody here or elsewhere."""

    id: str
    username: str
    acct: str
    display_name: str
    locked: bool
    bot: bool
    discoverable: bool
    indexable: bool
    group: bool
    created_at: str
    note: str
    url: str
    uri: str
    avatar: str
    avatar_static: str
    header: str
    header_static: str
    followers_count: int
    following_count: int
    statuses_count: int
    last_status_at: str | None
    hide_collections: bool
    noindex: bool
    emojis: list[Any]
    roles: list[Any]
    fields: list[Field]
    local: bool
    suspended: bool | Unset = UNSET
    limited: bool | Unset = UNSET
    moved: Account | Unset | None = UNSET
    source: Source | Unset = UNSET
    role: Permissions | Unset = UNSET
    mute_expires_at: str | Unset | None = UNSET
    note_text: str | Unset = UNSET
    """This and what follows is what Pixelfed's app reads of one account by itself (``pixelfed.detailed``)."""
    website: str | Unset | None = UNSET
    location: Unset | None = UNSET
    pronouns: list[str] | Unset = UNSET
    header_bg: Unset | None = UNSET
    is_admin: bool | Unset = UNSET
    """Told to themselves alone."""


class Profile(msgspec.Struct):
    """One's own profile as it is typed (https://docs.joinmastodon.org/entities/Profile/)."""

    id: str
    display_name: str
    note: str
    fields: list[Field]
    avatar: str | None
    avatar_static: str | None
    header: str | None
    header_static: str | None
    locked: bool
    bot: bool
    hide_collections: bool
    discoverable: bool
    indexable: bool
    featured_tags: list[Featured]
    avatar_description: str = ""
    """Portraits have no descriptions here, and what a profile shows cannot be chosen."""
    header_description: str = ""
    show_media: bool = True
    show_media_replies: bool = True
    show_featured: bool = True
    attribution_domains: list[str] = []


def profile_from(own: Account, source: Source, tags: list[Featured]) -> Profile:
    """Return somebody's own account as the profile that they edit."""
    avatar = None if own.avatar.endswith(NO_AVATAR) else own.avatar
    header = None if own.header.endswith(NO_HEADER) else own.header
    return Profile(
        id=own.id,
        display_name=own.display_name,
        note=source.note,
        fields=source.fields,
        avatar=avatar,
        avatar_static=avatar,
        header=header,
        header_static=header,
        locked=own.locked,
        bot=own.bot,
        hide_collections=own.hide_collections,
        discoverable=own.discoverable,
        indexable=own.indexable,
        featured_tags=tags,
    )


def account_from(row: Row, settings: Settings) -> Account:
    """Read an account out of a row with ``ACCOUNT_COLUMNS``; of who is suspended, that they are and nothing more."""
    account_id, domain = row["account_id"], row["domain"]
    refused = bool(row["media_refused"])
    has_avatar = bool(row["avatar_key"] or (row["avatar_url"] and not refused))
    has_header = bool(row["header_key"] or (row["header_url"] and not refused))
    avatar = absolute(settings, f"/avatars/{account_id}" if has_avatar else NO_AVATAR)
    header = absolute(settings, f"/headers/{account_id}" if has_header else NO_HEADER)
    last = row["last_post_id"]
    suspended = row["suspended_at"] is not None or row["host_standing"] == Standing.SUSPENDED
    if suspended:
        row = {**row, "account_name": "", "bio_html": "", "links": "[]", "actor_type": "Person"}
        row |= {"locked": False, "discoverable": False, "indexable": False}
        avatar, header = absolute(settings, NO_AVATAR), absolute(settings, NO_HEADER)
    return Account(
        id=str(account_id),
        username=row["username"],
        acct=f"{row['username']}@{domain}" if domain else row["username"],
        display_name=row["account_name"],
        locked=bool(row["locked"]),
        bot=row["actor_type"] in ("Service", "Application"),
        discoverable=bool(row["discoverable"]),
        indexable=bool(row["indexable"]),
        group=row["actor_type"] == "Group",
        # Mastodon's clients want the day alone.
        created_at=f"{day(row['account_created_at'])}T00:00:00.000Z",
        note=row["bio_html"],
        url=row["account_url"] or row["account_uri"],
        uri=row["account_uri"],
        avatar=avatar,
        avatar_static=avatar,
        header=header,
        header_static=header,
        followers_count=row["followers_count"],
        following_count=row["following_count"],
        statuses_count=row["posts_count"],
        last_status_at=day(instant_of(last)) if last else None,
        hide_collections=bool(row["hides_network"]),
        noindex=not row["indexable"],
        emojis=[],
        roles=[],
        fields=fields_from(row["links"]),
        local=not domain,
        suspended=True if suspended else UNSET,
        limited=True if row["limited_at"] is not None or row["host_standing"] == Standing.LIMITED else UNSET,
    )


def fields_from(links: str) -> list[Field]:
    """Read the column ``Account.links``."""
    return [
        Field(
            name=one.get("name", ""),
            value=one.get("value", ""),
            verified_at=instant(one["verified_at"]) if one.get("verified_host") and one.get("verified_at") else None,
        )
        for one in orjson.loads(links or "[]")
    ]


def default_privacy(visibility: int) -> str:
    """Return the audience that somebody posts to where an app does not say."""
    return VISIBILITIES[visibility]
