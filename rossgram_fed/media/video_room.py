"""The program that prepares one video: from an opened file to another, with a label and a poster on stdout.

Started by ``video_studio`` as ``python -m rossgram_fed.media.video_room``, with the numbers of the two opened files.
Once it has imported what it needs it gives up everything else, as the darkroom does: it can open no file and no
connection, write no more than a finished video may take, and use no more memory and processor time than it was given.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading

import av

from rossgram_fed.media.parcels import label
from rossgram_fed.media.video import BadVideo
from rossgram_fed.media.video_making import make_clip
from rossgram_fed.media.video_reading import Bounds

UNREADABLE = "This video could not be read."


def main(arguments: list[str]) -> None:
    """Prepare one video; the one argument is a JSON object of the files' numbers and the limits."""
    told = json.loads(arguments[0])
    answer = os.dup(1)
    os.dup2(2, 1)  # a codec that prints must not print into the answer
    av.logging.set_level(None)
    _give_up_everything_else(told, files=max(answer, told["source"], told["target"]) + 1)
    head, poster = _prepare(told)
    with os.fdopen(answer, "wb") as outgoing:
        outgoing.write(label(head, len(poster)))
        outgoing.write(poster)


def _give_up_everything_else(told: dict[str, int], *, files: int) -> None:
    memory = told["megabytes"] * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (told["bytes"], told["bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (told["processor_seconds"], told["processor_seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    os.nice(10)
    threading.Thread(target=_end_with_the_server, daemon=True).start()


def _end_with_the_server() -> None:
    """Nothing ever comes on stdin; that it ends says that nobody waits for the video any more."""
    os.read(0, 1)
    os._exit(1)


def _prepare(told: dict[str, int]) -> tuple[dict[str, object], bytes]:
    # Never closed: the process ends with this, and a closing that fails would hide why.
    source, target = os.fdopen(told["source"], "rb"), os.fdopen(told["target"], "w+b")
    try:
        clip = make_clip(source, target, Bounds(seconds=told["seconds"], bytes=told["bytes"]))
        target.flush()
    except BadVideo as refusal:
        return {"refused": refusal.reason}, b""
    except Exception as error:  # noqa: BLE001 (the last word of a process that reads what strangers send)
        print(f"video room: {error!r}", file=sys.stderr)
        return {"refused": UNREADABLE}, b""
    head: dict[str, object] = {
        "duration": clip.duration,
        "width": clip.width,
        "height": clip.height,
        "recompressed": clip.recompressed,
    }
    return head, clip.poster


if __name__ == "__main__":
    main(sys.argv[1:])
