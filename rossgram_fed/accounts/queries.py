"""Reads about the people who sign in here, and their invitations."""

from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.database import Reader, Row
from rossgram_fed.models.accounts import Role

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
    suspended: bool
    """Suspended, and nothing worse."""


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


async def admins(reader: Reader) -> tuple[AccountCard, ...]:
    """List the people who run this server, those who were first at the front."""
    rows = await reader.fetch(
        f"SELECT {CARD_COLUMNS} FROM users u JOIN accounts a ON a.id = u.account_id "  # noqa: S608 - a constant
        "WHERE u.role = $1 AND u.disabled_at IS NULL AND a.suspended_at IS NULL AND a.deleted_at IS NULL ORDER BY u.id",
        int(Role.ADMIN),
    )
    return tuple(card_from(row) for row in rows)


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
    open_else = row["disabled_at"] is None and row["deleted_at"] is None
    return UserRecord(
        id=row["id"],
        account_id=row["account_id"],
        username=row["username"],
        password_hash=row["password_hash"],
        role=Role(row["role"]),
        active=open_else and row["suspended_at"] is None,
        suspended=open_else and row["suspended_at"] is not None,
    )
