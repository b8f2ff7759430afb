"""The talk on one WebSocket: an app says which streams it wants, and is told of them.

Messages of apps are small and few; whoever sends others, or more, is cut off.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

import msgspec
from aiohttp import WSCloseCode, WSMsgType, hdrs, web

from rossgram_fed.streaming.ears import Ear
from rossgram_fed.streaming.hub import Full, Hub
from rossgram_fed.streaming.streams import NoStream, Stream
from rossgram_fed.web.errors import BadRequest, Refusal
from rossgram_fed.web.measuring import answer_is_ready

LARGEST = 4096
"""Bytes of a message from an app."""
MOST_ASKED = 120
"""Messages from an app in a minute."""
HEARTBEAT_SECONDS = 30.0
CLOSE_SECONDS = 2.0
_ENCODER = msgspec.json.Encoder()

Choose = Callable[[Mapping[str, str]], Awaitable[Stream]]
"""Returns the stream that is asked for; raises ``NoStream`` or ``Refusal``."""


class Wish(msgspec.Struct, kw_only=True):
    """What an app says."""

    type: Literal["subscribe", "unsubscribe"]
    stream: str = ""
    tag: str = ""
    list: str | int = ""


class Failed(msgspec.Struct):
    """What it did wrong."""

    error: str
    status: int


_WISHES = msgspec.json.Decoder(Wish)


async def converse(request: web.Request, hub: Hub, ear: Ear, choose: Choose) -> web.WebSocketResponse:
    """Talk to an app until either side ends it."""
    asked = request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL, "")
    socket = web.WebSocketResponse(
        heartbeat=HEARTBEAT_SECONDS,
        max_msg_size=LARGEST,
        compress=False,
        timeout=CLOSE_SECONDS,
        protocols=[one.strip() for one in asked.split(",") if one.strip()][:1],
    )
    if not socket.can_prepare(request):
        raise BadRequest("This is no WebSocket handshake")
    await socket.prepare(request)
    answer_is_ready(request)
    writing = asyncio.create_task(_write(socket, ear))
    try:
        query = request.query
        if query.get("stream"):
            wish = Wish(
                type="subscribe", stream=query["stream"], tag=query.get("tag", ""), list=query.get("list", "")
            )  # fmt: skip
            await _fulfil(socket, hub, ear, wish, choose)
        await _read(socket, hub, ear, choose)
    finally:
        ear.end("The app has gone")
        await writing
    return socket


async def _read(socket: web.WebSocketResponse, hub: Hub, ear: Ear, choose: Choose) -> None:
    """Do what the app says, until it says no more."""
    began, count = time.monotonic(), 0
    async for message in socket:
        if time.monotonic() - began > 60:
            began, count = time.monotonic(), 0
        count += 1
        if count > MOST_ASKED:
            ear.end("Too many messages")
            return
        if message.type is not WSMsgType.TEXT:
            continue
        try:
            wish = _WISHES.decode(message.data)
        except (msgspec.ValidationError, msgspec.DecodeError):
            await _send(socket, ear, _ENCODER.encode(Failed("Unknown message", 400)))
        else:
            await _fulfil(socket, hub, ear, wish, choose)


async def _fulfil(socket: web.WebSocketResponse, hub: Hub, ear: Ear, wish: Wish, choose: Choose) -> None:
    try:
        stream = await choose({"stream": wish.stream, "tag": wish.tag, "list": str(wish.list)})
        if wish.type == "unsubscribe":
            hub.unsubscribe(ear, stream)
        elif not ear.ended:
            hub.subscribe(ear, stream)
    except NoStream as problem:
        await _send(socket, ear, _ENCODER.encode(Failed(str(problem), 400)))
    except Full as problem:
        await _send(socket, ear, _ENCODER.encode(Failed(str(problem), 429)))
    except Refusal as problem:
        await _send(socket, ear, _ENCODER.encode(Failed(problem.sentence, problem.status)))


async def _write(socket: web.WebSocketResponse, ear: Ear) -> None:
    """Send what the app hears, then say farewell."""
    while not ear.ended:
        messages = await ear.take()
        async with ear.sending():
            for message in messages:
                await socket.send_frame(message.on_socket, WSMsgType.TEXT)
    await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=ear.why.encode())


async def _send(socket: web.WebSocketResponse, ear: Ear, text: bytes) -> None:
    async with ear.sending():
        await socket.send_frame(text, WSMsgType.TEXT)
