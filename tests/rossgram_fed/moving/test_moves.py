"""Strangers who move: who follows along, and the moves that are none."""

from __future__ import annotations

from typing import Any

import pytest

from rossgram_fed.follows import blocks, options
from rossgram_fed.follows.relations import relation
from rossgram_fed.lists.actions import add_members, create_list
from rossgram_fed.moving import followers
from tests.conftest import SettableClock
from tests.fediverse import Actor, FakePeer
from tests.rossgram_fed.moving.conftest import DAY, NUMBERS, House

OLD, NEW = "https://old.test/users/sam", "https://new.test/users/sam"
MALLORY = "https://old.test/users/mallory"


async def test_followers_blocks_and_mutes_come_along(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each follower here asks the new account and leaves the old one, in batches; who keeps the old one away keeps the
    new one away as well, with a note, and who keeps the new one away follows nobody. All are told but who muted.
    """
    monkeypatch.setattr(followers, "BATCH", 2)
    for name, sql in followers._QUERIES.items():
        monkeypatch.setitem(followers._QUERIES, name, sql.replace("LIMIT 50", "LIMIT 2"))
    sam, samuel = house.old.actor(), house.new.actor("sam", alsoKnownAs=[OLD])
    sam_id, samuel_id = await house.meets(sam), await house.meets(samuel)
    ben, cleo, dora, emil, fay = [await house.person(name) for name in ("ben", "cleo", "dora", "emil", "fay")]
    for person in (house.alice, ben, cleo, dora, fay):
        await house.follows(person, sam_id)
    await house.follows(fay, samuel_id)
    async with house.server.instance.change() as change:
        end = change.now + 365 * DAY
        await blocks.mute(change, account_id=cleo.id, target_id=sam_id, until=end)
        for one, target_id in ((ben, sam_id), (fay, sam_id)):
            await options.set_options(
                change, account_id=one.id, target_id=target_id, shows_boosts=False, notifies=True, languages=["de"]
            )
        list_id = await create_list(change, account_id=ben.id, title="Sea")
        await add_members(change, list_id, account_id=ben.id, member_ids=[sam_id])
        await blocks.block(change, account_id=dora.id, target_id=samuel_id)
        await blocks.block(change, account_id=emil.id, target_id=sam_id)
    await house.fediverse.settle()
    house.new.received.clear()
    house.old.received.clear()

    await house.moves(sam, NEW)
    for person, following in ((house.alice, 0), (ben, 0), (cleo, None), (dora, None), (emil, None), (fay, 1)):
        assert await house.followed(person) == ({} if following is None else {NEW: following}), person.username
    assert house.sent(house.new).count("Follow") == 2
    assert house.sent(house.new).count("Block") == 1
    assert house.sent(house.old).count("Undo") == 5
    assert sorted(await house.told()) == sorted((house.alice.id, ben.id, dora.id, fay.id))
    kept = "SELECT r.account_id, r.moved_from FROM {} r WHERE r.target_id = $1 AND r.moved_from <> ''"
    assert await house.rows(kept.format("blocks"), samuel_id) == [{"account_id": emil.id, "moved_from": OLD}]
    assert await house.rows(kept.format("mutes"), samuel_id) == [{"account_id": cleo.id, "moved_from": OLD}]
    (mute,) = await house.rows("SELECT hides_news, expires_at FROM mutes WHERE target_id = $1", samuel_id)
    assert (bool(mute["hides_news"]), mute["expires_at"]) == (True, end)
    of_ben, of_fay = [await relation(house.server.instance.database, one.id, samuel_id) for one in (ben, fay)]
    assert (of_ben.shows_boosts, of_ben.notifies, of_ben.languages) == (False, True, ("de",))
    assert (of_fay.shows_boosts, of_fay.notifies) == (True, False), "she followed the new account in her own way"
    assert await house.rows("SELECT account_id FROM list_members WHERE list_id = $1", list_id) == [
        {"account_id": samuel_id}
    ]
    assert (await house.rows("SELECT moved_to_uri FROM accounts WHERE id = $1", sam_id))[0]["moved_to_uri"] == NEW

    house.new.received.clear()
    await house.moves(sam, NEW)
    assert house.sent(house.new) == [], "said twice, done once"


async def test_a_stranger_moves_to_somebody_here(sqlite_house: House) -> None:
    """Who follows a stranger comes to follow the local account that they move to, if it says that it is theirs; one
    who answers requests is asked.
    """
    house = sqlite_house
    sam = house.old.actor()
    sam_id = await house.meets(sam)
    await house.follows(house.alice, sam_id)
    here = await house.person("samhere", locked=True)
    await house.moves(sam, here.uri)
    assert await house.followed(house.alice) == {OLD: 1}, "the local account did not agree"
    async with house.server.instance.change() as change:
        await change.tx.execute("UPDATE accounts SET also_known_as = $2 WHERE id = $1", here.id, f'["{OLD}"]')
    await house.moves(sam, here.uri)
    assert await house.followed(house.alice) == {here.uri: 0}


FORGED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("the new account does not know of it", {"new": {}}, {}),
    ("it names others as its own", {"new": {"alsoKnownAs": ["https://old.test/users/samantha"]}}, {}),
    ("it names the page, not the id", {"new": {"alsoKnownAs": ["https://old.test/@sam"]}}, {}),
    ("it has moved on", {"new": {"alsoKnownAs": [OLD], "movedTo": "https://third.test/users/sam"}}, {}),
    ("a circle", {"new": {"alsoKnownAs": [OLD], "movedTo": OLD}}, {}),
    ("to itself", {"new": {"alsoKnownAs": [OLD]}}, {"target": OLD}),
    ("a copy elsewhere says so", {"new": {"alsoKnownAs": [OLD], "id": "https://third.test/users/sam"}}, {}),
    ("a document on the mover's own host says so", {"new": {"alsoKnownAs": [OLD]}}, {"target": "https://old.test/new"}),
    ("to nobody", {"new": {"alsoKnownAs": [OLD]}}, {"target": "https://new.test/users/nobody"}),
    ("to the inside of a network", {"new": {"alsoKnownAs": [OLD]}}, {"target": "https://10.0.0.1/users/sam"}),
    ("to somebody here who does not exist", {"new": {}}, {"target": "https://here.test/users/nobody"}),
    ("of somebody else", {"new": {"alsoKnownAs": [OLD, MALLORY]}}, {"by": "mallory", "of": OLD}),
]


@pytest.mark.parametrize(("reason", "documents", "how"), FORGED, ids=[reason for reason, _, _ in FORGED])
async def test_forged_moves_change_nothing(
    sqlite_house: House, reason: str, documents: dict[str, Any], how: dict[str, Any]
) -> None:
    """A move that the new account does not confirm at its own origin, or that is another's to announce, is none."""
    house = sqlite_house
    sam = house.old.actor()
    house.new.actor("sam", **documents["new"])
    house.old.serve("/new", sam.document | {"id": NEW, "alsoKnownAs": [OLD]})
    mallory = house.old.actor("mallory", key=1)
    await house.follows(house.alice, await house.meets(sam))
    await house.follows(house.alice, await house.meets(mallory))
    house.old.received.clear()
    house.new.received.clear()

    mover = mallory if how.get("by") else sam
    await house.moves(mover, how.get("target", NEW), of=how.get("of", ""))
    assert await house.followed(house.alice) == {OLD: 1, MALLORY: 1}, reason
    assert await house.rows("SELECT id FROM accounts WHERE moved_to_uri <> '' OR moved_at IS NOT NULL") == []
    assert await house.told() == []
    assert house.old.posts == []
    assert house.new.posts == []


async def test_nobody_signs_for_another(sqlite_house: House) -> None:
    """A Move in somebody's name that another signed is refused at the door."""
    sam = sqlite_house.old.actor()
    mallory = sqlite_house.old.actor("mallory", key=1)
    sqlite_house.new.actor("sam", alsoKnownAs=[OLD])
    await sqlite_house.follows(sqlite_house.alice, await sqlite_house.meets(sam))
    await sqlite_house.meets(mallory)
    await sqlite_house.moves(sam, NEW, by=mallory, expected=401)
    assert await sqlite_house.followed(sqlite_house.alice) == {OLD: 1}


async def test_one_move_a_week(sqlite_house: House, clock: SettableClock) -> None:
    """Who moved waits for seven days before they can take anybody anywhere else, and asks about nobody meanwhile."""
    house = sqlite_house
    third = await house.fediverse.peer("third.test")
    sam = house.old.actor()
    house.new.actor("sam", alsoKnownAs=[OLD])
    third.actor("sam", alsoKnownAs=[OLD])
    sam_id = await house.meets(sam)
    await house.follows(house.alice, sam_id)
    await house.moves(sam, NEW)
    ben = await house.person("ben")
    async with house.server.instance.change() as change:
        await change.tx.execute("UPDATE accounts SET moved_to_uri = '' WHERE id = $1", sam_id)
    await house.follows(ben, sam_id)
    clock.advance(7 * DAY - 1000)
    await house.moves(sam, "https://third.test/users/sam")
    assert await house.followed(ben) == {OLD: 1}
    assert third.received == []
    clock.advance(2000)
    await house.moves(sam, "https://third.test/users/sam")
    assert await house.followed(ben) == {"https://third.test/users/sam": 0}


async def test_a_move_that_nobody_here_cares_for_costs_nothing(sqlite_house: House) -> None:
    """The target of somebody whom nobody here follows, blocks or mutes is not asked."""
    sam = sqlite_house.old.actor()
    sqlite_house.new.actor("sam", alsoKnownAs=[OLD])
    await sqlite_house.meets(sam)
    await sqlite_house.moves(sam, NEW)
    assert sqlite_house.new.received == []
    assert await sqlite_house.rows("SELECT id FROM jobs WHERE kind = 'move_account'") == []


async def test_a_profile_tells_of_a_move_and_of_its_end(sqlite_house: House) -> None:
    """A Move that was missed is found in the profile, checked in the same way; who says so no more has not moved."""
    house = sqlite_house
    sam = house.old.actor()
    house.new.actor("sam", alsoKnownAs=[OLD])
    sam_id = await house.meets(sam)
    await house.follows(house.alice, sam_id)
    await updated(house, sam, movedTo="https://new.test/users/other")
    assert await house.followed(house.alice) == {OLD: 1}
    await updated(house, sam, movedTo=NEW)
    assert await house.followed(house.alice) == {NEW: 0}
    await updated(house, sam)
    assert (await house.rows("SELECT moved_to_uri FROM accounts WHERE id = $1", sam_id))[0]["moved_to_uri"] == ""
    assert await house.followed(house.alice) == {NEW: 0}


async def updated(house: House, sam: Actor, **changes: object) -> None:
    """Sam's profile changes, and he says so."""
    peer: FakePeer = house.old
    document = sam.document | changes
    peer.serve("/users/sam", document)
    update = {"id": f"{OLD}#updates/{next(NUMBERS)}", "type": "Update", "actor": OLD, "object": document}
    status, _ = await peer.post(f"{house.server.url}/inbox", update, sam)
    assert status == 202
    await house.fediverse.settle()
