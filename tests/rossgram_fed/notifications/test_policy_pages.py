"""The page that says whose notifications come through, and lists those that wait."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from rossgram_fed.instance import Instance
from rossgram_fed.models import Notification
from rossgram_fed.reactions import actions as reactions
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.site import Site, opened_site

PATH = "/settings/notifications"


@pytest.fixture
async def site(instance: Instance) -> AsyncIterator[Site]:
    async with opened_site(instance) as opened:
        yield opened


async def test_strangers_wait(site: Site) -> None:
    """Who was told to wait is listed for that person alone, and is let through or put away from there."""
    async with site.instance.change() as change:
        alice, eve = await a_person(change), await a_person(change, "eve")
        sam, tim = await a_stranger(change), await a_stranger(change, "tim")
        post = await a_post(change, alice)
    browser, other = await site.browser(alice), await site.browser(eve)
    chosen = {"not_following": "filter", "limited_accounts": "filter"}
    assert (await browser.post(PATH, chosen)).status == 303
    async with site.instance.change() as change:
        for one in (sam, tim):
            await reactions.like(change, account_id=one.id, post_id=post.id)
    assert "What 2 people did waits" in await browser.text("/notifications")
    page = await browser.text(PATH)
    assert "@sam@there.test" in page
    assert "@sam@there.test" not in await other.text(PATH)
    await other.post(f"{PATH}/{sam.id}/accept", at=PATH)
    await other.post(f"{PATH}/{tim.id}/dismiss", at=PATH)
    assert await Notification.filter(filtered=True).count() == 2
    assert (await browser.post(f"{PATH}/{sam.id}/accept", at=PATH)).status == 303
    assert (await browser.post(f"{PATH}/{tim.id}/dismiss", at=PATH)).status == 303
    assert [(one.actor_id, one.filtered) for one in await Notification.all()] == [(sam.id, False)]
    assert "liked your post" in await browser.text("/notifications")
