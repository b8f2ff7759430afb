"""Whether a GIF moves: told by its blocks, without decoding a pixel (GIF89a, appendix B).

One that moves is kept as a video that runs by itself, which is smaller by far and shown by every server; one that does
not is a picture like any other.
"""

from __future__ import annotations

from typing import IO

GIF = "image/gif"
_HEADS = (b"GIF87a", b"GIF89a")
_IMAGE, _EXTENSION = 0x2C, 0x21
_MOST_BLOCKS = 500_000
"""Of up to 255 bytes each; a file that has more of them before its second picture is no moving picture to us."""


def is_gif(head: bytes) -> bool:
    """Say whether a file begins like a GIF."""
    return head.startswith(_HEADS)


def moves(file: IO[bytes]) -> bool:
    """Say whether a GIF has a second picture."""
    file.seek(0)
    head = file.read(13)
    if not is_gif(head) or len(head) < 13:
        return False
    file.seek(_colours(head[10]), 1)
    pictures, left = 0, _MOST_BLOCKS
    while left > 0:
        kind = file.read(1)
        if kind == bytes([_EXTENSION]):
            file.seek(1, 1)
        elif kind == bytes([_IMAGE]):
            pictures += 1
            described = file.read(9)
            if pictures == 2 or len(described) < 9:
                return pictures == 2
            file.seek(_colours(described[8]) + 1, 1)
        else:
            return False
        left = _past_blocks(file, left)
    return False


def _colours(flags: int) -> int:
    """Return how many bytes the table of colours takes that these flags tell of."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _past_blocks(file: IO[bytes], left: int) -> int:
    """Go past the blocks of data that stand here, and return how many more may be looked at."""
    while left > 0:
        left -= 1
        length = file.read(1)
        if not length:
            return 0
        if length == b"\0":
            return left
        file.seek(length[0], 1)
    return 0
