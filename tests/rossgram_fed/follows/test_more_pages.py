"""The buttons beside people and tags, and what profiles show by them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from rossgram_fed.follows import actions, tags
from rossgram_fed.follows.relations import relation
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, AccountNote, Follow, HostMute, TagFollow
from rossgram_fed.models.relations import FollowState
from tests.builders import a_person, a_stranger
from tests.rossgram_fed.site import Site, opened_site


@pytest.fixture
async def site(instance: Instance) -> AsyncIterator[Site]:
    async with opened_site(instance) as opened:
        yield opened


async def test_beside_a_person(site: Site) -> None:
    """News, boosts and a note are switched from the profile; a note shows there to its writer alone."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        await actions.follow(change, account_id=alice.id, target_id=bob.id)
    browser, other = await site.browser(alice), await site.browser(bob)
    target, back = f"/accounts/{bob.id}", {"next": "/@bob"}
    for word in ("notify", "hide-boosts"):
        response = await browser.post(f"{target}/{word}", back, at="/@bob")
        assert (response.status, response.headers["Location"]) == (303, "/@bob")
    await browser.post(f"{target}/note", {**back, "comment": "Met <b>at</b> sea"}, at="/@bob")
    found = await relation(site.instance.database, alice.id, bob.id)
    assert (found.notifies, found.shows_boosts, found.note) == (True, False, "Met <b>at</b> sea")
    page = await browser.text("/@bob")
    assert "Met &lt;b&gt;at&lt;/b&gt; sea" in page
    assert "Stop telling me of new posts" in page
    assert "Show what they boost" in page
    assert "Met" not in await other.text("/@bob")
    for word in ("be-quiet", "show-boosts"):
        await browser.post(f"{target}/{word}", back, at="/@bob")
    assert (await browser.post(f"{target}/note", {**back, "comment": "x" * 2001}, at="/@bob")).status == 422
    assert (await AccountNote.get()).comment == "Met <b>at</b> sea"
    await browser.post(f"{target}/note", {**back, "comment": ""}, at="/@bob")
    found = await relation(site.instance.database, alice.id, bob.id)
    assert (found.notifies, found.shows_boosts, found.note) == (False, True, "")
    assert (await site.visitor.post(f"{target}/note", {"comment": "x"}, at="/sign-in")).status in (303, 401, 403)
    assert await AccountNote.all().count() == 0


async def test_hidden_servers(site: Site) -> None:
    """A server is hidden from a profile or by its name, listed in the settings, and shown again."""
    async with site.instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        await actions.receive_follow(change, follower_id=sam.id, followed_id=alice.id, uri="https://there.test/f")
    browser = await site.browser(alice)
    assert "Hide everything from there.test" in await browser.text("/@sam@there.test")
    await browser.post(
        "/settings/blocks/servers", {"host": "there.test", "next": "/settings/blocks"}, at="/settings/blocks"
    )
    assert "there.test" in await browser.text("/settings/blocks")
    assert "You hide everything from there.test" in await browser.text("/@sam@there.test")
    assert (await browser.post("/settings/blocks/servers", {"host": "no server"}, at="/settings/blocks")).status == 422
    await browser.post("/settings/blocks/servers/show", {"host": "there.test"}, at="/settings/blocks")
    assert await HostMute.all().count() == 0


async def test_tags(site: Site) -> None:
    """A tag is followed and put on one's profile from its page; profiles show it to everybody."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    browser = await site.browser(alice)
    assert "Follow" not in await site.visitor.text("/tags/sea")
    for word in ("follow", "feature"):
        assert (await browser.post(f"/tags/Sea/{word}", {"next": "/tags/sea"}, at="/tags/sea")).status == 303
    page = await browser.text("/tags/sea")
    assert "press to unfollow" in page
    assert "Take off my profile" in page
    assert 'href="/tags/sea">#sea</a>' in await site.visitor.text("/@alice")
    assert "#sea" in await browser.text("/settings/tags")
    for word in ("unfollow", "unfeature"):
        await browser.post(f"/tags/sea/{word}", {}, at="/tags/sea")
    assert await TagFollow.all().count() == 0
    assert await tags.featured_tags(site.instance.database, alice.id) == []
    assert (await browser.post("/tags/no%20tag/follow", {}, at="/tags/sea")).status == 404


async def test_an_empty_home_suggests_people(site: Site) -> None:
    """Who follows nobody yet finds people here on the empty home, and nobody who does not want to be suggested."""
    async with site.instance.change() as change:
        alice, _, shy = await a_person(change), await a_person(change, "bob"), await a_person(change, "shy")
    await Account.filter(id=shy.id).update(discoverable=False)
    page = await (await site.browser(alice)).text("/")
    assert "@bob" in page
    assert "@shy" not in page
    assert await Follow.filter(state=FollowState.ACCEPTED).count() == 0
