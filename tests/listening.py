"""Apps that listen, over real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientResponse, ClientWebSocketResponse, WSMsgType

from tests.apps import ApiSite, Client

URL = "/api/v1/streaming"
PATIENCE = 60
"""Seconds that anything may take on a busy machine."""


class Listening:
    """One WebSocket."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, **what: Any) -> None:
        """Send a message, as an app does."""
        await self.socket.send_str(json.dumps(what))

    async def subscribe(self, stream: str, **more: str) -> None:
        """Ask for a stream, and wait until the server has done what was asked."""
        await self.say(type="subscribe", stream=stream, **more)
        await self.settled()

    async def settled(self) -> None:
        """Wait until the server has read all that was sent: what makes no sense is answered in its turn."""
        await self.say(type="nonsense")
        assert (await self.raw())["error"] == "Unknown message"

    async def raw(self) -> Any:
        """The next message."""
        message = await self.socket.receive(PATIENCE)
        assert message.type is WSMsgType.TEXT, message
        return json.loads(message.data)

    async def heard(self) -> tuple[list[str], str, Any]:
        """The next event: the stream, its name, and what it brought."""
        message = await self.raw()
        payload = message.get("payload")
        return message["stream"], message["event"], json.loads(payload) if payload else None

    async def ends(self) -> None:
        """Wait for the server to end this."""
        message = await self.socket.receive(PATIENCE)
        assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING), message


@asynccontextmanager
async def listening(site: ApiSite, app: Client, *streams: str) -> AsyncIterator[Listening]:
    """Listen to streams for as long as the block lasts."""
    async with site.visitor.client.ws_connect(f"{URL}?access_token={app.token}") as socket:
        one = Listening(socket)
        for stream in streams:
            name, _, about = stream.partition("=")
            await one.subscribe(name, **({"tag" if name.startswith("hashtag") else "list": about} if about else {}))
        yield one


@asynccontextmanager
async def events(site: ApiSite, app: Client, path: str) -> AsyncIterator[ClientResponse]:
    """Listen to a stream of events; the first line has been read."""
    headers = {"Authorization": f"Bearer {app.token}"}
    async with site.visitor.client.get(f"{URL}/{path}", headers=headers) as response:
        assert response.status == 200, await response.text()
        assert await line(response) == b":)\n"
        yield response


async def line(response: ClientResponse) -> bytes:
    """The next line of a stream of events; empty at its end."""
    return await asyncio.wait_for(response.content.readline(), PATIENCE)
