"""Photos and videos as apps see them (https://docs.joinmastodon.org/entities/MediaAttachment/)."""

from __future__ import annotations

import msgspec

from rossgram_fed.api.entities.words import absolute
from rossgram_fed.config import Settings
from rossgram_fed.posts.photo_views import PhotoView


class Size(msgspec.Struct, omit_defaults=True):
    """How large one picture is, in pixels."""

    width: int
    height: int
    size: str
    aspect: float
    duration: float | None = None
    """Of a video, in seconds."""


class Focus(msgspec.Struct):
    """Where to look: from -1 (left, bottom) to 1 (right, top)."""

    x: float
    y: float


class Meta(msgspec.Struct, omit_defaults=True):
    """Sizes, as far as they are known."""

    original: Size | None = None
    small: Size | None = None
    focus: Focus | None = None


class Media(msgspec.Struct):
    """A file of a post."""

    id: str
    type: str
    url: str | None
    preview_url: str | None
    remote_url: str | None
    text_url: None
    meta: Meta
    description: str | None
    blurhash: str | None
    preview_remote_url: None = None


def media_from(photo: PhotoView, settings: Settings) -> Media:
    """Return a photo or video as apps show it; without ``url`` while it is being prepared."""
    path = photo.video or photo.full
    return Media(
        id=str(photo.id),
        type=photo.kind if photo.kind in ("image", "video", "audio") else "unknown",
        url=absolute(settings, path) or photo.remote_url or None,
        preview_url=absolute(settings, photo.src or photo.grid) or None,
        remote_url=photo.remote_url or None,
        text_url=None,
        meta=_meta(photo),
        description=photo.description or None,
        blurhash=photo.blurhash or None,
    )


def _meta(photo: PhotoView) -> Meta:
    if not photo.width or not photo.height:
        return Meta()
    seconds = photo.duration / 1000 if photo.duration else None
    small = photo.renditions.get("feed")
    return Meta(
        original=_size(photo.width, photo.height, seconds),
        small=_size(small["width"], small["height"]) if small else None,
        focus=Focus(photo.focal_x, photo.focal_y),
    )


def _size(width: int, height: int, seconds: float | None = None) -> Size:
    return Size(width, height, f"{width}x{height}", round(width / height, 4), seconds)
