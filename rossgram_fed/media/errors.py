"""What can go wrong with a picture or a file, as one tree.

MediaError
├── BadPicture     a picture we do not take; its text is a sentence for the person who sent it
│   └── Interrupted    it may be a good one; it was our side that did not finish
└── UnknownKey     not a key that this storage ever handed out
"""

from __future__ import annotations

DAMAGED = "This picture is damaged or incomplete."
TOO_SLOW = "This picture takes too long to read. Save it anew, smaller, and try again."
TOO_HUNGRY = "This picture needs more memory than this server gives to one picture. Make it smaller and try again."


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
