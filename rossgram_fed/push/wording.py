"""What a push says: who did what, and the first words of it, as Mastodon's apps read it."""

from __future__ import annotations

from rossgram_fed.database import Reader
from rossgram_fed.markup import text_of
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.kinds import TYPES
from rossgram_fed.notifications.news import News

LONGEST = 140
"""Characters of a title, and of what is quoted."""
_WORDS: dict[NotificationKind, str] = {
    NotificationKind.FOLLOW: "{name} follows you",
    NotificationKind.FOLLOW_REQUEST: "{name} asks to follow you",
    NotificationKind.LIKE: "{name} likes your post",
    NotificationKind.BOOST: "{name} boosted your post",
    NotificationKind.COMMENT: "{name} commented",
    NotificationKind.MENTION: "{name} mentioned you",
    NotificationKind.TAGGED: "{name} says that you are in a photo",
    NotificationKind.QUOTE: "{name} quoted your post",
    NotificationKind.POSTED: "{name} posted",
    NotificationKind.POLL_OVER: "A poll by {name} is over",
    NotificationKind.EDITED: "{name} changed a post that you shared",
    NotificationKind.SIGNED_UP: "{name} joined",
    NotificationKind.REPORTED: "{name} reported an account",
    NotificationKind.WARNED: "The people who run this server warn you",
}
URGENT = frozenset({NotificationKind.MENTION, NotificationKind.COMMENT, NotificationKind.FOLLOW_REQUEST})
"""Kinds that may wake up a device which saves its battery."""


async def message_for(reader: Reader, news: News, *, base_url: str, token: str) -> dict[str, object] | None:
    """Return what an app is sent about a piece of news; None when whoever did it is gone."""
    row = await reader.fetch_one(
        "SELECT a.id, a.name, a.username, a.avatar_key, a.avatar_url, p.content_html, p.warning FROM accounts a "
        "LEFT JOIN posts p ON p.id = $2 WHERE a.id = $1 AND a.deleted_at IS NULL",
        news.actor_id,
        news.shown_id,
    )
    if row is None:
        return None
    pictured = bool(row["avatar_key"] or row["avatar_url"])
    return {
        "access_token": token,
        "preferred_locale": "en",
        "notification_id": news.id,
        "notification_type": TYPES[news.kind],
        "icon": f"{base_url}/avatars/{row['id']}" if pictured else f"{base_url}/static/no-avatar.png",
        "title": _WORDS[news.kind].format(name=(row["name"] or row["username"])[:60])[:LONGEST],
        "body": (row["warning"] or text_of(row["content_html"] or "", LONGEST))[:LONGEST],
    }
