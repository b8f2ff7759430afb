"""What the moderators' pages read about accounts."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.database import Reader, Row
from rossgram_fed.ids import LARGEST_ID
from rossgram_fed.models.accounts import Role, Standing

SHOWN = {
    "here": "a.domain = ''",
    "elsewhere": "a.domain <> ''",
    "limited": "a.limited_at IS NOT NULL",
    "suspended": "a.suspended_at IS NOT NULL",
}
"""What a list of accounts can be narrowed to, by its name in addresses."""

_COLUMNS = (
    f"{CARD_COLUMNS}, a.created_at, a.limited_at, a.suspended_at, a.suspended_there, a.host_standing, a.posts_count, "
    "a.followers_count, a.bio_html, u.role, u.seen_at, "
    "(SELECT COUNT(*) FROM reports r WHERE r.target_id = a.id AND r.resolved_at IS NULL) AS waiting"
)
_PEOPLE = "accounts a LEFT JOIN users u ON u.account_id = a.id WHERE (a.domain <> '' OR u.id IS NOT NULL)"


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account as the staff sees it."""

    account: AccountCard
    role: Role | None
    """None for strangers."""
    created_at: int
    """When it was made here, or first met."""
    seen_at: int
    """When its owner was last here; 0 for strangers and those who never were."""
    limited_at: int | None
    suspended_at: int | None
    """By the staff of this server."""
    suspended_there: bool
    """By their own."""
    host_standing: Standing
    posts_count: int
    followers_count: int
    bio_html: str
    waiting: int
    """Open reports about it that the viewer may see; those about the staff are for the admins."""


async def accounts(
    reader: Reader, *, viewer: Role, shown: str, search: str = "", before: int | None = None, limit: int
) -> tuple[AccountRecord, ...]:
    """Return accounts of one of the kinds of ``SHOWN``, those that came last first, from below the id ``before``.

    ``search`` is how a username begins, or a whole handle, or ``@`` and a host.
    """
    username, domain = _parts(search)
    conditions = [SHOWN[shown], "a.id < $1"]
    arguments: list[object] = [LARGEST_ID if before is None else before]
    if username:
        arguments.append(_beginning(username))
        conditions.append(f"LOWER(a.username) LIKE ${len(arguments)} ESCAPE '!'")
    if domain:
        arguments.append(domain)
        conditions.append(f"a.domain = ${len(arguments)}")
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM {_PEOPLE} AND a.deleted_at IS NULL AND {' AND '.join(conditions)} "
        f"ORDER BY a.id DESC LIMIT {int(limit)}",
        *arguments,
    )
    return tuple(_record(row, viewer) for row in rows)


async def account_by_id(reader: Reader, account_id: int, *, viewer: Role) -> AccountRecord | None:
    """Return one account; None for the server's own and for those that are gone."""
    rows: Sequence[Row] = await reader.fetch(
        f"SELECT {_COLUMNS} FROM {_PEOPLE} AND a.id = $1 AND a.deleted_at IS NULL", account_id
    )
    return _record(rows[0], viewer) if rows else None


def _parts(search: str) -> tuple[str, str]:
    username, _, domain = search.strip().lower().removeprefix("@").partition("@")
    return ("", username) if search.strip().startswith("@") and "." in username and not domain else (username, domain)


def _beginning(text: str) -> str:
    for special in ("!", "%", "_"):
        text = text.replace(special, f"!{special}")
    return f"{text}%"


def _record(row: Row, viewer: Role) -> AccountRecord:
    hidden = viewer < Role.ADMIN and (row["role"] or 0) >= Role.MODERATOR
    return AccountRecord(
        account=card_from(row),
        role=None if row["role"] is None else Role(row["role"]),
        created_at=row["created_at"],
        seen_at=row["seen_at"] or 0,
        limited_at=row["limited_at"],
        suspended_at=None if row["suspended_there"] else row["suspended_at"],
        suspended_there=bool(row["suspended_there"]),
        host_standing=Standing(row["host_standing"]),
        posts_count=row["posts_count"],
        followers_count=row["followers_count"],
        bio_html=row["bio_html"],
        waiting=0 if hidden else int(row["waiting"]),
    )
