"""Who keeps to themselves who follows them and whom they follow is not given away by any door; the numbers stay."""

from __future__ import annotations

import json

import pytest

from rossgram_fed.follows import actions
from rossgram_fed.models import Account
from tests.apps import ApiSite
from tests.builders import a_person

UPDATE = "/api/v1/accounts/update_credentials"


@pytest.fixture
async def people(site: ApiSite) -> tuple[Account, Account, Account, Account]:
    """Alice, whom Bob follows and who follows Bob and Carol; Dora, who follows Alice, as Carol does."""
    async with site.instance.change() as change:
        alice, bob, carol, dora = [await a_person(change, name) for name in ("alice", "bob", "carol", "dora")]
        for one, other in ((bob, alice), (alice, bob), (alice, carol), (dora, alice), (carol, alice), (dora, carol)):
            await actions.follow(change, account_id=one.id, target_id=other.id)
    return alice, bob, carol, dora


async def test_no_door_tells(site: ApiSite, people: tuple[Account, Account, Account, Account]) -> None:
    """Pages, apps and other servers learn the numbers and no name; the owner reads on, and it can be taken back."""
    alice, _, carol, dora = people
    hers, doras = await site.app(alice), await site.app(dora)
    own, other = await site.browser(alice), await site.browser(dora)
    base = f"/api/v1/accounts/{alice.id}"
    told = await hers.patch(UPDATE, hide_collections=True)
    assert (told.body["hide_collections"], told.body["source"]["hide_collections"]) == (True, True)
    assert (await site.nobody.get(base)).body["hide_collections"] is True
    for way, names in (("followers", {"bob", "carol", "dora"}), ("following", {"bob", "carol"})):
        for asking in (site.nobody, doras):
            assert (await asking.get(f"{base}/{way}")).body == [], way
        assert {one["username"] for one in (await hers.get(f"{base}/{way}")).body} == names, way
        for browser in (site.visitor, other):
            page = await browser.text(f"/@alice/{way}")
            assert "keeps this list to themselves" in page, way
            assert not any(f'href="/@{name}"' in page for name in names - {"dora"}), way
        assert 'href="/@bob"' in await own.text(f"/@alice/{way}"), way
        collection = json.loads((await site.nobody.get(f"/users/alice/{way}")).body)
        assert (collection["totalItems"], "first" in collection) == (len(names), False), way
        page = await site.nobody.get(f"/users/alice/{way}?page=true")
        assert (page.status, b"/users/" in page.body) == (403, False), way
    for path in (f"/api/v1/accounts/familiar_followers?id[]={alice.id}", f"/api/v1.1/accounts/mutuals/{alice.id}"):
        assert b"carol" not in json.dumps((await doras.get(path)).body).encode(), path
    await hers.patch(UPDATE, hide_collections=False)
    assert len((await site.nobody.get(f"{base}/followers")).body) == 3
    assert (await doras.get(f"/api/v1.1/accounts/mutuals/{alice.id}")).ids == [str(carol.id)]


async def test_whom_they_follow_is_no_hint(site: ApiSite, people: tuple[Account, Account, Account, Account]) -> None:
    """Nobody is shown to somebody, or suggested, for being followed by who hides that."""
    alice, bob, _, dora = people
    doras = await site.app(dora)
    familiar = f"/api/v1/accounts/familiar_followers?id[]={bob.id}"

    async def reason() -> str:
        suggested = (await doras.get("/api/v2/suggestions")).body
        return next(one["source"] for one in suggested if one["account"]["id"] == str(bob.id))

    assert [one["username"] for one in (await doras.get(familiar)).body[0]["accounts"]] == ["alice"]
    assert await reason() == "past_interactions"
    await Account.filter(id=alice.id).update(hides_network=True)
    assert (await doras.get(familiar)).body[0]["accounts"] == []
    assert await reason() == "global"


async def test_it_is_switched_on_the_page(site: ApiSite, people: tuple[Account, Account, Account, Account]) -> None:
    """The form of the profile shows and keeps the switch."""
    browser = await site.browser(people[0])
    await browser.post("/settings/profile", {"name": "Alice", "hides_network": "1"}, at="/settings/profile")
    assert (await Account.get(id=people[0].id)).hides_network
    page = await browser.text("/settings/profile")
    assert 'name="hides_network" value="1" checked' in " ".join(page.split())
    await browser.post("/settings/profile", {"name": "Alice"}, at="/settings/profile")
    assert not (await Account.get(id=people[0].id)).hides_network
