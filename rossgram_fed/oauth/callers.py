"""Who is calling? An app's token, looked up by its hash and remembered for two seconds.

Whatever takes a token or a person away fires ``REVOKED``, so that processes on the same PostgreSQL forget at once; a
command beside a server on SQLite is noticed when the two seconds are over.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from rossgram_fed.database import Reader
from rossgram_fed.database.engine import placeholders
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models.accounts import Role
from rossgram_fed.web.sessions import token_hash

REVOKED: Final = "tokens revoked"
"""The signal that tokens, or what their people may do, are no longer what they were."""
REMEMBERED = 2000
"""Milliseconds for which a look at the table holds."""
MOST_REMEMBERED = 4096
AT_ONCE = 500
"""Tokens that one statement asks about."""
TOUCH_EVERY = 3600 * 1000
"""Milliseconds between two notes of a token's use, so that reading does not mean writing."""

_FIND = (
    "SELECT t.id, t.scopes, t.app_id, t.user_id, t.seen_at, u.role, u.disabled_at, a.id AS account_id, a.username, "
    "a.suspended_at, a.deleted_at FROM access_tokens t LEFT JOIN users u ON u.id = t.user_id "
    "LEFT JOIN accounts a ON a.id = u.account_id WHERE t.token_hash = $1"
)


@dataclass(frozen=True, slots=True)
class Caller:
    """An app with a token, and the person for whom it acts, if there is one."""

    token_id: int
    app_id: int
    scopes: tuple[str, ...]
    user_id: int | None = None
    account_id: int | None = None
    username: str = ""
    role: Role = Role.MEMBER


class Callers:
    """Finds callers by their tokens."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._known: dict[str, tuple[int, Caller]] = {}
        instance.database.signals.listen(REVOKED, lambda _about: self._known.clear())

    async def find(self, token: str) -> Caller | None:
        """Return who holds a token; None for one that was never given, was revoked, or whose person is gone."""
        now, hashed = self._instance.clock(), token_hash(token)
        kept = self._known.get(hashed)
        if kept is not None and 0 <= now - kept[0] < REMEMBERED:
            return kept[1]
        caller = await self._look_up(hashed, now)
        self._known.pop(hashed, None)
        if caller is not None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.pop(next(iter(self._known)))
            self._known[hashed] = (now, caller)
        return caller

    async def _look_up(self, hashed: str, now: int) -> Caller | None:
        row = await self._instance.database.fetch_one(_FIND, hashed)
        if row is None:
            return None
        scopes = tuple(row["scopes"].split())
        if now - row["seen_at"] > TOUCH_EVERY:
            async with self._instance.change() as change:
                await change.tx.execute("UPDATE access_tokens SET seen_at = $1 WHERE id = $2", now, row["id"])
        if row["user_id"] is None:
            return Caller(row["id"], row["app_id"], scopes)
        if any(row[end] is not None for end in ("disabled_at", "suspended_at", "deleted_at")):
            return None
        return Caller(
            token_id=row["id"],
            app_id=row["app_id"],
            scopes=scopes,
            user_id=row["user_id"],
            account_id=row["account_id"],
            username=row["username"],
            role=Role(row["role"]),
        )


async def still_calling(reader: Reader, token_ids: Collection[int]) -> set[int]:
    """Return those of the tokens that are good, and whose people are still here and let in."""
    found: set[int] = set()
    ordered = sorted(token_ids)
    for start in range(0, len(ordered), AT_ONCE):
        some = ordered[start : start + AT_ONCE]
        rows = await reader.fetch(
            "SELECT t.id FROM access_tokens t JOIN users u ON u.id = t.user_id JOIN accounts a ON a.id = u.account_id "  # noqa: S608 - constants
            f"WHERE t.id IN ({placeholders(len(some))}) "
            "AND u.disabled_at IS NULL AND a.suspended_at IS NULL AND a.deleted_at IS NULL",
            *some,
        )
        found.update(row["id"] for row in rows)
    return found


CALLERS: web.AppKey[Callers] = web.AppKey("callers", Callers)


async def revoke(change: Change, *, token_id: int) -> None:
    """Take a token away, with the wake-ups that hang on it; whoever remembers it, or streams by it, forgets."""
    await change.tx.execute("DELETE FROM access_tokens WHERE id = $1", token_id)
    change.tx.signal(REVOKED)


async def revoke_all(change: Change, *, user_id: int) -> None:
    """Take all of somebody's tokens away, and what they allowed and no app has used yet."""
    await change.tx.execute("DELETE FROM authorization_codes WHERE user_id = $1", user_id)
    await change.tx.execute("DELETE FROM access_tokens WHERE user_id = $1", user_id)
    change.tx.signal(REVOKED)
