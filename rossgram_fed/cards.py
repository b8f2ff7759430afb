"""An account as pages show it: the same small value in feeds, comments, lists and notifications.

It stands below the features, because every list of people needs it.
"""

from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.database import Row

CARD_COLUMNS = (
    "a.id AS account_id, a.username, a.domain, a.name AS account_name, a.uri AS account_uri, a.url AS account_url, "
    "a.avatar_key, a.avatar_url, a.media_refused, a.locked, a.indexable, a.actor_type"
)
"""What ``card_from`` reads; the query names the table ``accounts a``."""


@dataclass(frozen=True, slots=True)
class AccountCard:
    """Who somebody is, in one line."""

    id: int
    username: str
    domain: str
    """Empty for local accounts."""
    name: str
    uri: str
    url: str
    has_avatar: bool
    locked: bool
    indexable: bool
    """Whether search engines, and the search of other servers, may list their public photos (FEP-5feb)."""
    kind: str
    media_refused: bool = False
    """Whether the rule for its server keeps its pictures out."""

    @property
    def local(self) -> bool:
        """Whether the account lives here."""
        return not self.domain

    @property
    def handle(self) -> str:
        """``@alice`` here, ``@alice@photos.example`` elsewhere."""
        return f"@{self.username}@{self.domain}" if self.domain else f"@{self.username}"

    @property
    def path(self) -> str:
        """The address of the profile page on this server."""
        return f"/{self.handle}"

    @property
    def display_name(self) -> str:
        """The name, or the username of those who gave none."""
        return self.name.strip() or self.username

    @property
    def avatar_path(self) -> str:
        """The address of the avatar on this server; empty when there is none."""
        return f"/avatars/{self.id}" if self.has_avatar else ""


def card_from(row: Row) -> AccountCard:
    """Read a card out of a row that selected ``CARD_COLUMNS``."""
    return AccountCard(
        id=row["account_id"],
        username=row["username"],
        domain=row["domain"],
        name=row["account_name"],
        uri=row["account_uri"],
        url=row["account_url"],
        has_avatar=bool(row["avatar_key"] or (row["avatar_url"] and not row["media_refused"])),
        locked=bool(row["locked"]),
        indexable=bool(row["indexable"]),
        kind=row["actor_type"],
        media_refused=bool(row["media_refused"]),
    )
