"""Ready answers and known senders are dropped when they may be stale."""

from __future__ import annotations

from rossgram_fed.federation.ready import Answer, Ready, answer
from rossgram_fed.federation.senders import KnownSenders
from rossgram_fed.instance import Instance
from tests.builders import a_stranger


async def test_missed_signals_drop_every_answer(instance: Instance) -> None:
    """After a lost connection to PostgreSQL nothing is known to be fresh, so everything is made anew."""
    ready, made = Ready(instance), []

    async def make() -> Answer:
        made.append(1)
        return answer({}, content_type="application/json", account_id=7)

    await ready.get("actor ana", make)
    await ready.get("actor ana", make)
    assert len(made) == 1
    instance.database.signals.fire("account", "")
    await ready.get("actor ana", make)
    assert len(made) == 2


async def test_missed_signals_drop_every_known_sender(instance: Instance) -> None:
    """A sender who was suspended in another process meanwhile is not let in from memory."""
    senders = KnownSenders(instance)
    async with instance.change() as change:
        stranger = await a_stranger(change, "sam")
    assert (await senders.find(stranger.uri)) is not None
    async with instance.change() as change:
        await change.tx.execute("UPDATE accounts SET suspended_at = 1 WHERE id = $1", stranger.id)
    instance.database.signals.fire("account", "")
    known = await senders.find(stranger.uri)
    assert known is not None
    assert known.suspended
