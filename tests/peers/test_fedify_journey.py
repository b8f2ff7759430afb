"""A whole story between our server and one of other make: follow both ways, photos, likes, replies, edits, ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from activitypub.signatures import Scheme
from rossgram_fed.demo.pictures import draw_landscape
from rossgram_fed.federation import remote_accounts
from rossgram_fed.federation.network import NETWORK
from rossgram_fed.follows.actions import follow, unfollow
from rossgram_fed.posts.actions import delete, edit
from rossgram_fed.posts.drafts import PostEdit
from rossgram_fed.reactions.actions import like, unlike
from tests.peers.fedify import FedifyPeer, fedify
from tests.peers.here import Here, our_server


@asynccontextmanager
async def both(folder: Path, first_knock: Scheme) -> AsyncIterator[tuple[Here, FedifyPeer]]:
    async with our_server(folder) as here, fedify(first_knock=first_knock) as peer:
        yield here, peer


async def types(peer: FedifyPeer) -> list[str]:
    return [entry["type"] for entry in await peer.log()]


@pytest.mark.parametrize("first_knock", list(Scheme))
async def test_fay_follows_alice(tmp_path: Path, first_knock: Scheme) -> None:
    """Fay follows, likes, replies, edits, deletes and leaves, and hears what Alice does with her photo, and of one that
    was published by itself at its time.

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
        in_time = await here.post_in_time("A hill at noon")
        log = await peer.log()
        assert log[-1]["document"]["object"]["attachment"]["name"] == "A hill in time"
        assert [(entry["type"], entry["object"]) for entry in log[1:]] == [
            ("Create", uri),
            ("Update", uri),
            ("Delete", uri),
            ("Create", in_time),
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
