"""Our own server beside the peers: the whole application on loopback, over http by the development switch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from aiohttp import web

from rossgram_fed.accounts.new_users import create_user, prepare_user
from rossgram_fed.app import WORKER, build_app
from rossgram_fed.config import DevelopmentSettings, LimitSettings, ServerSettings, Settings, StorageSettings
from rossgram_fed.demo.pictures import draw_landscape
from rossgram_fed.demo.servers import ThisMachine
from rossgram_fed.instance import INSTANCE, Clock, Instance, system_clock
from rossgram_fed.media.keeping import write_files
from rossgram_fed.media.storage import STORAGE
from rossgram_fed.media.studio import STUDIO
from rossgram_fed.models.accounts import Role
from rossgram_fed.posts.actions import publish
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
from rossgram_fed.posts.saved import save
from rossgram_fed.posts.scheduling import schedule
from rossgram_fed.posts.uploads import Developed, store_photo
from rossgram_fed.secrets_file import load_or_create
from rossgram_fed.web.forms import Form
from tests.databases import put_migrated
from tests.ports import free_port

PASSWORD = "correct horse battery"


@dataclass
class Here:
    """Our server, with Alice on it; it works only when told to."""

    app: web.Application
    alice: int = 0

    @property
    def instance(self) -> Instance:
        return self.app[INSTANCE]

    @property
    def actor(self) -> str:
        return f"{self.instance.settings.base_url}/users/alice"

    async def settle(self) -> None:
        while await self.app[WORKER].run_until_idle():
            continue

    async def value(self, sql: str, *arguments: object) -> Any:
        await self.settle()
        return await self.instance.database.fetch_value(sql, *arguments)

    async def post(self, caption: str) -> tuple[int, str]:
        """Publish a photo of Alice's; return its id and address."""
        photo = DraftPhoto(await self._photo(), "A hill")
        async with self.instance.change() as change:
            post_id = await publish(change, author_id=self.alice, draft=PostDraft(caption=caption, photos=(photo,)))
        return post_id, await self.value("SELECT uri FROM posts WHERE id = $1", post_id)

    async def post_in_time(self, caption: str) -> str:
        """Let a draft of Alice's with a photo be published by itself, its time being now; return its address."""
        photo_id = await self._photo()
        form = Form.starting_with({"caption": caption, f"description-{photo_id}": "A hill in time"})
        async with self.instance.change() as change:
            draft_id = await save(change, form, account_id=self.alice, photo_ids=[photo_id], draft_id=None)
            await schedule(change, draft_id, account_id=self.alice, at=change.now, zone="UTC")
        return str(
            await self.value("SELECT p.uri FROM posts p JOIN photos h ON h.post_id = p.id WHERE h.id = $1", photo_id)
        )

    async def _photo(self) -> int:
        """Keep a photo of Alice's that waits for its post."""
        data = (await asyncio.to_thread(draw_landscape, 1, width=320, height=240))[0]
        picture = await self.app[STUDIO].develop(data)
        files = await write_files(self.app[STORAGE], picture)
        developed = Developed(name="a.jpg", picture=picture.without_bytes(), files=files)
        async with self.instance.change() as change:
            return await store_photo(change, self.alice, photo=developed)


@asynccontextmanager
async def our_server(
    folder: Path, *, address: int = 0, limits: LimitSettings | None = None, clock: Clock = system_clock
) -> AsyncIterator[Here]:
    """Run our server; ``address`` is the port of what stands before it, where there is such a thing."""
    port = free_port()
    settings = Settings(
        server=ServerSettings(base_url=f"http://127.0.0.1:{address or port}", listen=f"127.0.0.1:{port}"),
        storage=StorageSettings(data=folder),
        limits=limits or LimitSettings(),
        development=DevelopmentSettings(
            allow_http_and_private_networks=True, private_networks=(ip_network("127.0.0.0/8"),)
        ),
    )
    folder.mkdir(parents=True, exist_ok=True)
    put_migrated(folder / "rossgram.sqlite3")
    app = build_app(settings, load_or_create(folder), with_worker=False, resolver=ThisMachine(), clock=clock)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        here = Here(app)
        new = await prepare_user("alice", PASSWORD, role=Role.ADMIN, name="Alice")
        async with here.instance.change() as change:
            here.alice = (await create_user(change, new)).account_id
        yield here
    finally:
        await runner.cleanup()
