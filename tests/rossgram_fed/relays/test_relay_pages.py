"""The admins' page about relays: adding one by its inbox or its actor, and what is refused in words."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from rossgram_fed.models.accounts import Role
from rossgram_fed.models.relays import RelayState
from tests.builders import a_person
from tests.rossgram_fed.relays.conftest import INBOX, Stage
from tests.rossgram_fed.site import Site, opened_site
from tests.rossgram_fed.web.browser import Browser

PATH = "/admin/relays"


@pytest.fixture
async def site(stage: Stage) -> AsyncIterator[Site]:
    async with opened_site(stage.here.instance, resolver=stage.fediverse.names) as opened:
        yield opened


@pytest.fixture
async def admin(site: Site) -> Browser:
    async with site.instance.change() as change:
        ada = await a_person(change, "ada", role=Role.ADMIN)
    return await site.browser(ada)


async def test_the_life_of_a_subscription(stage: Stage, admin: Browser) -> None:
    """A relay is added, asked, answers, is sent nothing by wish, and removed; the page says where it stands."""
    assert "subscribed to no relay" in await admin.text(PATH)
    assert (await admin.post(PATH, {"address": INBOX})).status == 303
    assert "no answer yet" in await admin.text(PATH)
    await stage.fediverse.settle()
    await stage.answer("Reject")
    assert "refused" in await admin.text(PATH)
    relay_id = await stage.value("SELECT id FROM relays")
    await admin.post(f"{PATH}/{relay_id}/ask", at=PATH)
    await stage.fediverse.settle()
    await stage.answer("Accept")
    page = await admin.text(PATH)
    assert ">subscribed<" in page
    assert "Public photos from here go to it." in page
    await admin.post(f"{PATH}/{relay_id}/send", at=PATH)
    assert "Nothing from here goes to it." in await admin.text(PATH)
    await admin.post(f"{PATH}/{relay_id}/remove", at=PATH)
    assert "subscribed to no relay" in await admin.text(PATH)


async def test_a_relay_by_its_actor(stage: Stage, admin: Browser) -> None:
    """The address of an actor is looked up, and the relay spoken with as LitePub wants."""
    assert (await admin.post(PATH, {"address": stage.relay.id})).status == 303
    assert "LitePub" in await admin.text(PATH)
    row = await stage.here.instance.database.fetch_one("SELECT inbox, state FROM relays")
    assert row is not None
    assert (row["inbox"], row["state"]) == (INBOX, RelayState.WAITING)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("relay.test", "That is no address of a relay"),
        ("javascript:alert(1)//inbox", "That is no address of a relay"),
        ("https://here.test/inbox", "That is this server itself."),
        ("https://relay.test/nobody", "There is no relay at that address"),
        ("https://nowhere.test/actor", "There is no relay at that address"),
        ("", "This is needed."),
    ],
)
async def test_what_is_no_relay_is_refused_in_words(stage: Stage, admin: Browser, address: str, says: str) -> None:
    """What cannot be a relay is shown again with the reason, and nothing is kept or sent."""
    answer = await admin.post(PATH, {"address": address})
    assert answer.status == 422
    assert says in await answer.text()
    assert await stage.value("SELECT COUNT(*) FROM relays") == 0
    assert await stage.value("SELECT COUNT(*) FROM deliveries") == 0
