"""How accepted activities take effect: in batches, each once, and a bad one alone does not stop the rest."""

from __future__ import annotations

import asyncio

import pytest

from activitypub.activities import Activity, Announce, Create, Delete, Like, Undo, Update
from activitypub.parse import parse_activity
from rossgram_fed.federation.arrivals import Arrival, Handler
from rossgram_fed.federation.inbox import MOST_ATTEMPTS, unproven
from tests.conftest import SettableClock
from tests.fediverse import AS2, Actor, FakePeer, Fediverse

INBOX = "https://here.test/inbox"
SAM = "https://there.test/users/sam"
HOUR = 60 * 60_000


def a_like(actor: str, number: int) -> dict[str, object]:
    return {
        "@context": AS2,
        "id": f"{actor}/{number}",
        "type": "Like",
        "actor": actor,
        "object": "https://here.test/p/1",
    }


def noting(seen: list[str], *, failing: str = "") -> Handler:
    async def handle(arrival: Arrival) -> bool:
        if failing and arrival.activity.id.endswith(failing):
            raise RuntimeError("this one always fails")
        seen.append(arrival.activity.id.rpartition("/")[2])
        return True

    return handle


async def posted(there: FakePeer, sam: Actor, count: int) -> None:
    for number in range(count):
        assert (await there.post(INBOX, a_like(sam.id, number), sam))[0] == 202


async def test_a_bad_one_does_not_stop_the_rest(either_fediverse: Fediverse, clock: SettableClock) -> None:
    """An arrival whose handler fails is tried a few times and kept with its error; the others take effect, in order."""
    seen: list[str] = []
    here = await either_fediverse.server("here", handlers={Like: [noting(seen, failing="/1")]})
    there = await either_fediverse.peer("there.test")
    await posted(there, there.actor(), 4)
    await either_fediverse.settle()
    assert seen[-3:] == ["0", "2", "3"]
    for _ in range(MOST_ATTEMPTS + 2):
        clock.advance(24 * HOUR)
        await either_fediverse.settle()
    rows = await here.instance.database.fetch("SELECT state, attempts, last_error FROM inbox_items ORDER BY id")
    assert [row["state"] for row in rows] == [1, 2, 1, 1]
    assert (rows[1]["attempts"], "always fails" in rows[1]["last_error"]) == (MOST_ATTEMPTS, True)


async def test_the_first_handler_that_is_concerned_ends_the_asking(fediverse: Fediverse) -> None:
    """Handlers are asked in order, until one says that it was concerned."""
    asked: list[str] = []

    def handler(name: str, *, concerned: bool) -> Handler:
        async def handle(_: Arrival) -> bool:
            asked.append(name)
            return concerned

        return handle

    handlers = [handler("a", concerned=False), handler("b", concerned=True), handler("c", concerned=True)]
    await fediverse.server("here", handlers={Like: handlers})
    there = await fediverse.peer("there.test")
    await posted(there, there.actor(), 1)
    await fediverse.settle()
    assert asked == ["a", "b"]


async def test_a_crash_between_acceptance_and_effect_loses_nothing(
    either_fediverse: Fediverse, clock: SettableClock
) -> None:
    """A row that a dead worker had claimed is taken up when its lease runs out."""
    seen: list[str] = []
    here = await either_fediverse.server("here", handlers={Like: [noting(seen)]})
    there = await either_fediverse.peer("there.test")
    await posted(there, there.actor(), 1)
    async with here.instance.change() as change:
        await change.tx.execute("UPDATE inbox_items SET leased_until = $1, attempts = 1", change.now + HOUR)
    await either_fediverse.settle()
    assert seen == []
    clock.advance(2 * HOUR)
    await either_fediverse.settle()
    assert seen == ["0"]


