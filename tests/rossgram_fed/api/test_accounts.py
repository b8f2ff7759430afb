"""Accounts for apps: showing, finding, and the lists that they stand in."""

from __future__ import annotations

import pytest

from rossgram_fed.follows import actions, blocks, tags
from rossgram_fed.models import Account, FeaturedTag, HostMute, Tag, TagFollow
from rossgram_fed.models.posts import Visibility
from tests.apps import ApiSite
from tests.builders import a_person, a_post, a_stranger


async def people(site: ApiSite) -> tuple[Account, Account, Account, Account]:
    """Alice, who follows Bob and Sam; Bob and Carol, who follow Alice."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        carol, sam = await a_person(change, "carol"), await a_stranger(change)
        for one, other in ((alice, bob), (alice, sam), (bob, alice), (carol, alice)):
            await actions.follow(change, account_id=one.id, target_id=other.id)
        await actions.receive_accept(change, follower_id=alice.id, followed_id=sam.id)
    return alice, bob, carol, sam


async def test_followers_and_followed_come_in_pages(site: ApiSite) -> None:
    """Pages follow the rows of the follows, the newest first; who is blocked by the account sees an empty list."""
    alice, bob, carol, sam = await people(site)
    app, path = await site.app(alice), f"/api/v1/accounts/{alice.id}"
    first = await app.get(f"{path}/followers?limit=1")
    assert first.ids == [str(carol.id)]
    second = await app.get(first.link("next"))
    assert second.ids == [str(bob.id)]
    assert (await app.get(second.link("next"))).ids == []
    assert (await app.get(second.link("prev"))).ids == [str(carol.id)]
    assert (await site.nobody.get(f"{path}/following")).ids == [str(sam.id), str(bob.id)]
    assert (await app.get(f"/api/v1/accounts/{sam.id}/followers")).ids == [str(alice.id)]
    assert (await app.get("/api/v1/accounts/1/followers")).status == 404
    async with site.instance.change() as change:
        await blocks.block(change, account_id=alice.id, target_id=carol.id)
    assert (await (await site.app(carol)).get(f"{path}/following")).ids == []


async def test_several_accounts_and_handles(site: ApiSite) -> None:
    """Accounts come in the order of their ids as asked; a handle leads to who bears it, however it is spelled."""
    alice, bob, _, sam = await people(site)
    reply = await site.nobody.get(f"/api/v1/accounts?id[]={sam.id}&id[]={alice.id}&id[]=77")
    assert reply.ids == [str(sam.id), str(alice.id)]
    for handle, account in (("alice", alice), ("@Bob@here.test", bob), ("sam@there.test", sam)):
        assert (await site.nobody.get(f"/api/v1/accounts/lookup?acct={handle}")).body["id"] == str(account.id), handle
    assert (await site.nobody.get("/api/v1/accounts/lookup?acct=nobody@there.test")).status == 404
    assert (await site.nobody.get("/api/v1/accounts/lookup")).status == 422


_SEARCHES: tuple[tuple[str, list[str], str], ...] = (
    ("q=b", ["bob"], "the beginning of a name"),
    ("q=sam@there", ["sam"], "a handle that is not whole"),
    ("q=@sam@there.test&resolve=true", ["sam"], "a handle that is known is not asked for"),
    ("q=sam@nowhere.test&resolve=true", [], "a server that does not answer is no failure"),
    ("q=a&following=true", [], "Alice follows nobody of that beginning"),
    ("q=s&following=true", ["sam"], "whom she follows"),
    ("q=b&offset=1", [], "the second page"),
    ("q=", [], "nothing"),
    ("q=%25", [], "no wildcards"),
    ("q=b%07ob", ["bob"], "what is no letter does not count"),
    ("q=b&offset=99999999999999999999&limit=-3", [], "absurd numbers become the nearest sane ones"),
)


async def test_searching(site: ApiSite) -> None:
    """People are found by the beginning of a name or handle, as far as they may be."""
    alice, *_ = await people(site)
    app = await site.app(alice)
    for query, found, reason in _SEARCHES:
        reply = await app.get(f"/api/v1/accounts/search?{query}")
        assert [one["username"] for one in reply.body] == found, reason


async def test_what_is_told_of_who_is_suspended(site: ApiSite) -> None:
    """An app learns that an account is suspended, and nothing that it wrote or shows."""
    alice, _, _, sam = await people(site)
    await Account.filter(id=sam.id).update(
        suspended_at=1,
        locked=True,
        actor_type="Service",
        bio_html="<p>Buy</p>",
        avatar_url="https://there.test/a.png",
        links='[{"name":"a","value":"b"}]',
    )
    told = (await (await site.app(alice)).get(f"/api/v1/accounts/{sam.id}")).body
    assert (told["suspended"], told["display_name"], told["note"], told["fields"]) == (True, "", "", [])
    assert (told["locked"], told["bot"], told["discoverable"]) == (False, False, False)
    assert told["avatar"].endswith("/static/no-avatar.png")


async def test_blocked_muted_and_recommended(site: ApiSite) -> None:
    """One's own lists are one's own; a mute with an end tells it; recommendations are for everybody."""
    alice, bob, carol, sam = await people(site)
    app = await site.app(alice)
    assert (await app.post(f"/api/v1/accounts/{carol.id}/mute", duration=3600, notifications=False)).status == 200
    assert (await app.post(f"/api/v1/accounts/{bob.id}/mute")).body["muting_notifications"] is True
    mutes = (await app.get("/api/v1/mutes")).body
    assert [(one["username"], bool(one["mute_expires_at"])) for one in mutes] == [("bob", False), ("carol", True)]
    assert (await app.post(f"/api/v1/accounts/{carol.id}/pin")).status == 422, "she is not followed"
    assert (await app.post(f"/api/v1/accounts/{sam.id}/pin")).body["endorsed"] is True
    assert (await site.nobody.get(f"/api/v1/accounts/{alice.id}/endorsements")).ids == [str(sam.id)]
    assert (await app.get("/api/v1/endorsements")).ids == [str(sam.id)]
    assert (await app.post(f"/api/v1/accounts/{sam.id}/block")).body["blocking"] is True
    assert (await app.get("/api/v1/blocks")).ids == [str(sam.id)]
    assert (await app.get("/api/v1/endorsements")).ids == []
    other = await site.app(bob)
    assert (await other.get("/api/v1/blocks")).ids == (await other.get("/api/v1/mutes")).ids == []


async def test_the_directory_and_suggestions(site: ApiSite) -> None:
    """Only who wants to be found is listed; friends of friends come before the popular, dismissed ones not at all."""
    alice, bob, carol, sam = await people(site)
    async with site.instance.change() as change:
        dave, hidden = await a_person(change, "dave"), await a_person(change, "hidden")
        await actions.follow(change, account_id=bob.id, target_id=dave.id)
        await a_post(change, carol)
        await a_post(change, dave, visibility=Visibility.FOLLOWERS)
    await Account.filter(id=hidden.id).update(discoverable=False)
    newest = (await site.nobody.get("/api/v1/directory?order=new&local=true")).ids
    assert newest == [str(one.id) for one in (dave, carol, bob, alice)]
    assert (await site.nobody.get("/api/v1/directory?limit=1")).ids == [str(carol.id)], "who posted last"
    assert str(sam.id) in (await site.nobody.get("/api/v1/directory?offset=1&limit=500")).ids
    app = await site.app(alice)
    found = (await app.get("/api/v2/suggestions")).body
    assert [(one["sources"], one["account"]["username"]) for one in found] == [
        (["friends_of_friends"], "dave"),
        (["most_followed"], "carol"),
    ]
    assert (await app.delete(f"/api/v1/suggestions/{dave.id}")).status == 200
    assert (await app.get("/api/v1/suggestions")).ids == [str(carol.id)]
    assert (await app.delete("/api/v1/suggestions/77")).status == 404


async def test_muted_servers(site: ApiSite) -> None:
    """An app mutes whole servers and lists them; what is no server is refused and leaves nothing."""
    alice, _, _, sam = await people(site)
    app, path = await site.app(alice), "/api/v1/domain_blocks"
    for domain in ("there.test", "else.test"):
        assert (await app.form("POST", path, [("domain", domain)])).body == {}
    assert (await app.get(f"{path}?limit=1")).body == ["else.test"]
    assert (await app.get((await app.get(f"{path}?limit=1")).link("next"))).body == ["there.test"]
    (standing,) = (await app.get(f"/api/v1/accounts/relationships?id[]={sam.id}")).body
    assert standing["domain_blocking"] is True
    assert (await app.delete(f"{path}?domain=there.test")).body == {}
    assert (await app.post(path, domain="no server")).status == 422
    assert (await app.post(path)).status == 422
    assert [one.host for one in await HostMute.all()] == ["else.test"]


async def test_tags(site: ApiSite) -> None:
    """Tags are shown with their use, followed, and put on one's profile; what is no tag is not there."""
    alice, bob, *_ = await people(site)
    async with site.instance.change() as change:
        post = await a_post(change, alice)
        await change.tx.execute("INSERT INTO tags (id, name) VALUES (5, 'sea')")
        await change.tx.execute("INSERT INTO post_tags (id, tag_id, post_id) VALUES (1, 5, $1)", post.id)
    app = await site.app(alice)
    shown = (await app.get("/api/v1/tags/Sea")).body
    assert (shown["name"], shown["url"], shown["following"]) == ("sea", "https://here.test/tags/sea", False)
    assert [(one["uses"], one["accounts"]) for one in shown["history"]] == [("1", "1"), *[("0", "0")] * 6]
    unused = (await site.nobody.get("/api/v1/tags/unused")).body
    assert (unused["name"], "following" in unused) == ("unused", False)
    assert await Tag.all().count() == 1, "looking makes no tag"
    for name in ("sea", "sky", "sea"):
        assert (await app.post(f"/api/v1/tags/{name}/follow")).body["following"] is True
    page = await app.get("/api/v1/followed_tags?limit=1")
    assert [one["name"] for one in page.body] == ["sky"]
    assert [one["name"] for one in (await app.get(page.link("next"))).body] == ["sea"]
    assert (await app.post("/api/v1/tags/sky/unfollow")).body["following"] is False
    assert (await app.post("/api/v1/tags/no%20tag/follow")).status == 404
    assert [one["name"] for one in (await app.get("/api/v1/featured_tags/suggestions")).body] == ["sea"]
    featured = (await app.post("/api/v1/featured_tags", name="#sea")).body
    assert (featured["name"], featured["statuses_count"], bool(featured["last_status_at"])) == ("sea", "1", True)
    assert (await app.post("/api/v1/featured_tags", name="sea")).body == featured, "once more changes nothing"
    assert (await app.post("/api/v1/tags/sky/unfeature")).body["featuring"] is False, "nor what was not there"
    assert (await app.post("/api/v1/featured_tags", name="no tag")).status == 422
    assert (await site.nobody.get(f"/api/v1/accounts/{alice.id}/featured_tags")).body == [featured]
    assert (await (await site.app(bob)).delete(f"/api/v1/featured_tags/{featured['id']}")).status == 404
    assert (await app.delete(f"/api/v1/featured_tags/{featured['id']}")).body == {}
    assert (await app.get("/api/v1/featured_tags")).body == []


async def test_tags_have_an_end(site: ApiSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """One tag too many is neither followed nor shown on the profile; one that is there already is none too many."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    monkeypatch.setattr(tags, "MOST_FOLLOWED", 1)
    monkeypatch.setattr(tags, "MOST_FEATURED", 1)
    app = await site.app(alice)
    for act, table in (("follow", TagFollow), ("feature", FeaturedTag)):
        answers = [(await app.post(f"/api/v1/tags/{name}/{act}")).status for name in ("sea", "sky", "sea")]
        assert answers == [200, 422, 200], act
        assert await table.all().count() == 1, act
    assert [tag.name for tag in await Tag.all()] == ["sea"]
