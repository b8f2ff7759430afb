"""What somebody has to do with an account (https://docs.joinmastodon.org/entities/Relationship/)."""

from __future__ import annotations

import msgspec


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
