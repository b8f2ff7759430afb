"""What the settings page about moving shows."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from rossgram_fed.accounts.profiles import account_by_uri
from rossgram_fed.cards import AccountCard
from rossgram_fed.database import Reader
from rossgram_fed.moving.actions import may_move_at


@dataclass(frozen=True, slots=True)
class Alias:
    """Another account of the same person."""

    uri: str
    account: AccountCard | None
    """Who that is, if we know them."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Where somebody is, was and may go."""

    uri: str
    aliases: tuple[Alias, ...]
    moved_to: Alias | None
    may_move_at: int
    """Milliseconds since 1970 UTC; in the past for whoever may move now."""


async def situation_of(reader: Reader, account_id: int) -> Situation | None:
    """Return how somebody here stands with moving."""
    row = await reader.fetch_one(
        "SELECT uri, also_known_as, moved_to_uri, moved_at FROM accounts WHERE id = $1 AND domain = ''", account_id
    )
    if row is None:
        return None
    aliases = [await _alias(reader, uri) for uri in orjson.loads(row["also_known_as"])]
    moved_to = await _alias(reader, row["moved_to_uri"]) if row["moved_to_uri"] else None
    return Situation(row["uri"], tuple(aliases), moved_to, may_move_at(row["moved_at"]))


async def _alias(reader: Reader, uri: str) -> Alias:
    return Alias(uri, await account_by_uri(reader, uri))
