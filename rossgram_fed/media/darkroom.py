"""The program that decodes pictures: pictures in on stdin, renditions out on stdout, one after the other.

Started by ``studio`` as ``python -m rossgram_fed.media.darkroom``. Once it has imported what it needs it gives up
everything else: it can open no file and no connection, write no file, and use no more memory and processor time than
the limits say. Whoever takes it over through a bug in a codec finds an empty room.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import warnings
from typing import BinaryIO

from PIL import Image

from rossgram_fed.config import LimitSettings
from rossgram_fed.media.developing import develop
from rossgram_fed.media.editing import edits_from_values
from rossgram_fed.media.errors import TOO_HUNGRY, BadPicture
from rossgram_fed.media.parcels import LENGTHS, label, pack_picture
from rossgram_fed.media.pictures import Recipe

KEPT_BLOCKS = 4
"""Of 16 MiB, kept by Pillow while one picture is developed: the system takes its time to hand out fresh memory."""

UNREADABLE = "This picture could not be read."


def main(arguments: list[str]) -> None:
    """Answer parcels until stdin ends; the one argument is a JSON object of the limits."""
    limits = LimitSettings(**json.loads(arguments[0]))
    incoming = os.fdopen(os.dup(0), "rb")
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a codec that prints must not print into an answer
    give_up_everything_else(limits, outgoing)
    while head := incoming.read(LENGTHS.size):
        head_length, body_length = LENGTHS.unpack(head)
        order = json.loads(incoming.read(head_length))
        answer_one(order, incoming.read(body_length), limits=limits, outgoing=outgoing)


def give_up_everything_else(limits: LimitSettings, outgoing: BinaryIO) -> None:
    """Set the limits of this process; none of them can be raised again."""
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the admin's limit is checked instead
    Image.MAX_IMAGE_PIXELS = limits.photo_megapixels * 1_000_000
    memory = limits.picture_megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    files = outgoing.fileno() + 1
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    Image.core.set_blocks_max(KEPT_BLOCKS)  # type: ignore[attr-defined]
    os.nice(5)


def answer_one(order: dict[str, object], data: bytes, *, limits: LimitSettings, outgoing: BinaryIO) -> None:
    """Develop one picture and write the picture or the refusal."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + limits.picture_seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    for piece in _answer(order, data, limits=limits):
        outgoing.write(piece)
    outgoing.flush()
    Image.core.clear_cache()  # type: ignore[attr-defined]
    gc.collect()


def _answer(order: dict[str, object], data: bytes, *, limits: LimitSettings) -> list[bytes]:
    x, y = order["focal"]  # type: ignore[misc]
    recipe, edits = Recipe(str(order["recipe"])), edits_from_values(order["edits"])
    try:
        return pack_picture(develop(data, limits, focal=(x, y), recipe=recipe, edits=edits))  # type: ignore[has-type]
    except BadPicture as refusal:
        return [label({"refused": refusal.reason})]
    except MemoryError:
        return [label({"refused": TOO_HUNGRY})]
    except Exception as error:  # noqa: BLE001 (the worker loop: one strange picture must not end it)
        print(f"darkroom: {error!r}", file=sys.stderr)
        return [label({"refused": UNREADABLE})]


if __name__ == "__main__":
    main(sys.argv[1:])
