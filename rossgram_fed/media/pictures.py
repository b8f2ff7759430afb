"""What is made of an uploaded file, as values: its renditions, what it told, its blurhash and placeholder.

``developing`` makes them in a process of its own; everybody else only handles them, and needs no decoder for that.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from rossgram_fed.media.facts import Facts
from rossgram_fed.sizes import ORIGINAL

Focal = tuple[float, float]
"""Where to look: x from -1 (left) to 1, y from -1 (bottom) to 1, as others send it."""


class Recipe(StrEnum):
    """What is made of a picture."""

    PHOTO = "photo"
    """A local photo: the original without metadata, the JPEG that other servers fetch, grid, feed and full."""
    COPY = "copy"
    """Our copy of a stranger's photo: grid, feed and full."""
    AVATAR = "avatar"
    """One square JPEG; JPEG because some servers read no other avatar."""
    HEADER = "header"
    """One wide JPEG, to stand above a profile."""
    PROOF = "proof"
    """One JPEG of a local photo to look at while it is edited."""
    TILE = "tile"
    """A small square one, of many that stand side by side."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """One encoded file. Renditions of one picture that are the same file share their bytes."""

    data: bytes = field(repr=False)
    media_type: str
    width: int
    height: int

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.data)


@dataclass(frozen=True, slots=True)
class Picture:
    """What was made of an upload."""

    renditions: dict[str, Rendition]
    """By name (``rossgram_fed.sizes``), or that of the recipe where one alone is made."""
    blurhash: str
    placeholder: str
    """A tiny blurred WebP as base64."""
    width: int
    height: int
    """The size of the largest picture made of it in pixels, the right way up."""
    media_type: str
    """The type of the file that came in."""
    facts: Facts = field(default_factory=Facts)
    """What the file told about how it was taken; no place is among it."""
    near: tuple[float, float] | None = None
    """Latitude and longitude in degrees, rounded to about a kilometre: for proposing a place, and nothing else."""

    @property
    def original_kept(self) -> bool:
        """Whether the file that came in is among the renditions, as it was but for its metadata."""
        return ORIGINAL in self.renditions

    def without_bytes(self) -> Picture:
        """Return what is known about the picture, once its bytes are somewhere else."""
        return replace(self, renditions={name: replace(one, data=b"") for name, one in self.renditions.items()})
