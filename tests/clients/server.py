"""A server as people run it, in a process of its own on a port of this machine, for clients of other make."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from aiohttp import ClientError, ClientSession

from tests.databases import put_migrated
from tests.ports import free_port

PATIENCE = 60
"""Seconds that the start may take on a busy machine."""
PASSWORD = "eleven green bottles hanging"


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[str]:
    """Run ``rossgram serve`` with everything in ``folder``; yield its address. Anybody may join, and call often."""
    port = free_port()
    base_url = f"http://localhost:{port}"
    settings = {
        "server": {"base_url": base_url, "listen": f"127.0.0.1:{port}", "registration": "open"},
        "limits": {"api_calls": 1_000_000, "sign_ups": 100_000, "picture_processes": 1},
    }
    lines = [f"[{table}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings[table].items())
             for table in settings]  # fmt: skip
    (folder / "config.toml").write_text("\n".join(lines))
    put_migrated(folder / "data" / "rossgram.sqlite3")
    with (folder / "server.log").open("wb") as log:
        who = await _rossgram(folder, log, "user", "create", "captain", "--role", "admin")
        assert await who.wait() == 0, "Nobody could be made; see server.log."
        process = await _rossgram(folder, log, "serve")
        try:
            async with asyncio.timeout(PATIENCE):
                await _until_it_answers(f"{base_url}/api/v2/instance", process)
            yield base_url
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _rossgram(folder: Path, log: BinaryIO, *words: str) -> asyncio.subprocess.Process:
    """Start our command as somebody at a terminal does."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rossgram_fed", *words), cwd=folder, stdout=log, stderr=log, env=environment
    )


async def joined(base_url: str, username: str) -> str:
    """Let somebody join by an app; return a token that may do everything."""
    async with ClientSession() as session:
        asked = {
            "client_name": "Tests",
            "redirect_uris": "urn:ietf:wg:oauth:2.0:oob",
            "scopes": "read write follow push",
        }
        async with session.post(f"{base_url}/api/v1/apps", json=asked) as response:
            app = await response.json()
        grant = {"grant_type": "client_credentials", "client_id": app["client_id"],
                 "client_secret": app["client_secret"], "scope": "read write follow push"}  # fmt: skip
        async with session.post(f"{base_url}/oauth/token", json=grant) as response:
            token = (await response.json())["access_token"]
        person = {"username": username, "email": f"{username}@example.com", "password": PASSWORD,
                  "agreement": True, "locale": "en"}  # fmt: skip
        headers = {"Authorization": f"Bearer {token}"}
        async with session.post(f"{base_url}/api/v1/accounts", json=person, headers=headers) as response:
            assert response.status == 200, await response.text()
            return str((await response.json())["access_token"])


async def _until_it_answers(address: str, process: asyncio.subprocess.Process) -> None:
    async with ClientSession() as session:
        while True:
            assert process.returncode is None, "The server ended before it answered; see server.log."
            try:
                async with session.get(address) as response:
                    assert response.status == 200
                    return
            except ClientError:
                # Nothing tells when another process listens; asking is how a person would find out.
                await asyncio.sleep(0.1)
