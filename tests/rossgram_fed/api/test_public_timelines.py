"""Timelines of everybody, what one account posted, what somebody keeps for themselves, and what trends."""

from __future__ import annotations

import pytest

from rossgram_fed.models import Account, Post
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.reading import HostMute
from rossgram_fed.models.relations import Block, Bookmark, Like, Mute
from tests.apps import ApiSite
from tests.builders import a_person, a_post, a_stranger
from tests.conftest import SettableClock
from tests.rossgram_fed.api.test_timelines import a_boost, a_tag, walked


@pytest.mark.parametrize(
    ("path", "wanted", "reason"),
    [
        ("public", {"here", "mine", "self", "there", "words"}, "all that is public, without answers to others"),
        ("public?local=true", {"here", "mine", "self", "words"}, "from here"),
        ("public?remote=true", {"there"}, "from elsewhere"),
        ("public?local=1&remote=1", {"here", "mine", "self", "there", "words"}, "both is all"),
        ("public?only_media=true", {"here", "there"}, "with photos"),
        ("tag/Dunes", {"here", "there"}, "with a tag, however it is written"),
        ("tag/dunes?local=true", {"here"}, "with a tag, from here"),
        ("tag/dunes?any[]=sea", {"here", "there", "answer"}, "with either tag, answers too"),
        ("tag/dunes?all[]=sea", {"there"}, "with both tags"),
        ("tag/dunes?none[]=sea", {"here"}, "with one tag and not the other"),
        ("tag/dunes?all[]=nobody-uses-this", set(), "with a tag that nobody uses"),
        ("tag/nothing", set(), "a tag that nobody uses"),
        ("link?url=https://a.test", set(), "links do not trend"),
    ],
)
async def test_public_timelines(site: ApiSite, path: str, wanted: set[str], reason: str) -> None:
    """What is public is shown to everybody, what is not to nobody."""
    async with site.instance.change() as change:
        me, bob = await a_person(change, "me"), await a_person(change, "bob")
        shy = await a_person(change, "shy")
        await Account.filter(id=shy.id).update(limited_at=1)
        sam = await a_stranger(change)
        here = await a_post(change, bob, caption="here")
        there = await a_post(change, sam, caption="there")
        await Post.filter(id__in=[here.id, there.id]).update(photo_count=1)
        mine = await a_post(change, me, caption="mine")
        await a_post(change, me, caption="self", parent=mine)
        answer = await a_post(change, bob, caption="answer", parent=mine)
        await a_post(change, bob, caption="words")
        unlisted = await a_post(change, bob, caption="unlisted", visibility=Visibility.UNLISTED)
        limited = await a_post(change, shy, caption="limited")
        await a_tag(change, "dunes", here, there, unlisted, limited)
        await a_tag(change, "sea", there, answer)
    reply = await site.nobody.get(f"/api/v1/timelines/{path}")
    assert reply.status == 200, reply.body
    assert {one["content"].removeprefix("<p>").removesuffix("</p>") for one in reply.body} == wanted, reason


async def test_muted_people_are_in_no_timeline_of_everybody(site: ApiSite) -> None:
    """Whom one muted, or whose server, and who blocked one, is in neither public posts nor tags."""
    async with site.instance.change() as change:
        me, bob, foe = [await a_person(change, name) for name in ("me", "bob", "foe")]
        sam = await a_stranger(change)
        posts = [await a_post(change, author) for author in (bob, foe, sam)]
        await a_tag(change, "dunes", *posts)
        await Mute.create(id=change.new_id(), account_id=me.id, target_id=bob.id, created_at=1)
        await Block.create(id=change.new_id(), account_id=foe.id, target_id=me.id, created_at=1)
        await HostMute.create(id=change.new_id(), account_id=me.id, host=sam.domain, created_at=1)
    app = await site.app(me)
    assert (await app.get("/api/v1/timelines/public")).body == []
    assert (await app.get("/api/v1/timelines/tag/dunes")).body == []
    assert len((await site.nobody.get("/api/v1/timelines/tag/dunes")).body) == 3


