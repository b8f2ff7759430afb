"""Streams: who hears of what, as it happens, over sockets and as events."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import WSMsgType

from rossgram_fed.announcements import actions as announcements
from rossgram_fed.api import streaming, streaming_sockets
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models import Account, Post
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.reading import AccountList, ListMember, RepliesShown
from rossgram_fed.models.relations import Block
from rossgram_fed.notifications import requests
from rossgram_fed.posts import store
from rossgram_fed.posts.store import NewPost
from rossgram_fed.web.measuring import MEASURES
from tests.apps import ApiSite
from tests.builders import a_person, a_stranger
from tests.listening import PATIENCE, URL, events, line, listening
from tests.rossgram_fed.api.test_timelines import a_follow


async def arrives(
    instance: Instance, author: Account, words: str = "Hello", *, tags: tuple[str, ...] = (), **more: Any
) -> int:
    """A post of somebody elsewhere (or here), with its rows written as the inbox writes them; its id."""
    async with instance.change() as change:
        post_id = await written(change, author, words, **more)
        await store.add_tags(change, post_id, tags)
    return post_id


async def written(change: Change, author: Account, words: str = "Hello", **more: Any) -> int:
    """The same within a change, without tags."""
    post_id = change.new_id()
    uri = f"{author.uri}/posts/{post_id}"
    fields = {"visibility": Visibility.PUBLIC, "published_at": change.now, "thread_id": post_id, **more}
    post = NewPost(
        id=post_id, account_id=author.id, uri=uri, url=uri, local=not author.domain,
        content_html=f"<p>{words}</p>", **fields,
    )  # fmt: skip
    assert await store.insert_post(change, post)
    return post_id


async def test_what_one_hears_of_those_one_follows(site: ApiSite) -> None:
    """A post, its edit, a boost and their end come as they are read elsewhere; news come with them."""
    async with site.instance.change() as change:
        alice, bob, eve = [await a_person(change, name) for name in ("alice", "bob", "eve")]
        await a_follow(change, alice, bob)
    ana, ben, eva = [await site.app(one) for one in (alice, bob, eve)]
    async with listening(site, ana, "user") as ear:
        await eva.post("/api/v1/statuses", status="of one whom nobody follows")
        post = (await ben.post("/api/v1/statuses", status="Look, @alice")).body
        stream, event, payload = await ear.heard()
        assert (stream, event) == (["user"], "update")
        assert payload == (await ana.get(f"/api/v1/statuses/{post['id']}")).body
        stream, event, payload = await ear.heard()
        assert (stream, event, payload["type"], payload["status"]["id"]) == (
            ["user"], "notification", "mention", post["id"],
        )  # fmt: skip
        await ben.put(f"/api/v1/statuses/{post['id']}", status="Look again, @alice")
        stream, event, payload = await ear.heard()
        assert (event, payload["id"], "again" in payload["content"]) == ("status.update", post["id"], True)
        fars = (await eva.post("/api/v1/statuses", status="worth a boost")).body
        boost = (await ben.post(f"/api/v1/statuses/{fars['id']}/reblog")).body
        stream, event, payload = await ear.heard()
        assert (event, payload["id"], payload["reblog"]["id"]) == ("update", boost["id"], fars["id"])
        await ben.post(f"/api/v1/statuses/{fars['id']}/unreblog")
        assert await ear.heard() == (["user"], "delete", int(boost["id"]))
        await ben.delete(f"/api/v1/statuses/{post['id']}")
        assert await ear.heard() == (["user"], "delete", int(post["id"]))


STREAMS = (
    # name, what comes of it: here, there, here with a photo, there with a photo
    ("public", "here there here+ there+"),
    ("public:media", "here+ there+"),
    ("public:local", "here here+"),
    ("public:local:media", "here+"),
    ("public:remote", "there there+"),
    ("public:remote:media", "there+"),
    ("hashtag=Dunes", "here there"),
    ("hashtag:local=dunes", "here"),
)


async def test_public_streams(site: ApiSite) -> None:
    """Each brings what its timeline shows, and nothing that is not public, answers others, or is by whom one blocks."""
    async with site.instance.change() as change:
        alice, bob, foe = [await a_person(change, name) for name in ("alice", "bob", "foe")]
        sam = await a_stranger(change)
        await Block.create(id=change.new_id(), account_id=alice.id, target_id=foe.id, created_at=1)
    ana = await site.app(alice)
    async with listening(site, ana, *(name for name, _ in STREAMS)) as ear:
        made: dict[int, str] = {}
        await arrives(site.instance, foe, tags=("dunes",))
        await arrives(site.instance, bob, tags=("dunes",), visibility=Visibility.UNLISTED)
        await arrives(site.instance, sam, tags=("dunes",), published_at=site.instance.clock() - 7 * 3600 * 1000)
        for kind, author, tags, photos in (
            ("here", bob, ("dunes",), 0),
            ("there", sam, ("dunes",), 0),
            ("here+", bob, (), 1),
            ("there+", sam, (), 1),
        ):
            made[await arrives(site.instance, author, tags=tags, photo_count=photos)] = kind
        first = next(iter(made))
        parent = await Post.get(id=first)
        more: dict[str, Any] = {"in_reply_to_id": first, "in_reply_to_uri": parent.uri, "thread_id": first}
        await arrives(site.instance, sam, **more)
        heard: dict[str, list[str]] = {}
        for _ in range(sum(len(wanted.split()) for _, wanted in STREAMS)):
            stream, event, payload = await ear.heard()
            assert event == "update"
            heard.setdefault("=".join(stream), []).append(made[int(payload["id"])])
        async with site.instance.change() as change:
            await store.remove_post(change, first)
        assert (await ear.heard())[1:] == ("delete", first)
    assert heard == {name: wanted.split() for name, wanted in STREAMS}


async def test_lists_and_direct_posts(site: ApiSite) -> None:
    """A list brings what its members post, the stream of direct posts conversations; nobody else hears of either."""
    async with site.instance.change() as change:
        alice, bob, eve, carol = [await a_person(change, name) for name in ("alice", "bob", "eve", "carol")]
        mine = await AccountList.create(
            id=change.new_id(), account_id=alice.id, title="x", replies=RepliesShown.NONE, created_at=1
        )
        await ListMember.create(id=change.new_id(), list_id=mine.id, account_id=bob.id)
        await a_follow(change, alice, bob)
        await a_follow(change, eve, bob)
    ana, ben, eva, cleo = [await site.app(one) for one in (alice, bob, eve, carol)]
    async with (
        listening(site, ana, f"list={mine.id}", "direct") as ear,
        listening(site, eva, "user", "direct") as other,
    ):
        post = (await ben.post("/api/v1/statuses", status="for all")).body
        assert (await other.heard())[2]["id"] == post["id"]
        stream, event, payload = await ear.heard()
        assert (stream, event, payload["id"]) == (["list", str(mine.id)], "update", post["id"])
        theirs = (await cleo.post("/api/v1/statuses", status="of one whom nobody reads")).body
        await ben.post("/api/v1/statuses", status="an answer to that", in_reply_to_id=theirs["id"])
        said = (await ben.post("/api/v1/statuses", status="@alice Hello", visibility="direct")).body
        stream, event, payload = await ear.heard()
        assert (stream, event, payload["last_status"]["id"]) == (["direct"], "conversation", said["id"])
        await ben.post("/api/v1/statuses", status="followers", visibility="private")
        await ben.delete(f"/api/v1/statuses/{said['id']}")
        assert "followers" in (await other.heard())[2]["content"]
        await ben.delete(f"/api/v1/statuses/{post['id']}")
        assert await other.heard() == (["user"], "delete", int(post["id"])), "not that of the direct post"


async def test_what_else_is_told(site: ApiSite) -> None:
    """Filters as they change and match, announcements and what is said to them, news that were let through."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change, "alice"), await a_person(change, "bob")
        await a_follow(change, alice, bob)
    ana, ben = await site.app(alice), await site.app(bob)
    async with listening(site, ana, "user", "user:notification") as ear:
        await ana.post(
            "/api/v2/filters", title="Spiders", context=["home"], keywords_attributes=[{"keyword": "spider"}]
        )
        assert await ear.heard() == (["user"], "filters_changed", None)
        await ben.post("/api/v1/statuses", status="A spider on the wall")
        _, event, payload = await ear.heard()
        assert (event, [one["filter"]["title"] for one in payload["filtered"]]) == ("update", ["Spiders"])
        async with site.instance.change() as change:
            notice = await announcements.announce(change, text="Down tonight")
        _, event, payload = await ear.heard()
        assert (event, payload["id"], payload["read"]) == ("announcement", str(notice), False)
        await ben.put(f"/api/v1/announcements/{notice}/reactions/👍")
        wanted = {"name": "👍", "count": 1, "announcement_id": str(notice)}
        assert await ear.heard() == (["user"], "announcement.reaction", wanted)
        async with site.instance.change() as change:
            await announcements.end(change, announcement_id=notice)
        assert await ear.heard() == (["user"], "announcement.delete", notice)
        await ana.patch("/api/v2/notifications/policy", for_not_following="filter")
        eva = await site.app(await _another(site, "eve"))
        await eva.post("/api/v1/statuses", status="Hello @alice")
        async with site.instance.change() as change:
            eve = await Account.get(username="eve")
            await requests.accept(change, account_id=alice.id, actor_ids=[eve.id])
        merged = [await ear.heard() for _ in range(2)]
        assert sorted(merged) == [([name], "notifications_merged", 1) for name in ("user", "user:notification")]


