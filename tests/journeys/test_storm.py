"""A story told in a storm, with power cuts at many points on both servers, ends as the same story told in peace."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

from rossgram_fed.federation.lanes import LEASE_MS
from tests.journeys.conftest import World
from tests.journeys.endings import killed
from tests.journeys.visitor import Visitor
from tests.rossgram_fed.media.samples import a_file

PHOTO = ("one.jpg", a_file())
CUTS = (4, 40)
"""After how many steps of the event loop the power goes; each is another point in what is being done."""
TABLES = (
    "SELECT a.username, b.username AS other, f.state FROM follows f JOIN accounts a ON a.id = f.follower_id "
    "JOIN accounts b ON b.id = f.followed_id",
    "SELECT a.username, p.content_html, p.visibility, p.photo_count, p.replies_count, p.likes_count, p.boosts_count, "
    "q.content_html AS above FROM posts p JOIN accounts a ON a.id = p.account_id "
    "LEFT JOIN posts q ON q.id = p.in_reply_to_id",
    "SELECT a.username, p.content_html FROM likes l JOIN accounts a ON a.id = l.account_id "
    "JOIN posts p ON p.id = l.post_id",
    "SELECT a.username, p.content_html FROM boosts l JOIN accounts a ON a.id = l.account_id "
    "JOIN posts p ON p.id = l.post_id",
    "SELECT a.username, b.username AS other, n.kind FROM notifications n JOIN accounts a ON a.id = n.account_id "
    "JOIN accounts b ON b.id = n.actor_id",
    # How many posts a stranger has is what their server said last, and may count one twice until it is asked again.
    "SELECT username, name, followers_count, following_count, CASE WHEN domain = '' THEN posts_count ELSE 0 END AS own "
    "FROM accounts WHERE username <> 'actor'",
    "SELECT description FROM photos",
)
Pause = Callable[[], Awaitable[None]]


async def story(world: World, pause: Pause) -> None:
    """Ana and Bo follow each other, post, react, talk, edit, and think better of some of it."""
    ana, bo = await world.admin("alpha", "ana"), await world.admin("beta", "bo")
    await ana.post("Before", [PHOTO], descriptions=["Old"])
    await bo.follow(ana.handle)
    await pause()
    await ana.follow(bo.handle)
    await pause()
    kept = await ana.post("Kept, @bo@beta.test #kept", [PHOTO], descriptions=["Kept"])
    gone = await ana.post("Gone", [PHOTO], descriptions=["Gone"], visibility="followers")
    his = await bo.post("His", [PHOTO], descriptions=["His"])
    await pause()
    await reactions(world, bo, await world.place("beta", kept))
    await pause()
    await ana.press(f"{gone.path}/delete", "delete")
    await ana.submit(await ana.get(f"{kept.path}/edit"), "edit", caption="Kept and edited")
    await pause()
    there = await world.place("alpha", his)
    await reactions(world, ana, there)
    await ana.press(there, "unlike")
    await ana.submit(await ana.get("/settings/profile"), "/settings/profile", name="Ana B.")
    await pause()


async def reactions(world: World, visitor: Visitor, path: str) -> None:
    """Like, boost and comment."""
    await visitor.press(path, f"{path}/like")
    await visitor.press(path, f"{path}/boost")
    await visitor.comment(path, f"{visitor.username} was here")


async def told_in(world: World) -> dict[str, list[Counter[tuple[str, ...]]]]:
    """What both servers hold in the end, as often as they hold it."""
    found = {}
    for name in ("alpha", "beta"):
        rows = [await world.rows(name, sql) for sql in TABLES]
        found[name] = [Counter(tuple(map(str, dict(row).values())) for row in table) for table in rows]
        assert not await world.rows(name, "SELECT id FROM deliveries WHERE state = 2"), "nothing is given up"
        assert not await world.rows(name, "SELECT id FROM inbox_items WHERE state = 2"), "nothing fails for good"
    return found


async def test_a_storm(world: World, world_in_peace: World) -> None:
    """Nothing is lost and nothing is done twice, wherever the power goes."""
    cuts = 0

    async def storm() -> None:
        nonlocal cuts
        for steps in CUTS:
            for name in ("alpha", "beta"):
                server = world.servers[name]
                working = asyncio.create_task(server.worker.run_until_idle())
                for _ in range(steps):
                    await asyncio.sleep(0)
                cuts += not working.done()
                working.cancel()
                with suppress(asyncio.CancelledError):
                    await working
                await killed(world, server)
                await world.server(name)
            world.clock.advance(LEASE_MS + 1)
        await world.settle()

    await story(world, storm)
    await story(world_in_peace, world_in_peace.settle)
    assert await told_in(world) == await told_in(world_in_peace)
    assert cuts >= len(CUTS), "the power went while something was being done"
