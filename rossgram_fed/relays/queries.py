"""The relays of this server, for the page that shows them."""

from __future__ import annotations

from dataclasses import dataclass

from activitypub.origin import host_of
from rossgram_fed.database import Database
from rossgram_fed.federation.reasons import in_words, printable
from rossgram_fed.models.relays import RelayState, RelayStyle


@dataclass(frozen=True, slots=True)
class Relay:
    """A relay as admins see it."""

    id: int
    host: str
    inbox: str
    state: RelayState
    style: RelayStyle
    sends: bool
    created_at: int
    answered_at: int | None
    posts: int
    """Posts here that it brought and whose time is not over."""
    problem: str
    """Why the last delivery to it did not work; empty when it did."""

    @property
    def accepted(self) -> bool:
        """Whether it took us on."""
        return self.state is RelayState.ACCEPTED

    @property
    def rejected(self) -> bool:
        """Whether it said no."""
        return self.state is RelayState.REJECTED

    @property
    def litepub(self) -> bool:
        """Whether we speak LitePub's protocol with it."""
        return self.style is RelayStyle.LITEPUB


async def relays(database: Database) -> tuple[Relay, ...]:
    """Return every relay, in the order in which they were added."""
    rows = await database.fetch(
        "SELECT r.id, r.inbox, r.state, r.style, r.sends, r.created_at, r.answered_at, "
        "(SELECT COUNT(*) FROM relayed_posts p WHERE p.relay_id = r.id) AS posts, "
        "(SELECT d.last_error FROM deliveries d WHERE d.inbox = r.inbox AND d.state <> 1 ORDER BY d.id DESC LIMIT 1) "
        "AS last_error FROM relays r ORDER BY r.id"
    )
    return tuple(
        Relay(
            id=row["id"],
            host=printable(host_of(row["inbox"])),
            inbox=row["inbox"],
            state=RelayState(row["state"]),
            style=RelayStyle(row["style"]),
            sends=bool(row["sends"]),
            created_at=row["created_at"],
            answered_at=row["answered_at"],
            posts=int(row["posts"]),
            problem=in_words(row["last_error"] or ""),
        )
        for row in rows
    )
