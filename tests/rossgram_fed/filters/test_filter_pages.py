"""Filters on our own pages: made and dropped in the settings, kept at home and among comments."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from rossgram_fed.follows.actions import follow
from rossgram_fed.instance import Instance
from rossgram_fed.models import Filter
from rossgram_fed.posts.actions import publish
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
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


async def test_comments(site: Site) -> None:
    """Comments that run into a filter are behind its name, whatever else it asks for, since answers hang on them."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        photo = await a_waiting_photo(change, alice)
        post_id = await publish(change, author_id=alice.id, draft=PostDraft(photos=(DraftPhoto(photo),)))
        for author, words in ((bob, "A big wasp"), (alice, "No spider here")):
            await publish(change, author_id=author.id, draft=PostDraft(caption=words, parent_id=post_id))
    browser = await site.browser(alice)
    await browser.post("/settings/filters", {**HOME, "action": "hide"})
    page = await browser.text(f"/p/{post_id}")
    assert page.count("Filtered: Fear") == 1
    assert "No spider here" in page


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
