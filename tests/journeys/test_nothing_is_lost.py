"""Nothing is lost: not by a stop in the middle, a loss of power, a silent server or a message that comes twice."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from aiohttp import web

from rossgram_fed.federation.hosts import LONGEST_PAUSE
from rossgram_fed.federation.lanes import LEASE_MS
from tests.fediverse import closed
from tests.journeys.conftest import World
from tests.journeys.endings import Ending, killed, stopped
from tests.journeys.visitor import Visitor
from tests.rossgram_fed.media.samples import a_file
from tests.strangers import FakePeer

PHOTO = ("one.jpg", a_file())
PEERS = 9
AT_ONCE = 4
QUICK = 2
"""Of the peers, those that answer while the others let everybody wait."""
PATIENCE = 60
HOUR = 3_600_000


async def follower_at(world: World, peer: FakePeer, followed: Visitor) -> None:
    """Somebody at a stranger's server follows."""
    sam = peer.actor("sam")
    uri = f"https://{followed.host}/users/{followed.username}"
    follow = {"id": f"{sam.id}#follow", "type": "Follow", "actor": sam.id, "object": uri}
    status, said = await peer.post(f"{uri}/inbox", follow, sam)
    assert status == 202, said


def creates(peer: FakePeer) -> list[str]:
    """The ids of the posts that reached a stranger, as often as they did, in order."""
    arrived = [one.document for one in peer.posts]
    return [one["object"]["id"] for one in arrived if one["type"] == "Create"]


@pytest.mark.parametrize("ending", [stopped, killed])
async def test_an_end_in_the_middle_of_sending(world: World, ending: Ending) -> None:
    """A post is on its way to many when its server ends; after the start it reaches everybody, once in effect."""
    alpha = await world.server("alpha", workers=AT_ONCE)
    ana, bo = await world.admin("alpha", "ana"), await world.admin("beta", "bo")
    await bo.follow(ana.handle)
    peers = [await world.fediverse.peer(f"p{number}.test") for number in range(PEERS)]
    for peer in peers:
        await follower_at(world, peer, ana)
    await world.settle()

    holding, slow = asyncio.Semaphore(0), asyncio.Event()

    async def hold(_: web.Request) -> web.Response:
        holding.release()
        await slow.wait()
        return web.Response(status=202)

    for peer in peers[QUICK:]:
        peer.answers["/inbox"] = hold
    posted = await ana.post("To all of you", [PHOTO], descriptions=["A hill"])
    working = asyncio.create_task(alpha.worker.run())
    async with asyncio.timeout(PATIENCE):
        for _ in range(AT_ONCE):
            await holding.acquire()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    ended = asyncio.create_task(ending(world, alpha))
    await asyncio.sleep(0)
    slow.set()
    await ended
    reached = [peer for peer in peers if creates(peer)]
    assert AT_ONCE <= len(reached) < PEERS, "it ended in the middle"

    await world.server("alpha")
    world.clock.advance(LEASE_MS + 1)
    await world.settle()
    for peer in peers:
        assert set(creates(peer)) == {posted.uri}
        assert len(creates(peer)) <= 2
    assert (await bo.get("/")).alts == ["A hill"]
    assert len(await world.rows("beta", "SELECT id FROM posts")) == 1
    assert not await world.rows("alpha", "SELECT id FROM deliveries WHERE state <> 1")


async def test_a_power_cut_after_the_answer(world: World) -> None:
    """What beta answered 202 to takes effect after it starts again, and so does the fetching it had planned."""
    ana, bo = await world.admin("alpha", "ana"), await world.admin("beta", "bo")
    await ana.post("Before", [PHOTO], descriptions=["An old hill"])
    await bo.follow(ana.handle)
    await killed(world, world.servers["beta"])
    await world.server("beta")
    await world.settle()
    assert (await bo.get("/")).alts == ["An old hill"]

    world.clock.advance(1000)
    await ana.post("@bo@beta.test after", [PHOTO], descriptions=["A new hill"])
    await world.servers["alpha"].worker.run_until_idle()
    assert await world.rows("beta", "SELECT id FROM inbox_items WHERE state = 0")
    await killed(world, world.servers["beta"])
    await world.server("beta")
    await world.settle()
    assert (await bo.get("/")).alts == ["A new hill", "An old hill"]
    assert (await bo.get("/notifications")).text.count("mentioned you") == 1


async def test_a_silent_server(world: World) -> None:
    """Who is down for a day gets everything when they are back, in the order in which it happened."""
    ana, bo = await world.admin("alpha", "ana"), await world.admin("beta", "bo")
    await bo.follow(ana.handle)
    peer = await world.fediverse.peer("gamma.test")
    await follower_at(world, peer, ana)
    await world.settle()
    await world.fediverse.stop(world.servers["beta"])
    assert peer.runner is not None
    await closed(peer.runner)

    posted = []
    for number in range(3):
        posted.append(await ana.post(f"Number {number}", [PHOTO], descriptions=[f"Hill {number}"]))
        world.clock.advance(HOUR)
        await world.settle()
    await ana.submit(await ana.get(f"{posted[0].path}/edit"), "edit", caption="Number zero")
    await ana.press(f"{posted[1].path}/delete", "delete")
    for _ in range(20):
        world.clock.advance(HOUR)
        await world.settle()
    assert not creates(peer)

    await world.server("beta")
    await bo.post("@ana@alpha.test I am back", [PHOTO], descriptions=["A door"])
    await world.settle()
    home = await bo.get("/")
    assert home.alts == ["A door", "Hill 2", "Hill 0"], "whoever speaks is there again"
    assert "Number zero" in home.text

    await world.fediverse.bring_back(peer)
    for _ in range(LONGEST_PAUSE // HOUR + 1):
        world.clock.advance(HOUR)
        await world.settle()
    types = [one.document["type"] for one in peer.posts]
    assert types == ["Accept", "Create", "Create", "Update", "Delete"]
    assert creates(peer) == [posted[0].uri, posted[2].uri], "what was deleted meanwhile is not told first"


async def test_a_message_that_comes_twice(world: World) -> None:
    """Everything alpha ever sent is sent again, at once and when beta forgot that it came: nothing changes."""
    ana, bo = await world.admin("alpha", "ana"), await world.admin("beta", "bo")
    await bo.follow(ana.handle)
    await ana.follow(bo.handle)
    await world.settle()
    his = await bo.post("His", [PHOTO], descriptions=["His hill"])
    await ana.post("Hers, for @bo@beta.test #hill", [PHOTO], descriptions=["Her hill"])
    await world.settle()
    there = await world.place("alpha", his)
    await ana.press(there, f"{there}/like")
    await ana.press(there, f"{there}/boost")
    await ana.comment(there, "Fine")
    await world.settle()
    before = await _all_rows(world, "beta")
    for forgotten in (False, True):
        async with world.servers["beta"].instance.change() as change:
            if forgotten:
                await change.tx.execute("DELETE FROM inbox_items")
        async with world.servers["alpha"].instance.change() as change:
            await change.tx.execute("UPDATE deliveries SET state = 0, run_at = 0, leased_until = 0")
        await world.settle()
        assert await _all_rows(world, "beta") == before


async def _all_rows(world: World, name: str) -> dict[str, list[dict[str, object]]]:
    found = {}
    for table in ("accounts", "posts", "photos", "follows", "likes", "boosts", "notifications", "mentions", "tags"):
        rows = [dict(row) for row in await world.rows(name, f"SELECT * FROM {table} ORDER BY id")]
        found[table] = rows
    return found
