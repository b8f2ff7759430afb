"""Values as apps expect them: instants, ids, addresses, visibilities."""

from __future__ import annotations

from datetime import UTC, datetime

from rossgram_fed.config import Settings
from rossgram_fed.models.posts import Visibility

VISIBILITIES: dict[int, str] = {
    int(Visibility.PUBLIC): "public",
    int(Visibility.UNLISTED): "unlisted",
    int(Visibility.FOLLOWERS): "private",
    int(Visibility.DIRECT): "direct",
    int(Visibility.ARCHIVED): "private",
}
"""Our audiences in Mastodon's words."""
AUDIENCES: dict[str, Visibility] = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "direct": Visibility.DIRECT,
}
"""And back."""


def instant(milliseconds: int) -> str:
    """Return an instant as ISO 8601 with milliseconds, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def day(milliseconds: int) -> str:
    """Return the day of an instant: ``2026-01-31``."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()


def absolute(settings: Settings, path: str) -> str:
    """Return a path of this server as an address; nothing for nothing."""
    return f"{settings.base_url}{path}" if path else ""
