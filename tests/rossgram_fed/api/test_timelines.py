"""Timelines: what belongs in each, and that walking through the pages gives each post once, either way."""

from __future__ import annotations

import random

import pytest

from rossgram_fed.instance import Change
from rossgram_fed.models import Account, Follow, Post
from rossgram_fed.models.posts import PostTag, Tag, Visibility
from rossgram_fed.models.reading import AccountList, HostMute, ListMember, RepliesShown, TagFollow
from rossgram_fed.models.relations import Block, Boost, FollowState, Mute
from rossgram_fed.timelines import gathering
from tests.apps import ApiSite, Client
from tests.builders import a_person, a_post, a_stranger
from tests.conftest import SettableClock

HOME = "/api/v1/timelines/home"
DAY = 24 * 3600 * 1000


async def a_follow(change: Change, one: Account, other: Account, *, boosts: bool = True, languages: str = "") -> None:
    await Follow.create(
        id=change.new_id(),
        follower_id=one.id,
        followed_id=other.id,
        state=FollowState.ACCEPTED,
        uri=f"f{one.id}-{other.id}",
        shows_boosts=boosts,
        languages=languages,
        created_at=change.now,
    )


async def a_boost(change: Change, account: Account, post: Post) -> int:
    made = change.new_id()
    uri = f"{account.uri}#boosts/{made}"
    await Boost.create(id=made, account_id=account.id, post_id=post.id, uri=uri, created_at=change.now)
    return made


async def a_tag(change: Change, name: str, *posts: Post) -> Tag:
    tag = await Tag.create(id=change.new_id(), name=name)
    for post in posts:
        await PostTag.create(id=change.new_id(), tag_id=tag.id, post_id=post.id)
    return tag


async def walked(app: Client, path: str, rel: str) -> list[str]:
    """The ids met on a walk through the pages by their links, in the order of the timeline."""
    met: list[str] = []
    while path:
        reply = await app.get(path)
        assert reply.status == 200, reply.body
        if not reply.body:
            break
        met = [*met, *reply.ids] if rel == "next" else [*reply.ids, *met]
        path = reply.link(rel)
    return met


