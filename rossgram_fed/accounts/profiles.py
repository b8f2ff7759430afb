"""A profile: who somebody is, here or elsewhere, for whoever looks and for the owner who edits it; one statement."""

# ruff: noqa: S608 - the SQL is put together of constants only
from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.accounts.bio import Link, links_from
from rossgram_fed.accounts.mentions import handle_from
from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.config import Settings
from rossgram_fed.database import Reader, Row
from rossgram_fed.models.accounts import Standing
from rossgram_fed.visibility import heard

_PROFILE = (
    f"SELECT {CARD_COLUMNS}, a.bio, a.bio_html, a.links, a.followers_count, a.following_count, a.posts_count, "
    "a.discoverable, a.hides_network, a.backfilled_at, a.deleted_at, a.suspended_at, a.host_standing, "
    "a.moved_to_uri, a.header_key, a.header_url, EXISTS (SELECT 1 FROM featured_tags e WHERE e.account_id = a.id) "
    "AS features_tags FROM accounts a "
)


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything the head of a profile page shows, and what its owner typed."""

    account: AccountCard
    bio: str
    """As its owner typed it; empty for strangers."""
    bio_html: str
    links: tuple[Link, ...]
    followers_count: int
    following_count: int
    posts_count: int
    discoverable: bool
    hides_network: bool
    """Whether nobody else is told who follows them and whom they follow."""
    backfilled_at: int
    deleted: bool
    suspended: bool
    moved_to_uri: str
    """The address of the account they live at now; empty for who has not moved."""
    has_header: bool = False
    features_tags: bool = False
    """Whether there are tags that they show on their profile."""

    @property
    def header_path(self) -> str:
        """The address of the wide picture on this server; empty when there is none."""
        return f"/headers/{self.account.id}" if self.has_header else ""

    @property
    def bot(self) -> bool:
        """Whether the account says that it acts by itself."""
        return self.account.kind in ("Service", "Application")


async def profile_of(reader: Reader, account_id: int) -> Profile | None:
    """Return the profile of an account."""
    return _profile(await reader.fetch_one(_PROFILE + "WHERE a.id = $1", account_id))


async def account_by_uri(reader: Reader, uri: str) -> AccountCard | None:
    """Return the account with this actor id, if we know it and show it."""
    row = await reader.fetch_one(
        f"SELECT {CARD_COLUMNS} FROM accounts a WHERE a.uri = $1 AND a.deleted_at IS NULL AND {heard('a')}",
        uri,
    )
    return card_from(row) if row is not None else None


async def profile_by_handle(reader: Reader, settings: Settings, text: str) -> Profile | None:
    """Return the profile behind a handle as it stands in an address: ``alice`` or ``alice@photos.example``."""
    handle = handle_from(settings, text)
    if handle is None:
        return None
    row = await reader.fetch_one(
        _PROFILE + "WHERE a.username IN ($1, $2) AND a.domain = $3",
        handle.username,
        handle.username.lower(),
        handle.host,
    )
    return _profile(row)


def _profile(row: Row | None) -> Profile | None:
    if row is None:
        return None
    return Profile(
        account=card_from(row),
        bio=row["bio"],
        bio_html=row["bio_html"],
        links=links_from(row["links"]),
        followers_count=row["followers_count"],
        following_count=row["following_count"],
        posts_count=row["posts_count"],
        discoverable=bool(row["discoverable"]),
        hides_network=bool(row["hides_network"]),
        backfilled_at=row["backfilled_at"],
        deleted=row["deleted_at"] is not None,
        suspended=row["suspended_at"] is not None or row["host_standing"] == Standing.SUSPENDED,
        moved_to_uri=row["moved_to_uri"],
        has_header=bool(row["header_key"] or (row["header_url"] and not row["media_refused"])),
        features_tags=bool(row["features_tags"]),
    )
