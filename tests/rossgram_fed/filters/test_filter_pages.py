"""Filters on our own pages: made and dropped in the settings, kept at home, in comments, grids and the news."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from rossgram_fed.follows.actions import follow
from rossgram_fed.instance import Instance
from rossgram_fed.models import Filter
from rossgram_fed.posts.actions import publish
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
from rossgram_fed.posts.pins import pin
from tests.builders import a_person
from tests.conftest import SettableClock
from tests.rossgram_fed.posts.photos import a_waiting_photo
from tests.rossgram_fed.site import Site, opened_site

HOME = {"words": "spider\nbig wasp", "home": "1", "thread": "1", "whole": "1", "action": "warn", "title": "Fear"}


@pytest.fixture
async def site(instance: Instance) -> AsyncIterator[Site]:
    async with opened_site(instance) as opened:
        yield opened


@pytest.mark.parametrize(
    ("action", "named", "said", "folded"),
    [("warn", True, True, True), ("blur", True, True, False), ("hide", False, False, False)],
)
async def test_home(site: Site, clock: SettableClock, action: str, named: bool, said: bool, folded: bool) -> None:
    """A post at home is behind the filter's name, has its photos covered, or is left out; others stay as they are."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        await follow(change, account_id=alice.id, target_id=bob.id)
        for caption in ("Look, a Spider!", "Dunes"):
            photo = await a_waiting_photo(change, bob)
            await publish(change, author_id=bob.id, draft=PostDraft(caption=caption, photos=(DraftPhoto(photo),)))
    browser, other = await site.browser(alice), await site.browser(bob)
    assert (await browser.post("/settings/filters", {**HOME, "action": action, "period": "1d"})).status == 303
    page = await browser.text("/")
    assert ("Filtered: Fear" in page) is named
    assert ("a Spider!" in page) is said
    assert ('class="fold"' in page) is folded
    assert "Dunes" in page
    assert "Filtered" not in await other.text("/")
    clock.advance(25 * 3600 * 1000)
    page = await browser.text("/")
    assert "a Spider!" in page
    assert "Filtered" not in page


@pytest.mark.parametrize(
    ("action", "said", "folded", "covered"),
    [("warn", True, True, False), ("blur", True, False, True), ("hide", False, False, False)],
)
async def test_comments(site: Site, action: str, said: bool, folded: bool, covered: bool) -> None:
    """A comment is behind the filter's name, has its photos covered, or is left out; answers to it stay, nested."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        photo = await a_waiting_photo(change, alice)
        post_id = await publish(change, author_id=alice.id, draft=PostDraft(photos=(DraftPhoto(photo),)))
        wasp, _ = [
            await publish(change, author_id=author.id, draft=PostDraft(caption=words, parent_id=post_id))
            for author, words in ((bob, "A big wasp"), (alice, "No spider here"))
        ]
        await publish(change, author_id=bob.id, draft=PostDraft(caption="A real one", parent_id=wasp))
        with_photo = PostDraft(
            caption="Look, a spider", parent_id=post_id, photos=(DraftPhoto(await a_waiting_photo(change, bob)),)
        )
        await publish(change, author_id=bob.id, draft=with_photo)
    browser = await site.browser(alice)
    await browser.post("/settings/filters", {**HOME, "action": action})
    page = await browser.text(f"/p/{post_id}")
    assert ("A big wasp" in page) is said
    assert page.count('class="fold"><summary>Filtered: Fear') == (2 if folded else 0)
    assert ("Sensitive photo" in page) is covered
    assert ("leave out 2 comments" in page) is (action == "hide")
    assert "No spider here" in page
    assert "A real one" in page
    assert page.count('<ul class="comments">') == page.count("</li></ul>") + 1 == (1 if action == "hide" else 2)


@pytest.mark.parametrize("action", ["warn", "blur", "hide"])
async def test_grids(site: Site, action: str) -> None:
    """Explore, tags, places and profiles show posts as filters of their context leave them; one's own as they are."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        ids = []
        for author, words, description in (
            (bob, "#pet", "A spider, up close"),
            (bob, "#pet", "Dunes"),
            (alice, "#pet", "My spider"),
        ):
            photo = await a_waiting_photo(change, author)
            draft = PostDraft(caption=words, photos=(DraftPhoto(photo, description=description),))
            ids.append(await publish(change, author_id=author.id, draft=draft))
        await change.tx.execute("UPDATE posts SET place_id = 2643743")
        await pin(change, author_id=bob.id, post_id=ids[0])
    browser, visitor = await site.browser(alice), site.visitor
    contexts = {"/explore": "public", "/tags/pet": "public", "/places/2643743": "public", "/@bob": "account"}
    for context in ("public", "account"):
        await browser.post("/settings/filters", {"words": "spider", context: "1", "action": action, "title": context})
    for path, context in contexts.items():
        page = await browser.text(path)
        assert ("A spider, up close" in page) is False, path
        assert (f"Filtered: {context}" in page) is (action != "hide"), path
        assert (f'href="/p/{ids[0]}"' in page) is (action != "hide"), path
        assert "Dunes" in page, path
        assert ("My spider" in page) is (path != "/@bob"), path
        page = await visitor.text(path)
        assert "A spider, up close" in page, path
    await browser.post("/settings/filters", {"words": "pet", "account": "1", "action": "hide"})
    assert "leave nothing of this page" in await browser.text("/@bob")


@pytest.mark.parametrize("action", ["warn", "hide"])
async def test_news(site: Site, action: str) -> None:
    """News of a filtered post comes without its words, or not at all; a filter of another context changes nothing."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        for words in ("@alice a spider!", "@alice hello"):
            await publish(change, author_id=bob.id, draft=PostDraft(caption=words, words_alone=True))
    browser = await site.browser(alice)
    await browser.post("/settings/filters", {"words": "hello", "home": "1", "action": action})
    await browser.post(
        "/settings/filters", {"words": "spider", "notifications": "1", "action": action, "title": "Fear"}
    )
    page = await browser.text("/notifications")
    assert "a spider!" not in page
    assert page.count("mentioned you") == (2 if action == "warn" else 1)
    assert page.count("Filtered: Fear") == (1 if action == "warn" else 0)
    assert "hello" in page


async def test_the_settings(site: Site) -> None:
    """Filters are listed and removed by their owner alone; a form that says nothing is shown again."""
    async with site.instance.change() as change:
        alice, eve = await a_person(change), await a_person(change, "eve")
    browser, other = await site.browser(alice), await site.browser(eve)
    for fields in ({"words": " ", "home": "1"}, {"words": "x"}, {"words": "x" * 600, "home": "1"}):
        assert (await browser.post("/settings/filters", fields)).status == 422, fields
    assert await Filter.all().count() == 0
    await browser.post("/settings/filters", {"words": "<b>wasp</b>", "home": "1"})
    page = await browser.text("/settings/filters")
    assert "&lt;b&gt;wasp&lt;/b&gt;" in page
    assert "wasp" not in await other.text("/settings/filters")
    rule = await Filter.get()
    path = f"/settings/filters/{rule.id}/remove"
    assert (await other.post(path, at="/settings/filters")).status == 404
    assert await Filter.all().count() == 1
    assert (await browser.post(path, at="/settings/filters")).status == 303
    assert await Filter.all().count() == 0