@pytest.mark.parametrize(
    ("query", "wanted", "reason"),
    [
        ("", ["boost", "answer", "self", "photo", "words"], "all that is for everybody, newest first"),
        ("?exclude_reblogs=true", ["answer", "self", "photo", "words"], "without boosts"),
        ("?exclude_replies=true", ["boost", "self", "photo", "words"], "without answers to others"),
        ("?only_media=true", ["photo"], "with photos"),
        ("?tagged=Dunes", ["words"], "with a tag"),
        ("?pinned=true", ["photo"], "what is pinned"),
    ],
)
async def test_posts_of_an_account(site: ApiSite, query: str, wanted: list[str], reason: str) -> None:
    """What somebody posted, and what not of it is shown to whom."""
    async with site.instance.change() as change:
        bob, far = await a_person(change, "bob"), await a_person(change, "far")
        words = await a_post(change, bob, caption="words")
        await a_tag(change, "dunes", words)
        photo = await a_post(change, bob, caption="photo")
        await Post.filter(id=photo.id).update(photo_count=1)
        await change.tx.execute(
            "INSERT INTO pins (id, account_id, post_id, created_at) VALUES (1, $1, $2, 1)", bob.id, photo.id
        )
        await a_post(change, bob, caption="self", parent=words)
        other = await a_post(change, far)
        await a_post(change, bob, caption="answer", parent=other)
        await a_post(change, bob, caption="secret", visibility=Visibility.FOLLOWERS)
        await a_boost(change, bob, other)
    reply = await site.nobody.get(f"/api/v1/accounts/{bob.id}/statuses{query}")
    said = ["boost" if one["reblog"] else one["content"][3:-4] for one in reply.body]
    assert said == wanted, reason
    foreign = await site.nobody.get(f"/api/v1/accounts/12345/statuses{query}")
    assert (foreign.status, foreign.body) == (404, {"error": "Record not found"})


async def test_what_one_keeps(site: ApiSite, clock: SettableClock) -> None:
    """Likes and bookmarks are in the order of one's liking and keeping, whose ids are in the links."""
    async with site.instance.change() as change:
        me, bob = await a_person(change, "me"), await a_person(change, "bob")
        posts = [await a_post(change, bob) for _ in range(4)]
        for post in (posts[2], posts[0], posts[3], posts[1]):
            await Like.create(id=change.new_id(), account_id=me.id, post_id=post.id, created_at=1)
            await Bookmark.create(id=change.new_id(), account_id=me.id, post_id=post.id, created_at=1)
        await Like.create(id=change.new_id(), account_id=bob.id, post_id=posts[0].id, created_at=1)
    order = [str(posts[place].id) for place in (1, 3, 0, 2)]
    app = await site.app(me)
    for path in ("/api/v1/favourites", "/api/v1/bookmarks"):
        assert await walked(app, f"{path}?limit=3", "next") == order
        assert await walked(app, f"{path}?limit=3&min_id=0", "prev") == order
    assert (await app.get("/api/v1/favourites")).body[0]["favourited"] is True
    assert (await site.nobody.get("/api/v1/bookmarks")).status == 401


async def test_direct_posts(site: ApiSite) -> None:
    """Direct posts are shown to whoever wrote or got them."""
    async with site.instance.change() as change:
        me, bob, far = [await a_person(change, name) for name in ("me", "bob", "far")]
        sent = await a_post(change, me, visibility=Visibility.DIRECT)
        got = await a_post(change, bob, visibility=Visibility.DIRECT)
        await a_post(change, far, visibility=Visibility.DIRECT)
        await change.tx.execute("INSERT INTO mentions (id, post_id, account_id) VALUES (1, $1, $2)", got.id, me.id)
    assert (await (await site.app(me)).get("/api/v1/timelines/direct")).ids == [str(got.id), str(sent.id)]


async def test_trends(site: ApiSite, clock: SettableClock) -> None:
    """What several people like or boost trends, and so do tags that several use; counted anew after a while."""
    async with site.instance.change() as change:
        me, bob, carol = [await a_person(change, name) for name in ("me", "bob", "carol")]
        loved, liked, own = [await a_post(change, author) for author in (bob, bob, carol)]
        for post, people in ((loved, (me, carol)), (liked, (carol,)), (own, (carol, me))):
            for person in people:
                await Like.create(id=change.new_id(), account_id=person.id, post_id=post.id, created_at=1)
        await a_tag(change, "dunes", loved, own)
        await a_tag(change, "alone", liked)
    app = await site.app(me)
    assert (await app.get("/api/v1/trends/statuses")).ids == [str(loved.id)]
    (tag,) = (await app.get("/api/v1/trends/tags")).body
    assert (tag["name"], tag["history"][0]["uses"], len(tag["history"])) == ("dunes", "2", 7)
    async with site.instance.change() as change:
        await a_boost(change, me, liked)
        await Mute.create(id=change.new_id(), account_id=me.id, target_id=bob.id, created_at=1)
    clock.advance(10 * 60 * 1000)
    assert set((await site.nobody.get("/api/v1/trends/statuses?limit=99")).ids) == {str(loved.id), str(liked.id)}
    assert len((await site.nobody.get("/api/v1/trends/statuses?limit=1&offset=1")).body) == 1
    assert (await app.get("/api/v1/trends/statuses?offset=-3")).body == []
    assert (await app.get("/api/v1/trends/links")).body == []
