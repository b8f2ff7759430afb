"""Read a body that a stranger sends, without letting them decide how much memory it takes."""

from __future__ import annotations

import zlib

from aiohttp import ClientResponse

_ENCODINGS = frozenset({"gzip", "x-gzip", "deflate"})
ACCEPT_ENCODING = "gzip, deflate"
"""What we ask for: what ``read`` can inflate."""


class BodyRefused(Exception):
    """The body is too large, or compressed in a way we did not ask for; the text says which."""


class _Inflater:
    """Inflates gzip and zlib streams, and the raw deflate that some servers send under the name of zlib."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._begun = False

    def feed(self, data: bytes, room: int) -> bytes:
        """Return at most ``room`` + 1 bytes: one more than allowed tells the reader that there is too much."""
        try:
            out = self._stream.decompress(data, room + 1)
        except zlib.error:
            if self._begun:
                raise
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            out = self._stream.decompress(data, room + 1)
        self._begun = True
        return out


async def read(answer: ClientResponse, *, limit: int) -> bytes:
    """Return the whole body, inflated; raise ``BodyRefused`` as soon as it exceeds ``limit`` bytes."""
    if (answer.content_length or 0) > limit:
        raise BodyRefused(f"its answer is larger than {limit} bytes")
    encoding = answer.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity") and encoding not in _ENCODINGS:
        raise BodyRefused(f"its answer is encoded as {encoding[:40]!r}, which we did not ask for")
    inflater = _Inflater() if encoding in _ENCODINGS else None
    body = bytearray()
    async for chunk in answer.content.iter_any():
        try:
            body += inflater.feed(chunk, limit - len(body)) if inflater else chunk
        except zlib.error as error:
            raise BodyRefused("its answer is not compressed as it says") from error
        if len(body) > limit:
            raise BodyRefused(f"its answer is larger than {limit} bytes")
    return bytes(body)