async def test_nothing_follows_an_accounts_end(fediverse: Fediverse) -> None:
    """What stands behind the Delete of an account in the queue has no effect (Takahe sends an Update there)."""
    seen: list[str] = []
    await fediverse.server("here", handlers={Like: [noting(seen)], Delete: [noting(seen)]})
    there = await fediverse.peer("there.test")
    sam = there.actor()
    await posted(there, sam, 1)
    end = {"@context": AS2, "id": f"{sam.id}/end", "type": "Delete", "actor": sam.id, "object": sam.id}
    assert (await there.post(INBOX, end, sam))[0] == 202
    assert (await there.post(INBOX, a_like(sam.id, 9), sam))[0] == 202
    await fediverse.settle()
    assert seen == ["0", "end"]


async def test_a_flood_is_written_in_few_transactions(either_fediverse: Fediverse) -> None:
    """Many arrivals at once are all written down, each once."""
    here = await either_fediverse.server("here")
    there = await either_fediverse.peer("there.test")
    sam = there.actor()
    await posted(there, sam, 1)
    requests = [there.signed(INBOX, a_like(sam.id, number % 40), sam) for number in range(80)]
    answers = await asyncio.gather(*(there.send(request) for request in requests))
    assert {status for status, _ in answers} == {202}
    assert await here.instance.database.fetch_value("SELECT count(*) FROM inbox_items") == 40


def a_note(**changes: object) -> dict[str, object]:
    return {"id": "https://there.test/notes/1", "type": "Note", "attributedTo": SAM, "content": "x"} | changes


@pytest.mark.parametrize(
    ("kind", "thing", "instead", "why"),
    [
        (Create, a_note(), None, "their own note"),
        (Create, "https://there.test/notes/1", None, "a bare id proves nothing and claims nothing"),
        (Create, a_note(id="https://victim.test/1"), "https://victim.test/1", "a note on another host"),
        (
            Create,
            a_note(attributedTo="https://there.test/users/kim"),
            "https://there.test/notes/1",
            "a neighbour's note",
        ),
        (Update, a_note(id="https://victim.test/1"), "https://victim.test/1", "an edit of another host's note"),
        (Update, {"id": SAM, "type": "Person", "inbox": f"{SAM}/inbox"}, None, "themselves"),
        (Update, {"id": "https://there.test/users/kim", "type": "Person", "inbox": f"{SAM}/inbox"}, "", "a neighbour"),
        (Undo, {"id": f"{SAM}/1", "type": "Like", "actor": SAM, "object": "https://here.test/p/1"}, None, "their like"),
        (
            Undo,
            {
                "id": "https://there.test/1",
                "type": "Like",
                "actor": "https://there.test/users/kim",
                "object": "https://a.test/1",
            },
            "",
            "a neighbour's like (case 158)",
        ),
        (Announce, "https://victim.test/1", None, "a boost of anybody's"),
    ],
)
def test_a_signature_speaks_for_its_actors_own_things_only(
    kind: type[Activity], thing: object, instead: str | None, why: str
) -> None:
    """What an activity holds that is not its actor's own is fetched from its origin, or dropped."""
    document = {"@context": AS2, "id": f"{SAM}/activity", "type": kind.__name__, "actor": SAM, "object": thing}
    assert unproven(parse_activity(document)) == instead, why


async def test_what_is_not_the_senders_own_is_fetched_instead(fediverse: Fediverse) -> None:
    """A Create of somebody else's note reaches no handler; one job fetches the note from its origin, however often."""
    seen: list[str] = []
    fetched: list[object] = []

    async def fetch_post(payload: dict[str, object]) -> None:
        fetched.append(payload["uri"])

    await fediverse.server("here", handlers={Create: [noting(seen)]}, jobs={"fetch_post": fetch_post})
    there = await fediverse.peer("there.test")
    sam = there.actor()
    for number in range(3):
        note = a_note(id="https://victim.test/1", attributedTo="https://victim.test/users/vera")
        create = {"@context": AS2, "id": f"{sam.id}/{number}", "type": "Create", "actor": sam.id, "object": note}
        assert (await there.post(INBOX, create, sam))[0] == 202
    await fediverse.settle()
    assert (seen, fetched) == ([], ["https://victim.test/1"])
