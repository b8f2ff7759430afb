"""Streams when much happens at once: many posts, and the end of somebody with all of theirs."""

from __future__ import annotations

from rossgram_fed.accounts.actions import delete_account
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts import store
from rossgram_fed.streaming.ears import MOST_WAITING
from rossgram_fed.streaming.farewells import RECENT
from tests.apps import ApiSite
from tests.builders import a_person
from tests.listening import Listening, listening
from tests.rossgram_fed.api.test_streaming import arrives, written
from tests.rossgram_fed.api.test_timelines import a_follow


async def test_a_burst_is_heard_whole(site: ApiSite) -> None:
    """Many posts at once, each on several streams of one connection, are more than may wait; none is missing."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change, "alice"), await a_person(change, "bob")
        await a_follow(change, alice, bob)
    ana, streams = await site.app(alice), ["user", "public", "public:media", "public:local", "public:local:media"]
    async with listening(site, ana, *streams) as ear:
        async with site.instance.change() as change:
            posts = [await written(change, bob, photo_count=1) for _ in range(MOST_WAITING // len(streams) + 20)]
        heard = [await ear.heard() for _ in range(len(posts) * len(streams))]
        assert [int(payload["id"]) for stream, _, payload in heard if stream == ["user"]] == posts
        async with site.instance.change() as change:
            for post_id in posts:
                await store.remove_post(change, post_id)
        heard = [await ear.heard() for _ in range(len(posts) * len(streams))]
        assert [payload for stream, _, payload in heard if stream == ["public"]] == posts


async def test_somebody_is_gone(site: ApiSite) -> None:
    """With an account its posts and boosts go from apps: each to those who saw it, the old and archived to nobody."""
    async with site.instance.change() as change:
        alice, bob, eve = [await a_person(change, name) for name in ("alice", "bob", "eve")]
        await a_follow(change, alice, bob)
    ana, ben, eva = [await site.app(one) for one in (alice, bob, eve)]
    theirs = (await eva.post("/api/v1/statuses", status="of eve")).body["id"]
    old = await arrives(site.instance, bob, published_at=site.instance.clock() - RECENT)
    await arrives(site.instance, bob, visibility=Visibility.ARCHIVED)
    said = {
        audience: int((await ben.post("/api/v1/statuses", status=f"@eve {audience}", visibility=audience)).body["id"])
        for audience in ("public", "private", "direct")
    }
    boost = int((await ben.post(f"/api/v1/statuses/{theirs}/reblog")).body["id"])
    async with listening(site, ana, "user") as follower, listening(site, eva, "user") as other:
        async with site.instance.change() as change:
            await delete_account(change, account_id=bob.id)
        await eva.post("/api/v1/statuses", status="the last", visibility="direct")
        await ana.post("/api/v1/statuses", status="@eve the last")
        heard = {one: await _until_news(ear) for one, ear in (("follower", follower), ("other", other))}
    assert old not in heard["follower"]
    assert heard == {
        "follower": {said["public"], said["private"], boost},
        "other": {said["public"], said["private"], said["direct"]},
    }


async def _until_news(ear: Listening) -> set[int]:
    """The posts that go before the next thing that comes."""
    gone = set()
    while (heard := await ear.heard())[1] == "delete":
        gone.add(heard[2])
    return gone
