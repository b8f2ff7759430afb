"""Lists on our own pages: made, filled, read and removed by their owner, and there for nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from rossgram_fed.follows import actions as follows
from rossgram_fed.instance import Instance
from rossgram_fed.models.reading import AccountList, ListMember
from rossgram_fed.posts.actions import publish
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
from tests.builders import a_person
from tests.rossgram_fed.posts.photos import a_waiting_photo
from tests.rossgram_fed.site import Site, opened_site


@pytest.fixture
async def site(instance: Instance) -> AsyncIterator[Site]:
    async with opened_site(instance) as opened:
        yield opened


async def test_a_list_from_its_beginning_to_its_end(site: Site) -> None:
    """Those in a list are shown by themselves, and with "only here" nowhere else; a list is its owner's alone."""
    async with site.instance.change() as change:
        alice, eve = await a_person(change), await a_person(change, "eve")
        bo, cy, dan = [await a_person(change, name) for name in ("bo", "cy", "dan")]
        for one in (bo, cy):
            await follows.follow(change, account_id=alice.id, target_id=one.id)
        for one in (bo, cy, dan):
            photos = (DraftPhoto(await a_waiting_photo(change, one)),)
            await publish(change, author_id=one.id, draft=PostDraft(caption=f"by {one.username}", photos=photos))
    browser, other = await site.browser(alice), await site.browser(eve)
    assert (await browser.post("/lists", {"title": " "})).status == 422
    made = await browser.post("/lists", {"title": "Close ones"})
    people = made.headers["Location"]
    path = people.removesuffix("/people")
    assert "Close ones" in await browser.text("/lists")
    assert "@cy" not in await browser.text(f"{people}?q=b")
    assert (await browser.post(f"{path}/add", {"account": str(bo.id)}, at=people)).status == 303
    await browser.post(f"{path}/add", {"account": str(bo.id)}, at=people)
    assert "They are in it already" in await browser.text(people)
    assert (await browser.post(f"{path}/add", {"account": str(dan.id)}, at=people)).status == 404
    assert [one.account_id for one in await ListMember.all()] == [bo.id]
    text = await browser.text(path)
    assert ("by bo" in text, "by cy" in text) == (True, False)
    await browser.post(path, {"title": "Closest", "exclusive": "1"}, at=people)
    assert ("by bo" in await browser.text("/"), "Closest" in await browser.text(path)) == (False, True)

    for asked in (path, people):
        assert (await other.get(asked)).status == 404
    for form in ("", "/delete", "/add", "/take-out"):
        refused = await other.post(f"{path}{form}", {"title": "Mine", "account": str(bo.id)}, at="/lists")
        assert refused.status == 404, form
    assert [one.title for one in await AccountList.all()] == ["Closest"]

    await browser.post(f"{path}/take-out", {"account": str(bo.id)}, at=people)
    assert await ListMember.all().count() == 0
    await browser.post(f"{path}/delete", at=people)
    assert await AccountList.all().count() == 0
    assert "by bo" in await browser.text("/")


async def test_what_came_since(site: Site) -> None:
    """The script of home asks how much is above its first post: what came since, and nothing for who is signed out."""
    async with site.instance.change() as change:
        alice = await a_person(change)
        shots = [DraftPhoto(await a_waiting_photo(change, alice)) for _ in range(3)]
        first, *_ = [await publish(change, author_id=alice.id, draft=PostDraft(photos=(photo,))) for photo in shots]
    browser = await site.browser(alice)
    for asked, count in ((f"?than={first}", 2), ("", 0), ("?than=none", 0)):
        assert await (await browser.get(f"/newer{asked}")).json() == {"count": count}, asked
    assert (await site.visitor.get("/newer")).status == 303