async def _another(site: ApiSite, name: str) -> Account:
    async with site.instance.change() as change:
        return await a_person(change, name)


async def test_events(site: ApiSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same as server-sent events: a comment first, events, and a sign of life while nothing happens."""
    monkeypatch.setattr(streaming, "THUMP_SECONDS", 0.05)
    async with site.instance.change() as change:
        alice, bob = await a_person(change, "alice"), await a_person(change, "bob")
        await a_follow(change, alice, bob)
    ana, ben = await site.app(alice), await site.app(bob)
    for path in ("user", "public?only_media=false", "public/local/", "hashtag?tag=dunes"):
        async with events(site, ana, path) as response:
            assert response.content_type == "text/event-stream"
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            assert await line(response) == b":thump\n"
            post = (await ben.post("/api/v1/statuses", status="Look at the #dunes")).body
            while (got := await line(response)) == b":thump\n":
                pass
            assert got == b"event: update\n"
            got = await line(response)
            assert got.startswith(b"data: ")
            assert json.loads(got[6:])["id"] == post["id"]
            assert await line(response) == b"\n"


async def test_how_a_socket_is_opened(site: ApiSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token comes by query, header or protocol, which is echoed; a slash too many does no harm; it is pinged."""
    ana = await site.app(await _another(site, "alice"))
    client = site.visitor.client
    async with client.ws_connect(f"{URL}/?stream=user&access_token={ana.token}") as socket:
        assert socket.protocol is None
    async with client.ws_connect(URL, headers={"Authorization": f"Bearer {ana.token}"}):
        pass
    async with client.ws_connect(URL, protocols=[str(ana.token)]) as socket:
        assert socket.protocol == ana.token
    monkeypatch.setattr(streaming_sockets, "HEARTBEAT_SECONDS", 0.05)
    async with client.ws_connect(f"{URL}?access_token={ana.token}", autoping=False) as socket:
        assert (await socket.receive(PATIENCE)).type is WSMsgType.PING
    health = await client.get(f"{URL}/health")
    assert (health.status, await health.text()) == (200, "OK")


async def test_how_long_somebody_listens_is_not_how_long_an_answer_takes(site: ApiSite) -> None:
    """A connection counts as answered when it was opened, however long it lasts."""
    ana = await site.app(await _another(site, "alice"))
    app = site.visitor.client.app
    assert app is not None
    now = [0.0]
    app[MEASURES].timer = lambda: now[0]
    async with events(site, ana, "user") as response:
        now[0] += 3600
        await app.shutdown()
        assert await response.content.read() == b"", "the server ends what is open when it goes down"
    async with asyncio.timeout(PATIENCE):
        while not (counted := app[MEASURES].durations):
            await asyncio.sleep(0)
    assert [one.seconds for one in counted.values()] == [0]


async def test_an_end_to_listening(site: ApiSite) -> None:
    """Whoever unsubscribes hears no more of that stream, and still of others."""
    async with site.instance.change() as change:
        alice = await a_person(change, "alice")
    ana = await site.app(alice)
    async with listening(site, ana, "user", "public") as ear:
        await ear.say(type="unsubscribe", stream="user")
        await ear.settled()
        for words in ("one", "two"):
            await ana.post("/api/v1/statuses", status=words)
        assert [(await ear.heard())[0] for _ in range(2)] == [["public"], ["public"]]
