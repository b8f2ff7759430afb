"""Tokens: giving them out, and what their people see of them. Only hashes are kept; a token is shown once.

They do not run out; an app that collects them loses its oldest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rossgram_fed.database import Reader
from rossgram_fed.instance import Change
from rossgram_fed.oauth.callers import REVOKED
from rossgram_fed.web.sessions import new_token, token_hash

MOST_OF_ONE_APP = 50
"""Tokens that one app may hold for one person, or for itself."""
MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Issued:
    """A token at the only time when it is known."""

    token: str = field(repr=False)
    scopes: tuple[str, ...]
    created_at: int
    """Milliseconds since 1970 UTC."""


@dataclass(frozen=True, slots=True)
class AuthorizedApp:
    """An app that may act for somebody, as they see it in a list; one for each token."""

    token_id: int
    name: str
    website: str
    scopes: tuple[str, ...]
    created_at: int
    seen_at: int


async def issue(
    change: Change, *, app_id: int, user_id: int | None, scopes: Sequence[str], token_id: int | None = None
) -> Issued:
    """Give an app a token, for somebody or for itself."""
    token = new_token()
    await change.tx.execute(
        "INSERT INTO access_tokens (id, app_id, user_id, token_hash, scopes, seen_at, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $6)",
        change.new_id() if token_id is None else token_id,
        app_id,
        user_id,
        token_hash(token),
        " ".join(scopes),
        change.now,
    )
    await _drop_the_oldest(change, app_id, user_id)
    return Issued(token, tuple(scopes), change.now)


async def _drop_the_oldest(change: Change, app_id: int, user_id: int | None) -> None:
    whose = "user_id IS NULL AND $2 = 0" if user_id is None else "user_id = $2"
    gone = await change.tx.fetch(
        "DELETE FROM access_tokens WHERE id IN (SELECT id FROM access_tokens "  # noqa: S608 - constants
        f"WHERE app_id = $1 AND {whose} ORDER BY id DESC LIMIT 1000 OFFSET {MOST_OF_ONE_APP}) RETURNING id",
        app_id,
        user_id or 0,
    )
    if gone:
        change.tx.signal(REVOKED)


async def authorized_apps(reader: Reader, *, user_id: int) -> list[AuthorizedApp]:
    """List the apps that may act for somebody, last used first."""
    rows = await reader.fetch(
        "SELECT t.id, t.scopes, t.created_at, t.seen_at, p.name, p.website FROM access_tokens t "
        "JOIN apps p ON p.id = t.app_id WHERE t.user_id = $1 ORDER BY t.seen_at DESC, t.id DESC LIMIT $2",
        user_id,
        MOST_SHOWN,
    )
    return [
        AuthorizedApp(
            row["id"], row["name"], row["website"], tuple(row["scopes"].split()), row["created_at"], row["seen_at"]
        )
        for row in rows
    ]


async def take_back(change: Change, *, user_id: int, token_id: int) -> bool:
    """Take one of somebody's tokens away; False when it is not theirs, or gone already."""
    rows = await change.tx.fetch(
        "DELETE FROM access_tokens WHERE id = $1 AND user_id = $2 RETURNING id", token_id, user_id
    )
    if rows:
        change.tx.signal(REVOKED)
    return bool(rows)


async def revoke_by_client(change: Change, *, app_id: int, token: str) -> bool:
    """Take away a token that its own app shows; False when it belongs to another (RFC 7009, section 2.1).

    A token that nobody has is taken away already.
    """
    row = await change.tx.fetch_one("SELECT id, app_id FROM access_tokens WHERE token_hash = $1", token_hash(token))
    if row is None:
        return True
    if row["app_id"] != app_id:
        return False
    await change.tx.execute("DELETE FROM access_tokens WHERE id = $1", row["id"])
    change.tx.signal(REVOKED)
    return True
