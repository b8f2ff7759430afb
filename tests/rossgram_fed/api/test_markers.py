"""How far somebody has read, and what they chose for their posts."""

from __future__ import annotations

from rossgram_fed.accounts.preferences import Preferences, set_preferences
from rossgram_fed.models import User
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import Visibility
from tests.apps import ApiSite
from tests.builders import a_person


async def test_markers(site: ApiSite) -> None:
    """An app finds what another one wrote, with a version that grows; nobody finds somebody else's."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
    one, other = await site.app(alice), await site.app(alice)
    first = await one.form("POST", "/api/v1/markers", [("home[last_read_id]", "103194548672408537")])
    assert first.body["home"]["version"] == 1
    both = await other.post(
        "/api/v1/markers", home={"last_read_id": "103194548672408538"}, notifications={"last_read_id": "7"}
    )
    assert (both.body["home"]["version"], both.body["notifications"]["version"]) == (2, 1)
    found = (await one.get("/api/v1/markers?timeline[]=home&timeline[]=notifications")).body
    assert {name: marker["last_read_id"] for name, marker in found.items()} == {
        "home": "103194548672408538",
        "notifications": "7",
    }
    assert list((await one.get("/api/v1/markers?timeline[]=home")).body) == ["home"]
    assert (await one.get("/api/v1/markers")).body == {}
    assert (await (await site.app(bob)).get("/api/v1/markers?timeline[]=home")).body == {}


async def test_wrong_markers(site: ApiSite) -> None:
    """What is no id, and what is no timeline, is written nowhere."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    app = await site.app(alice)
    assert (await app.post("/api/v1/markers", home={"last_read_id": "x"})).status == 422
    assert (await app.post("/api/v1/markers", home={})).status == 422
    assert (await app.post("/api/v1/markers", elsewhere={"last_read_id": "1"})).body == {}
    assert await site.instance.database.fetch_value("SELECT COUNT(*) FROM markers") == 0


async def test_preferences(site: ApiSite) -> None:
    """Apps begin a post as its author chose, here and in the account that apps are shown."""
    async with site.instance.change() as change:
        alice = await a_person(change)
        user = await User.get(account_id=alice.id)
        chosen = Preferences(
            quote_policy=Policy.FOLLOWERS, visibility=Visibility.FOLLOWERS, sensitive=True, language="de"
        )
        await set_preferences(change, chosen, user_id=user.id)
    app = await site.app(alice)
    found = (await app.get("/api/v1/preferences")).body
    assert found["posting:default:visibility"] == "private"
    assert found["posting:default:quote_policy"] == "followers"
    assert (found["posting:default:sensitive"], found["posting:default:language"]) == (True, "de")
    assert found["reading:expand:media"] == "default"
    source = (await app.get("/api/v1/accounts/verify_credentials")).body["source"]
    assert (source["privacy"], source["sensitive"], source["language"]) == ("private", True, "de")
