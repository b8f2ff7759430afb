"""A stranger's video played while it arrives: answers out of a file that grows, whole or a range of it (RFC 9110, 14).

What is whole already is a file like any other, whose ranges aiohttp serves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import BinaryIO

from aiohttp import web

from rossgram_fed.federation.remote_videos import ArrivingVideo

_PIECE = 256 * 1024


async def play(
    request: web.Request, video: ArrivingVideo, file: BinaryIO, *, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Answer with a video of known size, as far as it is asked for and as fast as it arrives; closes ``file``."""
    try:
        return await _play(request, video, file, headers=headers, size=video.size or 0)
    finally:
        await asyncio.to_thread(file.close)


async def _play(
    request: web.Request, video: ArrivingVideo, file: BinaryIO, *, headers: Mapping[str, str], size: int
) -> web.StreamResponse:
    asked = _asked(request, size)
    if asked is None:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{size}", "Cache-Control": "no-store"})
    partly = asked != range(size) or ("Range" in request.headers and "If-Range" not in request.headers)
    response = web.StreamResponse(status=206 if partly else 200, headers={**headers, "Accept-Ranges": "bytes"})
    response.content_length = len(asked)
    if partly:
        response.headers["Content-Range"] = f"bytes {asked.start}-{asked.stop - 1}/{size}"
    await response.prepare(request)
    if request.method != "HEAD":
        await _send(request, response, video, file, asked=asked)
    return response


def _asked(request: web.Request, size: int) -> range | None:
    """Return which bytes are asked for; None for a range that there is none of."""
    if "If-Range" in request.headers:
        return range(size)  # nobody can have a part of what has not been here before
    try:
        wanted = request.http_range
    except ValueError:
        return None
    asked = range(size)[wanted]
    return asked if asked else None


async def _send(
    request: web.Request, response: web.StreamResponse, video: ArrivingVideo, file: BinaryIO, *, asked: range
) -> None:
    place = asked.start
    while place < asked.stop:
        there = min(await video.reached(place), asked.stop)
        if there <= place:
            # It broke off. What was promised cannot be kept, and only a broken connection says so.
            if request.transport is not None:
                request.transport.abort()
            return
        piece = await asyncio.to_thread(_read, file, place, min(there - place, _PIECE))
        await response.write(piece)
        place += len(piece)


def _read(file: BinaryIO, place: int, size: int) -> bytes:
    file.seek(place)
    return file.read(size)
