"""After a time without us: what followed strangers published meanwhile is pulled, politely, and takes effect once."""

from __future__ import annotations

from typing import Any

from rossgram_fed.jobs.heartbeat import HeartbeatSource
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.posts import catching_up, fetching
from rossgram_fed.posts.catching_up import PER_HOUR, on_gap
from tests.builders import a_person
from tests.conftest import SettableClock
from tests.fediverse import AS2, Actor, FakePeer, Fediverse, Server
from tests.rossgram_fed.posts.arrivals import PUBLIC
from tests.rossgram_fed.posts.test_fetching import HANDLERS, follow, note, stored, wrapped

STEP = 60 * 60_000 // PER_HOUR


async def a_server(fediverse: Fediverse) -> Server:
    jobs: dict[str, Any] = {}
    server = await fediverse.server("here", handlers=HANDLERS, jobs=jobs)
    for kind, job in (
        ("catch_up", catching_up.catch_up),
        ("poll_account", catching_up.poll_account),
        ("fetch_post", fetching.fetch_post),
        ("fetch_parent", fetching.fetch_parent),
    ):
        jobs[kind] = lambda payload, job=job: job(server.network, payload)
    async with server.instance.change() as change:
        await a_person(change)
    return server


async def wake_up(server: Server) -> None:
    """Give a sign of life, as a process does that has just started."""
    await HeartbeatSource(server.instance, on_gap).work_once()


async def until_done(fediverse: Fediverse, clock: SettableClock) -> int:
    """Let the jobs come to their end; return how many steps they took."""
    for step in range(40):
        await fediverse.settle()
        server = fediverse.servers[0]
        if not await server.instance.database.fetch_value("SELECT COUNT(*) FROM jobs WHERE state = 0"):
            return step
        clock.advance(STEP)
    raise AssertionError("It does not come to an end.")


def serve(peer: FakePeer, author: Actor, items: list[Any]) -> None:
    path = f"{author.id}/outbox".removeprefix(f"https://{peer.host}")
    peer.serve(path, {"@context": AS2, "id": f"{author.id}/outbox", "type": "OrderedCollection", "orderedItems": items})


def at(minute: int) -> str:
    return f"2026-05-28T21:{minute:02}:00Z"


async def test_what_was_missed_is_pulled(fediverse: Fediverse, clock: SettableClock) -> None:
    """Posts, mentions, edits and boosts since the last sign come in with their effects; what is deleted stays so."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    far = await fediverse.peer("far.test")
    sam, eve, stranger = there.actor("sam"), far.actor("eve"), there.actor("stranger")
    await follow(here, sam.id, accepted=True)
    await there.post("https://here.test/inbox", wrapped(sam, note(sam, 1)), sam)
    await there.post("https://here.test/inbox", wrapped(sam, note(sam, "gone")), sam)
    delete = {"id": f"{sam.id}#d", "type": "Delete", "actor": sam.id, "object": f"{sam.id}/posts/gone", "to": [PUBLIC]}
    await there.post("https://here.test/inbox", delete, sam)
    await fediverse.settle()
    await wake_up(here)
    clock.advance(60 * 60_000)
    far.serve("/users/eve/posts/9", {"@context": AS2} | note(eve, 9))
    mention = {"type": "Mention", "href": "https://here.test/users/alice"}
    items = [
        wrapped(sam, note(sam, "hello", published=at(5), tag=[mention], attachment=[])),
        wrapped(sam, note(sam, "private", published=at(4), to=[f"{sam.id}/followers"])),
        {"id": f"{sam.id}#b", "type": "Announce", "actor": sam.id, "object": f"{eve.id}/posts/9", "published": at(3)},
        {"id": f"{sam.id}#f", "type": "Announce", "actor": eve.id, "object": "https://far.test/x", "published": at(3)},
        wrapped(sam, note(sam, "gone", published=at(2))),
        wrapped(sam, note(sam, 1, content="<p>edited</p>", updated=at(2))),
        *[wrapped(sam, note(sam, f"old{number}", published="2026-05-01T00:00:00Z")) for number in range(5)],
    ]
    serve(there, sam, items)
    serve(there, stranger, [wrapped(stranger, note(stranger, 7, published=at(5)))])
    await wake_up(here)
    await until_done(fediverse, clock)
    assert sorted(await stored(here)) == ["1", "9", "hello"]
    database = here.instance.database
    words = await database.fetch_value("SELECT content_html FROM posts WHERE uri = $1", f"{sam.id}/posts/1")
    assert words == "<p>edited</p>"
    assert await database.fetch_value("SELECT COUNT(*) FROM boosts") == 1
    told = "SELECT COUNT(*) FROM notifications WHERE kind = $1"
    assert await database.fetch_value(told, int(NotificationKind.MENTION)) == 1
    asked = len(there.received)
    await wake_up(here)
    await until_done(fediverse, clock)
    assert len(there.received) == asked, "there was no gap since"


async def test_one_after_the_other(fediverse: Fediverse, clock: SettableClock) -> None:
    """Each followed outbox is read once, so many an hour; one that is silent is tried later and holds up nobody."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    people = [there.actor(f"p{number}") for number in range(6)]
    for number, person in enumerate(people):
        await follow(here, person.id, accepted=True)
        serve(there, person, [wrapped(person, note(person, number, published=at(5)))])
    there.serve("/users/p2/outbox", {"error": "later"}, status=503)
    await fediverse.settle()
    await wake_up(here)
    clock.advance(60 * 60_000)
    await wake_up(here)
    before = sum(there.asked_for(f"/users/p{number}/outbox") for number in range(6))
    await fediverse.settle()
    assert sum(there.asked_for(f"/users/p{number}/outbox") for number in range(6)) - before == 1
    for _ in range(8):
        clock.advance(STEP)
        await fediverse.settle()
    assert sorted(await stored(here)) == ["0", "1", "3", "4", "5"]
    serve(there, people[2], [wrapped(people[2], note(people[2], 2, published=at(5)))])
    clock.advance(10 * 60_000)
    await fediverse.settle()
    assert sorted(await stored(here)) == ["0", "1", "2", "3", "4", "5"]


async def test_a_step_that_was_cut_off_goes_on(fediverse: Fediverse, clock: SettableClock) -> None:
    """A server that dies in the middle of catching up goes on where it was, and nothing is there twice."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    people = [there.actor(f"p{number}") for number in range(3)]
    for number, person in enumerate(people):
        await follow(here, person.id, accepted=True)
        serve(there, person, [wrapped(person, note(person, number, published=at(5)))])
    await fediverse.settle()
    await wake_up(here)
    clock.advance(60 * 60_000)
    await wake_up(here)
    job = await here.instance.database.fetch_one("SELECT payload FROM jobs WHERE kind = 'catch_up' AND state = 0")
    assert job is not None
    payload = {"since": clock.now - 70 * 60_000, "waiting": [], "after": None}
    for _ in range(2):  # done, but the note of it was lost with the process, so it is done again
        await catching_up.catch_up(here.network, payload)
    await until_done(fediverse, clock)
    assert sorted(await stored(here)) == ["0", "1", "2"]
