"""What is made of an uploaded video, as values, and how a file is known to be one: by its first bytes.

``video_making`` makes it in a process of its own; everybody else only handles what comes out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from rossgram_fed.media.errors import BadPicture

HEAD_BYTES = 64
"""How much of the beginning of a file ``video_type`` looks at."""

MOST_PIXELS = 4096 * 2304
"""A little over 4K; the decoder itself refuses more."""
MOST_PER_SECOND = 250
"""Frames; more than a phone's slow motion."""

WEBM = "video/webm"
_EBML = b"\x1a\x45\xdf\xa3"
_QUICKTIME = b"qt  "
_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4VP", b"MSNV", b"dash"}
    | {b"3gp4", b"3gp5", b"3gp6", b"XAVC", b"f4v ", b"mp71", b"iso3", b"iso7", b"iso8", b"iso9", b"hvc1", b"av01"}
)

DAMAGED = "This video is damaged or incomplete."
TOO_SLOW = "This video takes too long to prepare. Save it shorter or smaller and try again."
TOO_HUNGRY = "This video needs more memory than this server gives to one video. Make it smaller and try again."


class BadVideo(BadPicture):
    """A video that is refused; its text is a sentence for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Clip:
    """What was made of a video: the file that everybody's browser plays was written to where it was wanted."""

    duration: int
    """Milliseconds."""
    width: int
    height: int
    """Pixels, the right way up."""
    recompressed: bool
    """Whether its pictures had to be compressed anew."""
    poster: bytes = field(repr=False)
    """A JPEG of its first picture that is not black."""


def video_type(head: bytes) -> str:
    """Return the media type of the video that a file begins like: MP4, QuickTime or WebM; empty for everything else."""
    if head.startswith(_EBML):
        # Of Matroska, only what says that it keeps to WebM's few codecs.
        return WEBM if b"webm" in head else ""
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return "video/quicktime" if brand == _QUICKTIME else "video/mp4" if brand in _BRANDS else ""
    # QuickTime files of old begin with what they are made of.
    return "video/quicktime" if head[4:8] in (b"moov", b"mdat", b"wide") else ""


def playable_type(head: bytes) -> str:
    """Return the media type of a file that browsers may be given to play: MP4, QuickTime or WebM; else empty."""
    return video_type(head) if head[4:8] == b"ftyp" or head.startswith(_EBML) else ""