@pytest.mark.parametrize("window", [400, 2], ids=["often", "rarely"])
async def test_home(site: ApiSite, monkeypatch: pytest.MonkeyPatch, window: int) -> None:
    """What is at home, and what is not, whether its people post often or rarely."""
    monkeypatch.setattr(gathering, "WINDOW", window)
    wanted: dict[int, str] = {}
    async with site.instance.change() as change:
        me, bob, carol = [await a_person(change, name) for name in ("me", "bob", "carol")]
        quiet, german, listed, mute, foe, far = [
            await a_person(change, name) for name in ("quiet", "german", "listed", "mute", "foe", "far")
        ]
        sam = await a_stranger(change)
        for other in (bob, carol, listed, mute, sam):
            await a_follow(change, me, other)
        await a_follow(change, me, quiet, boosts=False)
        await a_follow(change, me, german, languages="de")
        await Mute.create(id=change.new_id(), account_id=me.id, target_id=mute.id, created_at=1)
        await HostMute.create(id=change.new_id(), account_id=me.id, host=sam.domain, created_at=1)
        await Block.create(id=change.new_id(), account_id=foe.id, target_id=me.id, created_at=1)
        own = await AccountList.create(id=change.new_id(), account_id=me.id, title="x", exclusive=True, created_at=1)
        await ListMember.create(id=change.new_id(), list_id=own.id, account_id=listed.id)

        async def post(author: Account, why: str, here: bool, **more: object) -> Post:
            made = await a_post(change, author, **more)  # type: ignore[arg-type]
            if here:
                wanted[made.id] = why
            return made

        mine = await post(me, "mine", True)
        bobs = await post(bob, "of one whom I follow", True)
        fars = await post(far, "of one whom I do not follow", False)
        foes = await post(foe, "of one who blocked me", False)
        await post(bob, "for followers", True, visibility=Visibility.FOLLOWERS)
        await post(bob, "direct", False, visibility=Visibility.DIRECT)
        await post(bob, "an answer to one whom I do not follow", False, parent=fars)
        await post(bob, "talking on to themselves", True, parent=bobs)
        await post(carol, "an answer to me", True, parent=mine)
        await post(carol, "an answer to one whom I follow", True, parent=bobs)
        await post(me, "an answer of mine to anybody", True, parent=fars)
        for author in (listed, mute, sam, foe):
            await post(author, "exclusively in a list, muted, on a muted server, or blocked", False)
        english = await post(german, "in another language", False)
        germans = await post(german, "in the language that I asked for", True)
        await Post.filter(id=english.id).update(language="en")
        await Post.filter(id=germans.id).update(language="de")
        tagged = await post(far, "with a tag that I follow", True)
        hidden = await post(far, "with that tag, but not public", False, visibility=Visibility.UNLISTED)
        tag = await a_tag(change, "dunes", tagged, hidden)
        await TagFollow.create(id=change.new_id(), account_id=me.id, tag_id=tag.id, created_at=1)
        wanted[await a_boost(change, bob, fars)] = "the first boost of it"
        for booster, boosted in ((carol, fars), (carol, bobs), (quiet, tagged), (bob, foes), (bob, mine)):
            await a_boost(change, booster, boosted)
    app = await site.app(me)
    reply = await app.get(HOME)
    assert [wanted.get(int(one)) for one in reply.ids] == [wanted[one] for one in sorted(wanted, reverse=True)]
    boost = next(one for one in reply.body if one["reblog"])
    assert (boost["account"]["username"], boost["reblog"]["id"]) == ("bob", str(fars.id))
    assert boost["reblog"]["account"]["username"] == "far"


async def test_a_boost_after_a_week_is_shown_again(site: ApiSite, clock: SettableClock) -> None:
    """What was at home already comes again with a boost only when it was long ago."""
    async with site.instance.change() as change:
        me, bob, carol = [await a_person(change, name) for name in ("me", "bob", "carol")]
        await a_follow(change, me, bob)
        await a_follow(change, me, carol)
        post = await a_post(change, bob)
    clock.advance(3 * DAY)
    async with site.instance.change() as change:
        await a_boost(change, bob, post)
    clock.advance(20 * DAY)
    async with site.instance.change() as change:
        again = await a_boost(change, carol, post)
    assert (await (await site.app(me)).get(HOME)).ids == [str(again), str(post.id)]


