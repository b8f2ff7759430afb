"""What can go wrong with a picture or a file, as one tree.

MediaError
├── BadPicture     a picture we do not take; its text is a sentence for the person who sent it
│   └── Interrupted    it may be a good one; it was our side that did not finish
├── NotStored      a file that could not be written: the disk is full, or will not have it
│   ├── NearlyFull     there is room, and it is kept for the database
│   └── NotKept        the bucket does not answer, refuses, or got other bytes than were sent
├── NotReachable   a file that is in the bucket, which does not answer
└── UnknownKey     not a key that this storage ever handed out
"""

from __future__ import annotations

import struct

from PIL import Image

DAMAGED = "This picture is damaged or incomplete."
TOO_SLOW = "This picture takes too long to read. Save it anew, smaller, and try again."
TOO_HUNGRY = "This picture needs more memory than this server gives to one picture. Make it smaller and try again."

BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    struct.error,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
    ZeroDivisionError,
    RuntimeError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What Pillow and its codecs raise over bytes that are not what they claim."""


class MediaError(Exception):
    """Root of this package's errors."""


class BadPicture(MediaError):
    """A picture that is refused."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """One plain sentence that says why."""


class Interrupted(BadPicture):
    """A picture that was not read to its end, for no reason that is known to lie in it."""


class UnknownKey(MediaError):
    """A storage key of the wrong shape: it names no file, whatever it looks like."""


class NotStored(MediaError):
    """A file that could not be written; nothing of it is left."""

    @property
    def reason(self) -> str:
        """One plain sentence for the person who sent it."""
        return "This server could not store this photo; its disk may be full. Nothing of it was kept. Try again later."


class OverShare(NotStored):
    """Somebody's files would take more than their share; its text is the sentence for them."""

    @property
    def reason(self) -> str:
        return str(self)


class NearlyFull(NotStored):
    """The disk has only the room left that is kept free for the database."""

    @property
    def reason(self) -> str:
        return (
            "This server's disk is nearly full, so it takes no photos now. Nothing of this one was kept. "
            "Try again later."
        )


class NotKept(NotStored):
    """The bucket did not take a file."""

    @property
    def reason(self) -> str:
        return (
            "The storage behind this server does not answer as it should. Nothing of this photo was kept. "
            "Try again in a few minutes."
        )


class NotReachable(MediaError):
    """A file is in the bucket, most likely, and cannot be had now; that is not to say that it does not exist."""
