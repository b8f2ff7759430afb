"""What is accepted at the inbox, and that it has its effect once."""

from __future__ import annotations

from activitypub.activities import Follow
from activitypub.signatures import Scheme
from rossgram_fed.federation.arrivals import Arrival
from tests.fediverse import Fediverse


def a_follow(actor: str, number: int = 1) -> dict[str, object]:
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{actor}/follows/{number}",
        "type": "Follow",
        "actor": actor,
        "object": "https://here.test/users/alice",
    }


async def test_a_signed_activity_is_stored_and_handled_once(either_fediverse: Fediverse) -> None:
    """An activity from a stranger is verified by their own document, stored, and given to its handler once."""
    seen: list[Arrival] = []

    async def handle(arrival: Arrival) -> bool:
        seen.append(arrival)
        return True

    here = await either_fediverse.server("here", handlers={Follow: [handle]})
    there = await either_fediverse.peer("there.test")
    sam = there.actor()
    for scheme in Scheme:
        status, answer = await there.post("https://here.test/inbox", a_follow(sam.id), sam, scheme=scheme)
        assert (status, answer) == (202, None)
    await either_fediverse.settle()
    assert [(one.sender.uri, one.sender.host, type(one.activity)) for one in seen] == [(sam.id, "there.test", Follow)]
    rows = await here.instance.database.fetch("SELECT state, body, attempts FROM inbox_items")
    assert [(row["state"], bytes(row["body"]), row["attempts"]) for row in rows] == [(1, b"", 1)]
    assert there.asked_for("/users/sam") == 1
