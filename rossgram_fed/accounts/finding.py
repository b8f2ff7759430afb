"""Finding people: by the beginning of a name or handle, and in the directory of those who want to be found."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from rossgram_fed.accounts.mentions import handle_from
from rossgram_fed.config import Settings
from rossgram_fed.database import Reader
from rossgram_fed.models.posts import Visibility
from rossgram_fed.visibility import follows, heard, host_not_muted, listed, not_blocked

_THERE = f"a.deleted_at IS NULL AND {heard('a')} AND a.actor_type <> 'Application'"


async def accounts_matching(
    reader: Reader, text: str, *, viewer_id: int, limit: int = 40, offset: int = 0, following: bool = False
) -> list[int]:
    """Return the ids of accounts whose username, name or whole handle begins with a text.

    Those whom the viewer follows come first, then those here, then the most followed. ``following``: no others.
    """
    name, _, host = text.strip().removeprefix("@").partition("@")
    wanted, known = "LOWER(a.username) LIKE $2 ESCAPE '!' OR LOWER(a.name) LIKE $2 ESCAPE '!'", [_beginning(name)]
    if host:
        wanted, known = "LOWER(a.username) = $2 AND a.domain LIKE $3 ESCAPE '!'", [name.lower(), _beginning(host)]
    followed = follows("$1", "a.id")
    rows = await reader.fetch(
        f"SELECT a.id FROM accounts a WHERE {_THERE} AND ({wanted}) AND {listed('a', '$1')} "
        f"AND {not_blocked('$1', 'a.id')} AND {host_not_muted('$1', 'a.id')}{f' AND {followed}' if following else ''} "
        f"ORDER BY CASE WHEN {followed} THEN 0 ELSE 1 END, CASE WHEN a.domain = '' THEN 0 ELSE 1 END, "
        f"a.followers_count DESC, a.id LIMIT {int(limit)} OFFSET {int(offset)}",
        viewer_id,
        *known,
    )
    return [row["id"] for row in rows]


async def account_called(reader: Reader, settings: Settings, text: str) -> int | None:
    """Return the id of the account with a handle, if it is known here and shown."""
    handle = handle_from(settings, text.strip().removeprefix("acct:"))
    if handle is None:
        return None
    row = await reader.fetch_one(
        f"SELECT a.id FROM accounts a WHERE a.username IN ($1, $2) AND a.domain = $3 AND a.deleted_at IS NULL "
        f"AND {heard('a')}",
        handle.username,
        handle.username.lower(),
        handle.host,
    )
    return int(row["id"]) if row is not None else None


async def directory(
    reader: Reader, *, viewer_id: int | None, local: bool, newest: bool, limit: int = 40, offset: int = 0
) -> list[int]:
    """Return the ids of accounts that want to be found: who posted last first, or the ``newest``.

    Of other servers' accounts, those whom somebody here follows.
    """
    viewer, known = ("$1", [viewer_id]) if viewer_id is not None else (None, [])
    last = f"(SELECT MAX(p.id) FROM posts p WHERE p.account_id = a.id AND p.visibility <= {int(Visibility.UNLISTED)})"
    known_here = "EXISTS (SELECT 1 FROM follows f WHERE f.followed_id = a.id)"
    where = "a.domain = ''" if local else f"(a.domain = '' OR {known_here})"
    unblocked = f" AND {not_blocked('$1', 'a.id')} AND {host_not_muted('$1', 'a.id')}" if viewer else ""
    rows = await reader.fetch(
        f"SELECT a.id FROM accounts a WHERE {where} AND a.discoverable AND a.moved_to_uri = '' AND {_THERE} "
        f"AND {listed('a', viewer)}{unblocked} "
        f"ORDER BY {'a.id' if newest else f'COALESCE({last}, 0)'} DESC, a.id DESC "
        f"LIMIT {int(limit)} OFFSET {int(offset)}",
        *known,
    )
    return [row["id"] for row in rows]


def _beginning(text: str) -> str:
    folded = text.casefold()
    for special in ("!", "%", "_"):
        folded = folded.replace(special, f"!{special}")
    return f"{folded}%"
