"""A whole story between our server and one of other make: follow both ways, photos, likes, replies, edits, ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port

from activitypub.signatures import Scheme
from rossgram_fed.accounts.new_users import create_user, prepare_user
from rossgram_fed.app import WORKER, build_app
from rossgram_fed.config import DevelopmentSettings, ServerSettings, Settings, StorageSettings
from rossgram_fed.demo.pictures import draw_landscape
from rossgram_fed.federation import remote_accounts
from rossgram_fed.federation.network import NETWORK
from rossgram_fed.follows.actions import follow, unfollow
from rossgram_fed.instance import INSTANCE, Instance
from rossgram_fed.media.keeping import write_files
from rossgram_fed.media.storage import STORAGE
from rossgram_fed.media.studio import STUDIO
from rossgram_fed.models.accounts import Role
from rossgram_fed.posts.actions import delete, edit, publish
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft, PostEdit
from rossgram_fed.posts.uploads import Developed, store_photo
from rossgram_fed.reactions.actions import like, unlike
from rossgram_fed.secrets_file import load_or_create
from tests.peers.fedify import FedifyPeer, fedify


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
        data = (await asyncio.to_thread(draw_landscape, 1, width=320, height=240))[0]
        picture = await self.app[STUDIO].develop(data)
        files = await write_files(self.app[STORAGE], picture)
        developed = Developed(name="a.jpg", picture=picture.without_bytes(), files=files)
        async with self.instance.change() as change:
            photo = DraftPhoto(await store_photo(change, self.alice, photo=developed), "A hill")
            post_id = await publish(change, author_id=self.alice, draft=PostDraft(caption=caption, photos=(photo,)))
        await self.settle()
        return post_id, await self.value("SELECT uri FROM posts WHERE id = $1", post_id)


@asynccontextmanager
async def our_server(folder: Path) -> AsyncIterator[Here]:
    port = unused_port()
    settings = Settings(
        server=ServerSettings(base_url=f"http://127.0.0.1:{port}", listen=f"127.0.0.1:{port}"),
        storage=StorageSettings(data=folder),
        development=DevelopmentSettings(
            allow_http_and_private_networks=True, private_networks=(ip_network("127.0.0.0/8"),)
        ),
    )
    app = build_app(settings, load_or_create(folder), with_worker=False)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        here = Here(app)
        new = await prepare_user("alice", "correct horse battery", role=Role.MEMBER, name="Alice")
        async with here.instance.change() as change:
            here.alice = (await create_user(change, new)).account_id
        yield here
    finally:
        await runner.cleanup()


@asynccontextmanager
async def both(folder: Path, first_knock: Scheme) -> AsyncIterator[tuple[Here, FedifyPeer]]:
    async with our_server(folder) as here, fedify(first_knock=first_knock) as peer:
        yield here, peer


async def types(peer: FedifyPeer) -> list[str]:
    return [entry["type"] for entry in await peer.log()]


@pytest.mark.parametrize("first_knock", list(Scheme))
async def test_fay_follows_alice(tmp_path: Path, first_knock: Scheme) -> None:
    """Fay follows, likes, replies, edits, deletes and leaves, and hears what Alice does with her photo.

    Alice's server answers in the scheme that Fay's has proved to know.
    """
    async with both(tmp_path, first_knock) as (here, peer):
        await peer.follow(here.actor)
        assert await here.value("SELECT count(*) FROM follows WHERE followed_id = $1", here.alice) == 1
        assert (await peer.state())["following"] == [here.actor]

        post_id, uri = await here.post("A hill #green")
        created = (await peer.log())[-1]
        assert (created["type"], created["object"]) == ("Create", uri)
        assert created["document"]["object"]["attachment"]["name"] == "A hill"

        liked = await peer.like(uri, to=here.actor)
        assert await here.value("SELECT count(*) FROM likes WHERE post_id = $1", post_id) == 1
        await peer.undo(liked["id"])
        assert await here.value("SELECT count(*) FROM likes WHERE post_id = $1", post_id) == 0

        reply = await peer.reply(uri, "<p>Lovely</p>", to=here.actor)
        comment = "SELECT content_html FROM posts WHERE uri = $1"
        assert "Lovely" in await here.value(comment, reply["object"])
        await peer.edit(reply["object"], "<p>Quite lovely</p>", to=[here.actor])
        assert "Quite lovely" in await here.value(comment, reply["object"])
        await peer.delete(reply["object"], to=[here.actor])
        assert await here.value(comment, reply["object"]) is None

        async with here.instance.change() as change:
            await edit(change, author_id=here.alice, post_id=post_id, edit=PostEdit(caption="A high hill"))
        await here.settle()
        async with here.instance.change() as change:
            await delete(change, author_id=here.alice, post_id=post_id)
        await here.settle()
        log = await peer.log()
        assert [(entry["type"], entry["object"]) for entry in log[1:]] == [
            ("Create", uri),
            ("Update", uri),
            ("Delete", uri),
        ]
        assert {entry["scheme"] for entry in log} == {first_knock.value}

        await peer.unfollow(here.actor)
        assert await here.value("SELECT count(*) FROM follows WHERE followed_id = $1", here.alice) == 0


async def test_alice_follows_fay(tmp_path: Path) -> None:
    """Alice follows, sees Fay's photos from before and after, likes and thinks better of it, and leaves."""
    async with both(tmp_path, Scheme.RFC9421) as (here, peer):
        picture = (draw_landscape(2, width=64, height=48)[0], "The sea")
        before = await peer.photo("<p>before</p>", [picture])
        fay = await remote_accounts.by_uri(here.app[NETWORK], peer.actor)
        async with here.instance.change() as change:
            await follow(change, account_id=here.alice, target_id=fay)
        await here.settle()
        assert (await peer.state())["followers"] == [here.actor]
        assert await types(peer) == ["Follow"]

        after = await peer.photo("<p>after</p>", [picture])
        description = "SELECT photos.description FROM photos JOIN posts ON posts.id = post_id WHERE posts.uri = $1"
        for post in (before, after):
            assert await here.value(description, post["object"]) == "The sea"
        post_id = await here.value("SELECT id FROM posts WHERE uri = $1", after["object"])

        async with here.instance.change() as change:
            await like(change, account_id=here.alice, post_id=post_id)
        await here.settle()
        async with here.instance.change() as change:
            await unlike(change, account_id=here.alice, post_id=post_id)
        await here.settle()
        async with here.instance.change() as change:
            await unfollow(change, account_id=here.alice, target_id=fay)
        await here.settle()
        assert await types(peer) == ["Follow", "Like", "Undo", "Undo"]
        assert {entry["actor"] for entry in await peer.log()} == {here.actor}
        assert (await peer.state())["followers"] == []
