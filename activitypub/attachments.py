"""The pictures, videos and sounds of a document, out of the many shapes in which servers attach them.

The rule: what is no picture, video or sound behind an http address is dropped; wrong numbers cost the number, not the
picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from activitypub import fields
from activitypub.exif import exif_of
from activitypub.objects import Attachment
from activitypub.places import place_of

MAX_ATTACHMENTS_READ = 100
MAX_ATTACHMENTS = 20
MAX_DESCRIPTION = 10_000
MAX_MEDIA_TYPE = 100
MAX_SIDE = 100_000
"""Pixels."""
MAX_LINKS = 50
MAX_BLURHASH = 164
MAX_LICENCE = 300
MAX_BYTES = 1 << 50
MAX_HOURS = 100
"""How long a video may say it is; what says more says nothing."""
MAX_LINES = 1080
"""Of a video in several sizes the largest is read that has no more lines."""

_MAJOR_TYPES = frozenset({"image", "video", "audio"})
_PICTURE_KINDS = frozenset({"Audio", "Document", "Image", "Link", "Video"})
_WITH_STILLS = frozenset({"Article", "Audio", "Event", "Page", "Video"})
"""Kinds whose ``icon`` is a picture of what they are about, shown where there is no other."""
_OF_A_STILL = ("url", "href", "mediaType", "width", "height")
_SUFFIXES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "heic": "image/heic",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "m4a": "audio/mp4",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "ogg": "audio/ogg",
    "png": "image/png",
    "webm": "video/webm",
    "webp": "image/webp",
}
_DURATION = re.compile(
    r"P(?:([0-9]{1,4})D)?(?:T(?:([0-9]{1,5})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,8}(?:\.[0-9]{1,9})?)S)?)?", re.ASCII
)
_SUFFIX = re.compile(r"\.([A-Za-z0-9]{3,4})(?:[?#]|$)")
_BASE83 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
_BLURHASH = re.compile(f"[{re.escape(_BASE83)}]{{6,{MAX_BLURHASH}}}")


def attachments_of(document: Mapping[str, Any], kind: str) -> tuple[Attachment, ...]:
    """Read what a note or the like shows, in its order, at most ``MAX_ATTACHMENTS``."""
    attached = list(fields.mappings(document.get("attachment"), MAX_ATTACHMENTS_READ))
    if kind in ("Audio", "Document", "Image", "Video"):
        attached.insert(0, dict(document))
    found = [one for one in map(_attachment, attached) if one is not None]
    if "image" in document:
        known = {one.url for one in found}
        # Lemmy and WordPress name the lead image here and attach it too.
        found += [one for one in _lead_images(document["image"]) if one.url not in known]
    stills = _lead_images(document.get("icon")) if kind in _WITH_STILLS else ()
    return tuple(_with_still(found, _widest(stills))[:MAX_ATTACHMENTS])


def _with_still(found: list[Attachment], still: Attachment | None) -> list[Attachment]:
    """Let what PeerTube shows of a video before it runs stand for the video, or else be what there is to see."""
    if still is None or any(one.kind == "image" for one in found):
        return found
    if not any(one.kind == "video" for one in found):
        return [still, *found]
    return [replace(one, icon=one.icon or still.url) if one.kind == "video" else one for one in found]


def _widest(pictures: Iterable[Attachment]) -> Attachment | None:
    return max(pictures, key=lambda one: one.width or 0, default=None)


def _lead_images(value: Any) -> Iterator[Attachment]:
    for image in fields.items(value, MAX_ATTACHMENTS_READ):
        found = _attachment({"type": "Image", "url": image} if isinstance(image, str) else fields.mapping(image))
        if found is not None:
            yield found


def _attachment(document: Mapping[str, Any]) -> Attachment | None:
    kind = fields.kind(document.get("type"))
    if kind not in _PICTURE_KINDS:
        return None
    file = _file_of(document)
    url = fields.file_address(file.get("href")) or fields.file_address(file.get("url"))
    if not url:
        return None
    media_type = _media_type(file, kind, url) or _media_type(document, kind, url)
    major = media_type.partition("/")[0] or kind.lower()
    if major not in _MAJOR_TYPES:
        return None
    return Attachment(
        url=url,
        media_type=media_type,
        kind=major,
        # Mastodon's order: GoToSocial describes in summary; name is then a title.
        description=fields.text(document.get("summary"), MAX_DESCRIPTION)
        or fields.text(document.get("name"), MAX_DESCRIPTION),
        width=_side(document.get("width")) or _side(file.get("width")),
        height=_side(document.get("height")) or _side(file.get("height")),
        blurhash=_blurhash(document.get("blurhash")),
        focal_point=_focal_point(document.get("focalPoint")),
        sensitive=fields.flag(document.get("sensitive")),
        exif=exif_of(document) if "exifData" in document or "exif" in document else None,
        licence=_licence(document),
        place=place_of(document) if "location" in document else None,
        **_moving(document, file) if major != "image" else {},
    )


def _moving(document: Mapping[str, Any], file: Mapping[str, Any]) -> dict[str, Any]:
    """Read what is said of a video or a sound besides: how long and large it is, and a picture that stands for it."""
    still = _widest(_stills(document.get("icon"))) or _widest(_stills(document.get("preview")))
    return {
        "duration": _milliseconds(document.get("duration")),
        "icon": "" if still is None else still.url,
        "size": fields.count(file.get("size"), MAX_BYTES) or None,
    }


def _stills(value: Any) -> Iterator[Attachment]:
    """Yield the pictures that stand for a video, but not PeerTube's sheet of many small ones (a storyboard)."""
    for one in fields.items(value, MAX_LINKS):
        named = one if isinstance(one, dict) else {"url": one}
        if "storyboard" in fields.items(named.get("rel"), MAX_LINKS):
            continue
        still = _attachment({"type": "Image", **{part: named[part] for part in _OF_A_STILL if part in named}})
        if still is not None and still.kind == "image":
            yield still