@pytest.mark.parametrize("window", [400, 3], ids=["often", "rarely"])
async def test_walking_either_way_gives_each_once(
    site: ApiSite, clock: SettableClock, monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    """Pages by ``max_id`` from the newest and by ``min_id`` from the oldest are the whole timeline, each post once."""
    monkeypatch.setattr(gathering, "WINDOW", window)
    chance = random.Random(5)
    async with site.instance.change() as change:
        me = await a_person(change, "me")
        others = [await a_person(change, f"p{number}") for number in range(5)]
        for other in others[:3]:
            await a_follow(change, me, other)
    posts: list[Post] = []
    for _ in range(30):
        clock.advance(chance.randrange(1000))
        async with site.instance.change() as change:
            posts.append(await a_post(change, chance.choice(others)))
            booster, post = chance.choice(others), chance.choice(posts)
            if not await Boost.filter(account_id=booster.id, post_id=post.id).exists():
                await a_boost(change, booster, post)
    app = await site.app(me)
    for limit in (1, 7):
        down = await walked(app, f"{HOME}?limit={limit}", "next")
        assert down == sorted(set(down), key=int, reverse=True)
        assert await walked(app, f"{HOME}?limit={limit}&min_id=0", "prev") == down
    shown = [one["reblog"] or one for one in (await app.get(f"{HOME}?limit=40")).body]
    assert len({one["id"] for one in shown}) == len(shown) == len(down)
    newer = await app.get(f"{HOME}?since_id={down[3]}&limit=2")
    assert newer.ids == down[:2]
    right_above = await app.get(f"{HOME}?min_id={down[3]}&limit=2")
    assert right_above.ids == down[1:3]
    between = await app.get(f"{HOME}?max_id={down[1]}&since_id={down[4]}")
    assert between.ids == down[2:4]


@pytest.mark.parametrize(
    ("query", "status", "count", "reason"),
    [
        ("limit=1000000", 200, 3, "an absurd limit becomes the largest"),
        ("limit=-5", 200, 1, "a negative one the smallest"),
        ("limit=0", 200, 1, "and so does none"),
        ("limit=many", 422, None, "a limit in words"),
        ("max_id=0", 200, 0, "nothing is below the first"),
        ("max_id=9223372036854775807", 200, 3, "the largest id there is"),
        ("max_id=9223372036854775808", 422, None, "an id that no column holds"),
        ("min_id=-1", 422, None, "a negative id"),
        ("since_id=9223372036854775807", 200, 0, "nothing is above the last"),
        ("max_id=abc", 422, None, "an id in words"),
        ("max_id=1&min_id=5", 200, 0, "a stretch that ends before it begins"),
    ],
)
async def test_bad_cursors(site: ApiSite, query: str, status: int, count: int | None, reason: str) -> None:
    """Absurd numbers become sane ones, and what is no number is refused in every timeline."""
    async with site.instance.change() as change:
        me = await a_person(change, "me")
        for _ in range(3):
            await a_post(change, me)
    app = await site.app(me)
    for path in (HOME, "/api/v1/timelines/public", f"/api/v1/accounts/{me.id}/statuses"):
        reply = await app.get(f"{path}?{query}")
        assert reply.status == status, (path, reason, reply.body)
        if count is not None:
            assert len(reply.body) == count, (path, reason)
        else:
            assert reply.body["error"].startswith("Validation failed: "), reason


@pytest.mark.parametrize(
    ("replies", "wanted"),
    [
        (RepliesShown.NONE, ["to me", "to themselves", "plain"]),
        (RepliesShown.LIST, ["to a member", "to me", "to themselves", "plain"]),
        (RepliesShown.FOLLOWED, ["to one I follow", "to me", "to themselves", "plain"]),
    ],
)
async def test_lists(site: ApiSite, replies: RepliesShown, wanted: list[str]) -> None:
    """A list shows its members' posts and the answers that it is set to show, to its owner alone."""
    async with site.instance.change() as change:
        me, bob, carol, dan = [await a_person(change, name) for name in ("me", "bob", "carol", "dan")]
        await a_follow(change, me, dan)
        own = await AccountList.create(id=change.new_id(), account_id=me.id, title="x", replies=replies, created_at=1)
        for member in (bob, carol):
            await a_follow(change, me, member)
            await ListMember.create(id=change.new_id(), list_id=own.id, account_id=member.id)
        await Follow.filter(followed_id=carol.id).delete()
        plain = await a_post(change, bob, caption="plain")
        mine, dans = await a_post(change, me), await a_post(change, dan)
        carols = await a_post(change, carol, caption="plain", visibility=Visibility.FOLLOWERS)
        for caption, parent in (
            ("to themselves", plain),
            ("to me", mine),
            ("to one I follow", dans),
            ("to a member", carols),
        ):
            await a_post(change, bob, caption=caption, parent=parent)
    path = f"/api/v1/timelines/list/{own.id}"
    shown = (await (await site.app(me)).get(path)).body
    assert [one["content"].removeprefix("<p>").removesuffix("</p>") for one in shown] == wanted
    assert (await (await site.app(bob)).get(path)).status == 404
    assert (await (await site.app(me)).get("/api/v1/timelines/list/1")).status == 404
