"""Photos and videos as pages show them: frozen values with every path ready, made from rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rossgram_fed.database import Row
from rossgram_fed.media.placeholders import placeholder_from
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.posts.looks import Look, look_of
from rossgram_fed.renditions import (
    FEED,
    FULL,
    GRID,
    THUMBNAIL,
    VIDEO,
    Renditions,
    jpeg_of,
    photo_path,
    rendered_width,
    renditions_from,
)
from rossgram_fed.web.forms import Form

PHOTO_COLUMNS = (
    "h.id, h.post_id, h.state, h.kind, h.description, h.media_type, h.width, h.height, h.blurhash, h.placeholder, "
    "h.sensitive, h.renditions, h.remote_url, h.edits, "
    "h.duration, h.problem, h.focal_x, h.focal_y, h.still_url, h.loops, h.licence"
)
"""What ``photo_from`` reads; the query names the table ``photos h``."""

_STATES = {int(state): state for state in PhotoState}
"""Enums by their numbers: a page reads dozens, and calling the enum is ten times slower."""


@dataclass(frozen=True, slots=True)
class PhotoView:
    """One photo of a post, or a video or sound that we can only link to."""

    id: int
    state: PhotoState
    renditions: Renditions
    kind: str
    """``image``, ``video`` or ``audio``."""
    description: str
    width: int | None
    height: int | None
    blurhash: str
    stored_placeholder: str
    sensitive: bool
    remote_url: str
    """The address at the origin; for links only, never for loading."""

    focal_x: float = 0.0
    focal_y: float = 0.0
    """Where to look, from -1 (left, bottom) to 1 (right, top)."""
    duration: int | None = None
    """Of a video, in milliseconds, as far as it is known."""
    problem: str = ""
    """Why a video could not be prepared, for its owner; why a stranger's is a link only."""
    still_url: str = ""
    """Where a stranger's video has its still; never for loading."""
    loops: bool = False
    """Whether a video was a moving picture, which runs by itself, over and over, without sound."""
    edits: str = "{}"
    """What its author had done to it (``media.editing``), as its column keeps it."""

    licence: str = ""
    """As ``rossgram_fed.licences`` names it; empty where nothing was said."""

    @property
    def can_be_edited(self) -> bool:
        """Whether it is a photo of ours, of which we have the file that came in."""
        return self.kind == "image" and not self.remote_url and self.state is PhotoState.READY

    def look(self, form: Form) -> Look:
        """Return the crop and look that a form says it shall have, for its card."""
        return look_of(form, self.id, kept=self.edits, focal=(self.focal_x, self.focal_y))

    @property
    def grid(self) -> str:
        """Path of the tile for grids; empty when there is nothing to show."""
        return self._path(GRID) or self._path(FEED)

    @property
    def src(self) -> str:
        """Path of the rendition for feeds: the JPEG, which everything reads, where there is one."""
        return self._path(self._everywhere(FEED)) or self._path(FEED) or self._path(FULL)

    @property
    def thumbnail(self) -> str:
        """Path of the small picture that somebody sent to stand for a video, as they sent it; mostly empty."""
        return self._path(THUMBNAIL) if THUMBNAIL in self.renditions else ""

    @property
    def full(self) -> str:
        """Path of the largest rendition."""
        return self._path(FULL) or self._path(FEED)

    @property
    def srcset(self) -> str:
        """``path 1080w, path 2048w`` of the type of ``src``; empty when sizes are unknown."""
        return self._candidates(self._everywhere(FEED), self._everywhere(FULL))

    @property
    def webp_srcset(self) -> str:
        """The same as WebP, which is lighter; empty where ``srcset`` is WebP already."""
        return self._candidates(FEED, FULL) if jpeg_of(FEED) in self.renditions else ""

    @property
    def is_being_prepared(self) -> bool:
        """Whether it is a video that cannot be shown or posted yet."""
        return self.state is PhotoState.PROCESSING

    @property
    def video(self) -> str:
        """Path of what is played; empty for a photo, and for a video that cannot be played here."""
        away = self.remote_url and not self.problem
        if self.kind != "video" or (VIDEO not in self.renditions and not away):
            return ""
        return photo_path(self.id, state=self.state, renditions=self.renditions, name=VIDEO)

    @property
    def length(self) -> str:
        """How long a video is, as ``1:05``; empty when that is unknown."""
        return length_text(self.duration)

    @property
    def placeholder(self) -> str:
        """A tiny blurred WebP as base64, made of the blurhash for photos that are not here yet; may be empty."""
        return self.stored_placeholder or _decoded(self.blurhash, self.width, self.height)

    def _path(self, name: str) -> str:
        # Of a stranger's video there is a still only where its server named one; ours have one of their own.
        if self.kind != "image" and GRID not in self.renditions and not self.still_url:
            return ""
        return photo_path(self.id, state=self.state, renditions=self.renditions, name=name)

    def _everywhere(self, name: str) -> str:
        """Return the name of the JPEG where there is one; old rows and copies have the WebP alone."""
        return jpeg_of(name) if jpeg_of(name) in self.renditions else name

    def _candidates(self, *names: str) -> str:
        sizes = {self._path(name): self._shown_width(name) for name in names}
        return ", ".join(f"{path} {width}w" for path, width in sizes.items() if path and width)

    def _shown_width(self, name: str) -> int | None:
        if name in self.renditions:
            return self.renditions[name]["width"]
        return rendered_width(name, width=self.width, height=self.height)


@lru_cache(maxsize=8192)
def _decoded(blurhash: str, width: int | None, height: int | None) -> str:
    return placeholder_from(blurhash, width=width, height=height) if blurhash else ""


def length_text(milliseconds: int | None) -> str:
    """Return minutes and seconds, or nothing for an unknown length."""
    if not milliseconds:
        return ""
    minutes, seconds = divmod(max(1, round(milliseconds / 1000)), 60)
    return f"{minutes}:{seconds:02}"


def photo_from(row: Row) -> PhotoView:
    """Read a photo out of a row with ``PHOTO_COLUMNS``."""
    return PhotoView(
        id=row["id"],
        state=_STATES[row["state"]],
        renditions=renditions_from(row["renditions"]),
        kind=row["kind"],
        description=row["description"],
        width=row["width"],
        height=row["height"],
        blurhash=row["blurhash"],
        stored_placeholder=row["placeholder"],
        sensitive=bool(row["sensitive"]),
        remote_url=row["remote_url"],
        focal_x=row["focal_x"],
        focal_y=row["focal_y"],
        duration=row["duration"],
        problem=row["problem"],
        still_url=row["still_url"],
        loops=bool(row["loops"]),
        edits=row["edits"],
        licence=row["licence"],
    )
