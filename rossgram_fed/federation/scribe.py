"""The program that canonicalises documents as RDF: documents in on stdin, what was found out on stdout, one by one.

Started by ``scribes`` as ``python -m rossgram_fed.federation.scribe``. It gives itself a quarter of a second of
processor time for each document, and the kernel ends it when that is used up: a poisonous graph costs that, no more.
"""

from __future__ import annotations

import os
import resource
import signal
import struct
import sys
from typing import BinaryIO

import orjson

from activitypub.errors import MalformedDocument
from activitypub.render import CONTEXT
from activitypub.signatures import linked_data

BUDGET_SECONDS = 0.25
"""Processor time for one document; honest ones take a fiftieth of it."""
MEMORY = 512 * 1024 * 1024
LENGTH = struct.Struct(">I")
LONGEST = 1024 * 1024
"""Bytes of one message, either way."""

_SAMPLE = {
    "@context": CONTEXT,
    "id": "https://example.org/1",
    "type": "Like",
    "actor": "https://example.org/2",
    "object": "https://example.org/3",
    "signature": {"creator": "https://example.org/4"},
}


def main() -> None:
    """Say that we are ready, then answer until stdin ends."""
    incoming = os.fdopen(os.dup(0), "rb")
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get into an answer
    linked_data.meaning(_SAMPLE)  # so that reading the contexts counts against nobody's budget
    _give_up_everything_else(outgoing)
    _say(outgoing, {"ready": True})
    while head := incoming.read(LENGTH.size):
        order = orjson.loads(incoming.read(LENGTH.unpack(head)[0]))
        signal.setitimer(signal.ITIMER_PROF, BUDGET_SECONDS)  # SIGPROF ends a process that does not expect it
        answer = _answer(order)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _say(outgoing, answer)


def _give_up_everything_else(outgoing: BinaryIO) -> None:
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    files = outgoing.fileno() + 1
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))


def _say(outgoing: BinaryIO, answer: dict[str, object]) -> None:
    written = orjson.dumps(answer)
    outgoing.write(LENGTH.pack(len(written)) + written)
    outgoing.flush()


def _answer(order: dict[str, dict[str, object]]) -> dict[str, object]:
    try:
        if "signable" in order:
            return {"text": linked_data.signable(order["signable"])}
        found = linked_data.meaning(order["meaning"])
    except MalformedDocument as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": "The document took too much memory."}
    except Exception as error:  # noqa: BLE001 (the worker loop: one strange document must not end it)
        print(f"scribe: {error!r}", file=sys.stderr)
        return {"refused": "The document could not be canonicalised."}
    return {"text": found.text, "document": found.document}


if __name__ == "__main__":
    main()
