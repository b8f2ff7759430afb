"""Reads about accounts and the people behind the local ones."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.config import Settings
from rossgram_fed.database import Database, Row, Transaction
from rossgram_fed.models.accounts import Role
from webfinger.errors import WebFingerError
from webfinger.handles import parse_handle

Reader = Database | Transaction
"""Whatever runs a read: the database, or a transaction that must see its own writes."""

_USER = (
    "SELECT u.id, u.account_id, u.password_hash, u.role, u.disabled_at, a.username, a.suspended_at, a.deleted_at "
    "FROM users u JOIN accounts a ON a.id = u.account_id "
)


@dataclass(frozen=True, slots=True)
class UserRecord:
    """Someone who may sign in."""

    id: int
    account_id: int
    username: str
    password_hash: str
    role: Role
    active: bool
    """Neither disabled nor suspended nor deleted."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A local account as its owner edits it."""

    account_id: int
    username: str
    name: str
    bio: str
    links: str
    locked: bool
    discoverable: bool
    avatar_key: str
    avatar_path: str


@dataclass(frozen=True, slots=True)
class OpenInvite:
    """An invitation that still opens the door; its code is known only to whoever made it."""

    id: int
    uses_left: int
    created_at: int
    expires_at: int


async def user_by_id(reader: Reader, user_id: int) -> UserRecord | None:
    """Return a user."""
    return _user(await reader.fetch_one(_USER + "WHERE u.id = $1", user_id))


async def user_by_username(reader: Reader, username: str) -> UserRecord | None:
    """Return the user of a local account."""
    return _user(await reader.fetch_one(_USER + "WHERE a.username = $1 AND a.domain = ''", username))


async def has_admin(reader: Reader) -> bool:
    """Say whether anybody runs this server yet."""
    return bool(
        await reader.fetch_value(
            "SELECT 1 FROM users u JOIN accounts a ON a.id = u.account_id "
            "WHERE u.role = $1 AND u.disabled_at IS NULL AND a.deleted_at IS NULL LIMIT 1",
            int(Role.ADMIN),
        )
    )


async def card_of(reader: Reader, account_id: int) -> AccountCard | None:
    """Return an account in one line, unless it is gone."""
    row = await reader.fetch_one(
        f"SELECT {CARD_COLUMNS} FROM accounts a WHERE a.id = $1 AND a.deleted_at IS NULL", account_id
    )
    return None if row is None else card_from(row)


async def account_by_handle(reader: Reader, settings: Settings, handle: str) -> AccountCard | None:
    """Return the known account with a handle: ``alice``, ``@alice@here``, ``@bob@far.example``; nothing is fetched.

    Suspended accounts are returned, deleted ones are not.
    """
    try:
        parsed = parse_handle(handle if "@" in handle.lstrip("@") else f"{handle.lstrip('@')}@{settings.host}")
    except WebFingerError:
        return None
    here = parsed.host in (settings.host, settings.account_domain)
    row = await reader.fetch_one(
        f"SELECT {CARD_COLUMNS} FROM accounts a WHERE a.username = $1 AND a.domain = $2 AND a.deleted_at IS NULL "
        "AND a.uri <> $3",
        parsed.username.lower() if here else parsed.username,
        "" if here else parsed.host,
        f"{settings.base_url}/actor",
    )
    return None if row is None else card_from(row)


async def profile_of(reader: Reader, account_id: int) -> Profile | None:
    """Return a local account for editing."""
    row = await reader.fetch_one(
        "SELECT id, username, name, bio, links, locked, discoverable, avatar_key FROM accounts "
        "WHERE id = $1 AND domain = '' AND deleted_at IS NULL",
        account_id,
    )
    if row is None:
        return None
    return Profile(
        account_id=row["id"],
        username=row["username"],
        name=row["name"],
        bio=row["bio"],
        links=row["links"],
        locked=bool(row["locked"]),
        discoverable=bool(row["discoverable"]),
        avatar_key=row["avatar_key"],
        avatar_path=f"/avatars/{row['id']}" if row["avatar_key"] else "",
    )


async def open_invites(reader: Reader, *, user_id: int, now: int) -> list[OpenInvite]:
    """List a user's invitations that still open the door, newest first."""
    rows = await reader.fetch(
        "SELECT id, uses_left, created_at, expires_at FROM invites "
        "WHERE created_by_id = $1 AND uses_left > 0 AND expires_at > $2 ORDER BY id DESC",
        user_id,
        now,
    )
    return [OpenInvite(row["id"], row["uses_left"], row["created_at"], row["expires_at"]) for row in rows]


def _user(row: Row | None) -> UserRecord | None:
    if row is None:
        return None
    return UserRecord(
        id=row["id"],
        account_id=row["account_id"],
        username=row["username"],
        password_hash=row["password_hash"],
        role=Role(row["role"]),
        active=row["disabled_at"] is None and row["suspended_at"] is None and row["deleted_at"] is None,
    )
