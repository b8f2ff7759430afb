"""What somebody has to do with an account (https://docs.joinmastodon.org/entities/Relationship/)."""

from __future__ import annotations

import msgspec

from rossgram_fed.api.entities.words import instant
from rossgram_fed.follows.relations import Relation


class Relationship(msgspec.Struct):
    """Seen from the side of whoever asks."""

    id: str
    following: bool = False
    showing_reblogs: bool = False
    notifying: bool = False
    languages: list[str] | None = None
    followed_by: bool = False
    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False
    muting_notifications: bool = False
    muting_expires_at: str | None = None
    requested: bool = False
    requested_by: bool = False
    domain_blocking: bool = False
    endorsed: bool = False
    note: str = ""


def relationship_from(account_id: int, relation: Relation) -> Relationship:
    """Return a relation as apps see it."""
    asked = relation.following or relation.requested
    return Relationship(
        id=str(account_id),
        following=relation.following,
        showing_reblogs=asked and relation.shows_boosts,
        notifying=asked and relation.notifies,
        languages=list(relation.languages) or None,
        followed_by=relation.followed_by,
        blocking=relation.blocking,
        blocked_by=relation.blocked_by,
        muting=relation.muting,
        muting_notifications=relation.muting_news,
        muting_expires_at=None if relation.muted_until is None else instant(relation.muted_until),
        requested=relation.requested,
        requested_by=relation.asks,
        domain_blocking=relation.host_muted,
        endorsed=relation.endorsed,
        note=relation.note,
    )
