"""Hosts that lost their database, those that only say so, and strangers who are read again."""

from __future__ import annotations

import pytest

from tests.conftest import SettableClock
from tests.fediverse import FakePeer
from tests.rossgram_fed.federation.test_remote_accounts import jrd
from tests.rossgram_fed.moving.conftest import DAY, NUMBERS, House

OLD = "https://old.test/users/sam"


async def acts(house: House, peer: FakePeer, name: str, **more: object) -> None:
    """Somebody elsewhere follows Alice."""
    actor = peer.actors[name]
    document = {"id": f"{actor.id}#follow", "type": "Follow", "actor": actor.id, "object": house.alice.uri} | more
    status, _ = await peer.post(f"{house.server.url}/inbox", document, actor)
    assert status == 202
    await house.fediverse.settle()


@pytest.mark.parametrize("status", [404, 410])
async def test_a_host_that_lost_its_database(house: House, clock: SettableClock, status: int) -> None:
    """The handle means another actor now and the old one is not there: the new one bears it, follows from it arrive,
    and who followed the old one asks the new one; the old one's end erases no follow before that.
    """
    sam = house.old.actor()
    sam_id = await house.meets(sam)
    await house.follows(house.alice, sam_id)
    house.old.serve("/users/sam", {}, status=status)
    fresh = house.old.actor("sam2", preferredUsername="sam", key=1)
    jrd(house.old, "sam@old.test", fresh.id)
    clock.advance(8 * DAY)
    await acts(house, house.old, "sam2")
    assert await house.followed(house.alice) == {fresh.id: 0}
    assert house.sent(house.old).count("Follow") == 2
    assert "Undo" not in house.sent(house.old), "nobody is there who could be told"
    assert await house.told() == [], "it was no move"
    rows = await house.rows("SELECT uri, username FROM accounts WHERE domain = 'old.test' ORDER BY id")
    assert rows == [{"uri": OLD, "username": f"sam~{sam_id}"}, {"uri": fresh.id, "username": "sam"}]
    assert len(await house.rows("SELECT id FROM follows WHERE followed_id = $1", house.alice.id)) == 1


@pytest.mark.parametrize("status", [404, 410])
async def test_it_is_found_out_when_the_old_one_is_read_again(
    sqlite_house: House, clock: SettableClock, status: int
) -> None:
    """Nobody of the new ones has to knock first: it is enough that the old account is looked at once more."""
    house = sqlite_house
    sam = house.old.actor()
    await house.follows(house.alice, await house.meets(sam))
    house.old.serve("/users/sam", {}, status=status)
    fresh = house.old.actor("sam2", preferredUsername="sam", key=1)
    jrd(house.old, "sam@old.test", fresh.id)
    clock.advance(8 * DAY)
    await likes(house, sam)
    assert await house.followed(house.alice) == {fresh.id: 0}


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("alive", "the old one still answers"),
        ("no webfinger", "the domain of the handle says nothing of it"),
        ("other host", "the new one is on another host, whatever the domain says"),
        ("broken", "the old one's server is in trouble, not empty"),
    ],
)
async def test_nobody_comes_after_who_is_there(
    sqlite_house: House, clock: SettableClock, case: str, reason: str
) -> None:
    """Follows stay where they are unless the handle's own domain names another actor on its host and the old one is
    gone (case 156).
    """
    house = sqlite_house
    sam = house.old.actor()
    await house.follows(house.alice, await house.meets(sam))
    peer = house.new if case == "other host" else house.old
    fresh = peer.actor("sam2", preferredUsername="sam", key=1, webfinger="sam@old.test")
    if case != "no webfinger":
        jrd(house.old, "sam@old.test", fresh.id)
    if case != "alive":
        house.old.serve("/users/sam", {}, status=503 if case == "broken" else 404)
    clock.advance(8 * DAY)
    await acts(house, peer, "sam2")
    assert await house.followed(house.alice) == {OLD: 1}, reason
    if case == "no webfinger":
        assert (await house.rows("SELECT username FROM accounts WHERE uri = $1", OLD))[0]["username"] == "sam"


async def test_who_is_stale_is_read_again_when_they_act(sqlite_house: House, clock: SettableClock) -> None:
    """A stranger who acts is read again after a week, once; not found (404) they are let be, gone (410) erased."""
    house = sqlite_house
    sam = house.old.actor()
    await house.follows(house.alice, await house.meets(sam))
    asked = house.old.asked_for("/users/sam")
    clock.advance(6 * DAY)
    await likes(house, sam)
    assert house.old.asked_for("/users/sam") == asked
    clock.advance(2 * DAY)
    house.old.serve("/users/sam", {}, status=404)
    house.old.actors.clear()
    await likes(house, sam)
    assert house.old.asked_for("/users/sam") == asked + 1
    await likes(house, sam)
    assert house.old.asked_for("/users/sam") == asked + 1, "not again at once"
    assert await house.followed(house.alice) == {OLD: 1}
    clock.advance(8 * DAY)
    house.old.serve("/users/sam", {}, status=410)
    await likes(house, sam)
    assert await house.followed(house.alice) == {}
    assert (await house.rows("SELECT deleted_at FROM accounts WHERE uri = $1", OLD))[0]["deleted_at"] is not None


async def test_a_follow_that_they_forgot_is_accepted_again(sqlite_house: House) -> None:
    """A host that came back without its database follows anew: it is accepted again, and counted once."""
    house = sqlite_house
    house.old.actor()
    await acts(house, house.old, "sam")
    await acts(house, house.old, "sam", id=f"{OLD}#follow/2")
    assert house.sent(house.old) == ["Accept", "Accept"]
    assert house.old.posts[-1].document["object"]["id"] == f"{OLD}#follow/2"
    assert (await house.rows("SELECT followers_count FROM accounts WHERE id = $1", house.alice.id)) == [
        {"followers_count": 1}
    ]


async def likes(house: House, sam: object) -> None:
    """Sam does something that changes little."""
    number = next(NUMBERS)
    actor = house.old.actors.get("sam") or sam
    document = {"id": f"{OLD}#like/{number}", "type": "Like", "actor": OLD, "object": f"{house.server.url}/p/1"}
    status, _ = await house.old.post(f"{house.server.url}/inbox", document, actor)  # type: ignore[arg-type]
    assert status == 202
    await house.fediverse.settle()
