"""The head of a profile page: who somebody is, here or elsewhere, in one statement."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.config import Settings
from rossgram_fed.database import Database, Row
from webfinger.errors import WebFingerError
from webfinger.handles import Handle, parse_handle


@dataclass(frozen=True, slots=True)
class ProfileLink:
    """A name and a value (sanitised HTML) that the account's owner put on their profile."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything the head of a profile page shows."""

    account: AccountCard
    bio_html: str
    links: tuple[ProfileLink, ...]
    followers_count: int
    following_count: int
    posts_count: int
    indexable: bool
    backfilled_at: int
    deleted: bool
    suspended: bool


async def profile(database: Database, settings: Settings, text: str) -> Profile | None:
    """Return the profile behind a handle as it stands in an address: ``alice`` or ``alice@photos.example``."""
    handle = handle_from(settings, text)
    if handle is None:
        return None
    row = await database.fetch_one(
        f"SELECT {CARD_COLUMNS}, a.bio_html, a.links, a.followers_count, a.following_count, a.posts_count, "  # noqa: S608 - constants
        "a.indexable, a.backfilled_at, a.deleted_at, a.suspended_at FROM accounts a "
        "WHERE a.username IN ($1, $2) AND a.domain = $3",
        handle.username,
        handle.username.lower(),
        handle.host,
    )
    return None if row is None else _profile(row)


def handle_from(settings: Settings, text: str) -> Handle | None:
    """Read a handle; ours get an empty host, whichever of our domains they name; None for what is no handle."""
    name, at, host = text.removeprefix("@").partition("@")
    if not at or host.lower() in (settings.account_domain, settings.host):
        return Handle(name.lower(), "") if 0 < len(name) <= 255 and name.isprintable() else None
    try:
        return parse_handle(text)
    except WebFingerError:
        return None


def _profile(row: Row) -> Profile:
    return Profile(
        account=card_from(row),
        bio_html=row["bio_html"],
        links=tuple(ProfileLink(link["name"], link["value"]) for link in orjson.loads(row["links"] or "[]")),
        followers_count=row["followers_count"],
        following_count=row["following_count"],
        posts_count=row["posts_count"],
        indexable=bool(row["indexable"]),
        backfilled_at=row["backfilled_at"],
        deleted=row["deleted_at"] is not None,
        suspended=row["suspended_at"] is not None,
    )
