"""What this server takes, in Mastodon's words: each limit from the setting or the module that keeps it."""

from __future__ import annotations

from typing import Any

from rossgram_fed.accounts.forms import LONGEST_BIO, LONGEST_LINK, LONGEST_LINK_NAME, LONGEST_NAME, MOST_LINKS
from rossgram_fed.config import Settings
from rossgram_fed.follows.tags import MOST_FEATURED
from rossgram_fed.media.video import MOST_PER_SECOND, MOST_PIXELS
from rossgram_fed.polls.drafts import LEAST_SECONDS, MOST_OPTIONS, MOST_SECONDS, OPTION_CHARACTERS
from rossgram_fed.posts.pins import MOST_PINS

PHOTO_TYPES = (
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "image/avif",
    "image/heic",
    "image/heif",
)
VIDEO_TYPES = ("video/mp4", "video/quicktime", "video/webm")
PER_LINK = 23
"""Characters that apps count for a link, as they do for Mastodon; the link is as long as it is."""


def streaming_url(settings: Settings) -> str:
    """Return where apps listen."""
    return f"ws{settings.base_url.removeprefix('http')}"


def configuration(settings: Settings, *, vapid: str) -> dict[str, Any]:
    """Return ``configuration`` of both instance entities."""
    limits = settings.limits
    return {
        "urls": {
            "streaming": streaming_url(settings),
            "status": None,
            "about": f"{settings.base_url}/about",
            "privacy_policy": f"{settings.base_url}/about/photos",
            "terms_of_service": None,
        },
        "vapid": {"public_key": vapid},
        "accounts": {
            "max_featured_tags": MOST_FEATURED,
            "max_pinned_statuses": MOST_PINS,
            "max_display_name_length": LONGEST_NAME,
            "max_note_length": LONGEST_BIO,
            "max_profile_fields": MOST_LINKS,
            "profile_field_name_limit": LONGEST_LINK_NAME,
            "profile_field_value_limit": LONGEST_LINK,
        },
        "statuses": {
            "max_characters": limits.caption_characters,
            "max_media_attachments": limits.photos_per_post,
            "characters_reserved_per_url": PER_LINK,
        },
        "media_attachments": {
            "supported_mime_types": [*PHOTO_TYPES, *(VIDEO_TYPES if limits.video_seconds else ())],
            "description_limit": limits.description_characters,
            "image_size_limit": limits.photo_megabytes << 20,
            "image_matrix_limit": limits.photo_megapixels * 1_000_000,
            "video_size_limit": limits.video_megabytes << 20,
            "video_frame_rate_limit": MOST_PER_SECOND,
            "video_matrix_limit": MOST_PIXELS,
        },
        "polls": {
            "max_options": MOST_OPTIONS,
            "max_characters_per_option": OPTION_CHARACTERS,
            "min_expiration": LEAST_SECONDS,
            "max_expiration": MOST_SECONDS,
        },
        "translation": {"enabled": False},
        "timelines_access": {
            feeds: {"local": "public", "remote": "public"}
            for feeds in ("live_feeds", "hashtag_feeds", "trending_link_feeds")
        },
        "limited_federation": settings.federation.allow_list_only,
    }
