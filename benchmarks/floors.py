"""The floors: bare aiohttp handlers that do the same cryptography and one raw statement, and nothing else."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import sqlite3
import sys
from pathlib import Path

import aiosqlite
import orjson
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from rossgram_fed.cli.loop import run, until_stopped

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


class Floor:
    """One bare server."""

    def __init__(self, folder: Path) -> None:
        pem = (folder / "stranger.pem").read_bytes()
        key = load_pem_public_key(pem)
        if not isinstance(key, RSAPublicKey):
            raise TypeError("The stranger's key is RSA.")
        self._key = key
        self._document = (folder / "document.json").read_bytes()
        self._page = (folder / "page.html").read_bytes()
        self._path = folder / "floor.sqlite3"
        self._number = 0

    async def open(self, _app: web.Application) -> None:
        self._database = await aiosqlite.connect(self._path, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        for statement in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=NORMAL",
            "CREATE TABLE IF NOT EXISTS posts (id INTEGER PRIMARY KEY, body BLOB, account_id INTEGER)",
        ):
            await self._database.execute_fetchall(statement)

    async def close(self, _app: web.Application) -> None:
        await self._database.close()

    async def inbox(self, request: web.Request) -> web.Response:
        body = await request.read()
        parameters = dict(_PARAMETER.findall(request.headers["Signature"]))
        digest = "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
        if digest != request.headers["Digest"]:
            return web.Response(status=401)
        lines = [
            f"(request-target): post {request.path}"
            if name == "(request-target)"
            else f"{name}: {request.headers[name]}"
            for name in parameters["headers"].split()
        ]
        signature = base64.b64decode(parameters["signature"])
        self._key.verify(signature, "\n".join(lines).encode(), PKCS1v15(), SHA256())
        orjson.loads(body)
        self._number += 1
        await self._database.execute_fetchall(
            "INSERT INTO posts (id, body, account_id) VALUES (?, ?, 1)", (self._number, body)
        )
        return web.Response(status=202)

    async def document(self, _request: web.Request) -> web.Response:
        return web.Response(body=self._document, content_type="application/activity+json")

    async def page(self, _request: web.Request) -> web.Response:
        await self._database.execute_fetchall("SELECT id, body FROM posts WHERE account_id = 1 LIMIT 24")
        return web.Response(body=self._page, content_type="text/html")

    async def take(self, request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=202)


async def serve(folder: Path, port: int) -> None:
    """Serve until told to stop."""
    floor = Floor(folder)
    app = web.Application()
    app.router.add_post("/inbox", floor.inbox)
    app.router.add_get("/actor", floor.document)
    app.router.add_get("/page", floor.page)
    app.router.add_post("/take", floor.take)
    app.on_startup.append(floor.open)
    app.on_cleanup.append(floor.close)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await until_stopped()
    finally:
        await runner.cleanup()


async def take_everything(port: int, *, seconds: float = 0) -> None:
    """Be every other server: answer 202 to whatever is posted, after so many seconds."""
    app = web.Application()

    async def take(request: web.Request) -> web.Response:
        await request.read()
        if seconds and request.method == "POST":
            await asyncio.sleep(seconds)
        return web.Response(status=202)

    app.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await until_stopped()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    if sys.argv[1] == "sink":
        run(take_everything(int(sys.argv[2]), seconds=float(sys.argv[3]) if len(sys.argv) > 3 else 0))
    else:
        run(serve(Path(sys.argv[1]), int(sys.argv[2])))
