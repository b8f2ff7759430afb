"""The scribe: what it finds is right, and no document takes more than its budget or harms anybody else's."""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activitypub.render import CONTEXT
from activitypub.signatures import linked_data
from rossgram_fed.federation.scribes import MOST_WAITING, NotCanonical, Scribes

NOW = datetime(2026, 5, 28, tzinfo=UTC)
BOB = "https://there.test/users/bob"


def a_document(**changes: Any) -> dict[str, Any]:
    note = {"id": "https://there.test/1", "type": "Note", "attributedTo": BOB, "content": "<p>é</p>"}
    document = {"@context": CONTEXT, "id": "https://there.test/2", "type": "Create", "actor": BOB, "object": note}
    return linked_data.prepare(
        document | changes, creator=f"{BOB}#main-key", created=NOW, expires=NOW + timedelta(days=2)
    )


def twins(depth: int, width: int) -> dict[str, Any]:
    """Equal nodes without names, in a tree: which is which is found out only by trying every order."""
    return {"type": "Object", "tag": [twins(depth - 1, width) for _ in range(width)]} if depth else {"type": "Object"}


POISON = {
    "a tree of equals": a_document(tag=[twins(2, 8)]),
    "a deeper one": a_document(tag=[twins(3, 4)]),
}


@pytest.fixture
async def scribes() -> AsyncIterator[Scribes]:
    made = Scribes()
    try:
        yield made
    finally:
        await made.close()


async def test_a_scribe_finds_what_the_function_finds(scribes: Scribes) -> None:
    """The same text and the same meaning as in this process."""
    document = a_document()
    assert await scribes.signable(document) == linked_data.signable(document)
    assert await scribes.meaning(document) == linked_data.meaning(document)


@pytest.mark.parametrize("why", POISON)
async def test_case_117_a_poisonous_graph_costs_its_budget_and_no_more(scribes: Scribes, why: str) -> None:
    """The scribe that chokes is gone within its budget, and the next document is read as if nothing had been."""
    await scribes.signable(a_document())
    poisoned = scribes.process_id
    assert poisoned is not None
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with pytest.raises(NotCanonical, match="too long"):
        await scribes.meaning(POISON[why])
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 5, "its start included"
    with pytest.raises(ProcessLookupError):
        os.kill(poisoned, 0)
    assert await scribes.signable(a_document()) == linked_data.signable(a_document())


async def test_a_refusal_is_a_sentence_and_ends_nothing(scribes: Scribes) -> None:
    """What is out of bounds is refused by the same scribe that reads the next document."""
    await scribes.signable(a_document())
    pid = scribes.process_id
    with pytest.raises(NotCanonical, match="@graph"):
        await scribes.meaning(a_document(**{"@graph": []}))
    with pytest.raises(NotCanonical, match="too long"):
        await scribes.meaning(a_document(summary="a" * 1024 * 1024))
    assert scribes.process_id == pid


async def test_one_who_stops_waiting_takes_no_answer_from_the_next(scribes: Scribes) -> None:
    """A cancelled question's answer is nobody's."""
    await scribes.signable(a_document())
    asked = asyncio.create_task(scribes.signable(a_document(id="https://there.test/other")))
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert await scribes.signable(a_document()) == linked_data.signable(a_document())


async def test_strangers_documents_do_not_pile_up(scribes: Scribes) -> None:
    """Beyond a few, strangers' documents are turned away at once; our own wait their turn."""
    answers = await asyncio.gather(
        *(scribes.meaning(a_document()) for _ in range(MOST_WAITING + 3)),
        *(scribes.signable(a_document()) for _ in range(MOST_WAITING + 3)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, NotCanonical) for answer in answers) == 3
    assert not any(isinstance(answer, NotCanonical) for answer in answers[MOST_WAITING + 3 :])


async def test_an_idle_scribe_goes() -> None:
    """After a while of idleness there is no process, and the next question starts one."""
    scribes = Scribes(idle_seconds=0.01)
    await scribes.signable(a_document())
    async with asyncio.timeout(60):
        while scribes.process_id is not None:
            await asyncio.sleep(0.01)
    assert await scribes.signable(a_document())
    await scribes.close()
    with pytest.raises(NotCanonical, match="shutting down"):
        await scribes.signable(a_document())
