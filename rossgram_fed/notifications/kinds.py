"""Our kinds of news in Mastodon's words, which apps speak.

Three kinds have no word there and are for our own pages alone: that a follow was accepted, that somebody moved, and
that a draft could not be published.
"""

from __future__ import annotations

from collections.abc import Iterable

from rossgram_fed.models.relations import NotificationKind

TYPES: dict[NotificationKind, str] = {
    NotificationKind.FOLLOW: "follow",
    NotificationKind.FOLLOW_REQUEST: "follow_request",
    NotificationKind.LIKE: "favourite",
    NotificationKind.BOOST: "reblog",
    NotificationKind.COMMENT: "mention",
    NotificationKind.MENTION: "mention",
    NotificationKind.TAGGED: "mention",
    NotificationKind.QUOTE: "quote",
    NotificationKind.POSTED: "status",
    NotificationKind.POLL_OVER: "poll",
    NotificationKind.EDITED: "update",
    NotificationKind.SIGNED_UP: "admin.sign_up",
    NotificationKind.REPORTED: "admin.report",
    NotificationKind.WARNED: "moderation_warning",
}
"""What apps are told of, and as what. Being named in a photo is a way of being mentioned."""


def kinds_of(types: Iterable[str]) -> frozenset[NotificationKind]:
    """Return the kinds that go by any of the words; words that there are not bring none."""
    wanted = frozenset(types)
    return frozenset(kind for kind, name in TYPES.items() if name in wanted)
