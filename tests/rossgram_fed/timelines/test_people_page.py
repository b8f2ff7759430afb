"""The page of people from here."""

from __future__ import annotations

from rossgram_fed.follows import blocks
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.site import opened_site


async def test_people_who_want_to_be_found(instance: Instance) -> None:
    """Who posted last comes first; whoever does not want to be found, blocks, or lives elsewhere is left out."""
    async with instance.change() as change:
        alice, bo, cy, dan, _ = [await a_person(change, name) for name in ("alice", "bo", "cy", "dan", "ed")]
        await a_stranger(change)
        await a_post(change, cy)
        await a_post(change, bo)
        await Account.filter(username="ed").update(discoverable=False)
        await blocks.block(change, account_id=dan.id, target_id=alice.id)
    async with opened_site(instance) as site:
        visitors = await site.visitor.text("/people")
        own = await (await (await site.browser(alice)).get("/people")).text()
    assert visitors.index("@bo") < visitors.index("@cy") < visitors.index("@dan")
    assert [name in own for name in ("@dan", "@ed", "@sam")] == [False, False, False]
    assert "@ed" not in visitors
    assert f"/accounts/{bo.id}/follow" in own
    assert f"/accounts/{alice.id}/follow" not in own
