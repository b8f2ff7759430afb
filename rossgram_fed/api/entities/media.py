"""Photos and videos as apps see them (https://docs.joinmastodon.org/entities/MediaAttachment/)."""

from __future__ import annotations

import msgspec

from rossgram_fed.api.entities.words import absolute
from rossgram_fed.config import Settings
from rossgram_fed.licences import licence_of
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.posts.photo_views import PhotoView
from rossgram_fed.renditions import FEDERATED, FEED, FULL, THUMBNAIL, copy_word


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


class License(msgspec.Struct):
    """What others may do with a file."""

    id: str
    title: str
    url: str


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
    license: License | None = None
    is_nsfw: bool = False
    filter_name: None = None
    filter_class: None = None
    """Pixelfed's app draws a filter over the picture; here, filters are in the picture already."""


def media_from(photo: PhotoView, settings: Settings, *, open_to_all: bool = True) -> Media:
    """Return a photo or video as apps show it; without ``url`` while it is being prepared.

    Apps load pictures without saying for whom. Of what is not ``open_to_all`` they get the file for other servers,
    which opens to whoever was given its address (``posts.media_rights``), and so do copies of strangers' photos.
    """
    path, preview = photo.video or photo.full, photo.thumbnail or photo.src or photo.grid
    if not open_to_all and photo.state is PhotoState.READY and FEDERATED in photo.renditions:
        preview = f"/media/{photo.renditions[FEDERATED]['key']}"
        path = photo.video or preview
    elif not open_to_all and photo.remote_url:
        word = copy_word(photo.id, photo.remote_url)
        path, preview = (f"{one}?word={word}" if one.startswith("/photos/") else one for one in (path, preview))
    return Media(
        id=str(photo.id),
        type=_kind(photo),
        url=absolute(settings, path) or photo.remote_url or None,
        preview_url=absolute(settings, preview) or None,
        remote_url=photo.remote_url or None,
        text_url=None,
        meta=_meta(photo),
        description=photo.description or None,
        blurhash=photo.blurhash or None,
        license=_license(photo.licence),
        is_nsfw=photo.sensitive,
    )


def _kind(photo: PhotoView) -> str:
    if photo.kind == "video" and photo.loops:
        return "gifv"
    return photo.kind if photo.kind in ("image", "video", "audio") else "unknown"


def _license(name: str) -> License | None:
    licence = licence_of(name)
    return License(licence.name, licence.title, licence.url) if licence is not None else None


def _meta(photo: PhotoView) -> Meta:
    if not photo.width or not photo.height:
        return Meta()
    seconds = photo.duration / 1000 if photo.duration else None
    small, full = photo.renditions.get(THUMBNAIL) or photo.renditions.get(FEED), photo.renditions.get(FULL)
    width, height = photo.width, photo.height
    if photo.kind == "image" and full and full["width"] and full["height"]:
        width, height = full["width"], full["height"]
    return Meta(
        original=_size(width, height, seconds),
        small=_size(small["width"], small["height"]) if small else None,
        focus=Focus(photo.focal_x, photo.focal_y),
    )


def _size(width: int, height: int, seconds: float | None = None) -> Size:
    return Size(width, height, f"{width}x{height}", round(width / height, 4), seconds)