def _milliseconds(value: Any) -> int | None:
    """Read a duration as ISO 8601 has it, or as plain seconds."""
    seconds = fields.number(value)
    if seconds is None and (told := _DURATION.fullmatch(fields.text(value, 40))):
        days, hours, minutes, rest = (float(part or 0) for part in told.groups())
        seconds = ((days * 24 + hours) * 60 + minutes) * 60 + rest
    return round(seconds * 1000) if seconds and 0 < seconds <= MAX_HOURS * 3600 else None


def _file_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the object that names the file: the document, or the largest fitting one of its links (FEP-1311)."""
    url = document.get("url")
    if isinstance(url, str) or url is None:
        return document
    links = [_as_link(link) for link in fields.items(url, MAX_LINKS)]
    # PeerTube names the files of a playlist inside the link to it.
    inside = [one for link in links if "tag" in link for one in fields.mappings(link["tag"], MAX_LINKS)]
    playable = [
        link for link in (*links, *inside) if fields.text(link.get("mediaType")).partition("/")[0] in _MAJOR_TYPES
    ]
    untyped = [link for link in links if "mediaType" not in link]
    return max(playable or untyped, key=_fitness, default={})


def _fitness(link: Mapping[str, Any]) -> int:
    """Rank one of several files: the widest picture, but the video whose lines are nearest to what a page shows."""
    width, height = _side(link.get("width")), _side(link.get("height"))
    if not fields.text(link.get("mediaType")).startswith("video/"):
        return width or 0
    lines = min(one for one in (width, height, MAX_SIDE) if one is not None)
    return lines if lines <= MAX_LINES else -lines if lines < MAX_SIDE else 0


def _as_link(link: Any) -> Mapping[str, Any]:
    if isinstance(link, dict):
        return link
    return {"href": link}


def _media_type(document: Mapping[str, Any], kind: str, url: str) -> str:
    """Read the media type as sent; without one, guess by the address unless the type says what it is."""
    given = fields.text(document.get("mediaType"), MAX_MEDIA_TYPE).strip().lower()
    if given:
        return given
    suffix = _SUFFIX.search(url)
    guessed = _SUFFIXES.get(suffix[1].lower(), "") if suffix else ""
    return guessed if kind in ("Document", "Link") or guessed.startswith(kind.lower()) else ""


def _side(value: Any) -> int | None:
    return fields.count(value, MAX_SIDE) or None


def _blurhash(value: Any) -> str:
    """Read a blurhash whose length is what its first character says; a decoder may trust it."""
    if not isinstance(value, str) or not _BLURHASH.fullmatch(value):
        return ""
    rows, columns = divmod(_BASE83.index(value[0]), 9)
    return value if len(value) == 4 + 2 * (rows + 1) * (columns + 1) else ""


def _licence(document: Mapping[str, Any]) -> str:
    """Read an address where there is one, which says most, else Pixelfed's name of it."""
    names = [name for name in ("schema:license", "license") if name in document]
    values = [one for name in names for one in fields.items(document[name], MAX_LINKS)]
    told = [fields.address(value) for value in values]
    told += [fields.text(value.get("name") if isinstance(value, dict) else value, MAX_LICENCE) for value in values]
    return next((one for one in told if one), "")[:MAX_LICENCE]


def _focal_point(value: Any) -> tuple[float, float]:
    x, y, *_ = [fields.number(part) for part in fields.items(value, 2)] + [None, None]
    if x is None or y is None:
        return (0.0, 0.0)
    return (max(-1.0, min(1.0, x)), max(-1.0, min(1.0, y)))
