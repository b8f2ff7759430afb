"""The parts behind streams: words of signals, names of streams, lines that are bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

import pytest

from rossgram_fed.database import Signals
from rossgram_fed.database.signals import ON_DEMAND, WANTED
from rossgram_fed.instance import Instance
from rossgram_fed.streaming.acts import (
    FRESH,
    MOST_NAMED,
    SIGNAL,
    Act,
    Event,
    event_of,
    signal,
    signal_gone,
    signal_post,
)
from rossgram_fed.streaming.ears import MOST_BYTES, MOST_WAITING, Ear, Message
from rossgram_fed.streaming.hub import MOST_EVENTS, Full, Hub, Tell
from rossgram_fed.streaming.streams import Kind, NoStream, Stream, stream_named, streams_of_public
from tests.listening import PATIENCE

USER = Stream(Kind.USER, "user")


async def test_signals_carry_ids(instance: Instance) -> None:
    """What is signalled is read as it was meant, fits into a notification of PostgreSQL, and old posts are no news."""
    heard: list[str] = []
    instance.database.signals.listen(SIGNAL, heard.append)
    async with instance.change() as change:
        signal_post(change, 17, published_at=change.now)
        signal_post(change, 18, published_at=change.now - FRESH)
        signal(change, Act.REACTION, 9, word="👩‍🚀")
        signal_gone(change, 5, author_id=3, visibility=2, named=[2**63 - 1 - one for one in range(2 * MOST_NAMED)])
    assert [event_of(about) for about in heard[:2]] == [Event(Act.POST, (17,)), Event(Act.REACTION, (9,), "👩‍🚀")]
    gone = event_of(heard[2])
    assert gone is not None
    assert (gone.ids[:4], len(gone.ids)) == ((5, 3, 2, 2**63 - 1), 3 + MOST_NAMED)
    assert max(len(about.encode()) for about in heard) < 8000 - 100
    assert event_of("") is None, "some may have been lost"


def test_what_crosses_processes() -> None:
    """Signals of streams do while somebody elsewhere wants them, and for a while after anything may be lost."""
    signals = Signals()
    assert SIGNAL in ON_DEMAND
    assert signals.crosses(SIGNAL)
    signals._heard_all_since -= 1000
    assert not signals.crosses(SIGNAL)
    assert signals.crosses("deliveries")
    signals.hear(WANTED, SIGNAL)
    assert signals.crosses(SIGNAL)
    signals._wanted.clear()
    assert not signals.crosses(SIGNAL)
    signals.fire_all()
    assert signals.crosses(SIGNAL)


@pytest.mark.parametrize(
    ("asked", "label"),
    [
        ({"name": "user"}, ["user"]),
        ({"name": "public:remote:media", "tag": "x"}, ["public:remote:media"]),
        ({"name": "hashtag:local", "tag": "#Dünen"}, ["hashtag:local", "#Dünen"]),
        ({"name": "list", "list_id": "12"}, ["list", "12"]),
        ({"name": "list", "list_id": "twelve"}, None),
        ({"name": "list", "list_id": "9" * 30}, None),
        ({"name": "hashtag", "tag": " "}, None),
        ({"name": "hashtag", "tag": "x" * 201}, None),
        ({"name": "public:media:local"}, None),
        ({"name": "user:"}, None),
        ({"name": ""}, None),
    ],
)
def test_names_of_streams(asked: dict[str, str], label: list[str] | None) -> None:
    """A stream goes by Mastodon's name and what the app wrote; what is none is refused."""
    if label is None:
        with pytest.raises(NoStream):
            stream_named(**asked)
    else:
        assert stream_named(**asked).label == label


def test_spellings_of_a_tag_are_one_stream() -> None:
    """However an app writes a tag, it hears the same."""
    assert stream_named("hashtag", tag="#Dünen") == stream_named("hashtag", tag="dünen")
    assert {one.name for one in streams_of_public(local=False, media=True)} == {
        "public", "public:media", "public:remote", "public:remote:media",
    }  # fmt: skip


def an_ear() -> tuple[Ear, list[str]]:
    """Somebody who listens, and whether they were cut off."""
    cuts: list[str] = []
    return Ear(token_id=1, account_id=1, scopes=("read",), cut=lambda: cuts.append("cut")), cuts


@pytest.mark.parametrize("size", [1, MOST_BYTES // 10 + 1], ids=["many", "large"])
async def test_a_line_is_bounded(size: int) -> None:
    """Too many messages end it, as do too large ones; nothing is kept of them, and nothing more is taken."""
    ear, _ = an_ear()
    took = 0
    while not ear.ended:
        ear.hear(Message(USER, "update", "x" * size))
        took += 1
    assert took == (MOST_WAITING + 1 if size == 1 else 10)
    assert ear.why == "Too slow"
    ear.hear(Message(USER, "update", "x"))
    assert await ear.take() == []


async def test_what_is_sent_in_vain_is_cut_off() -> None:
    """An end in the middle of sending cuts the connection off; else it can say farewell."""
    ear, cuts = an_ear()
    async with ear.sending():
        ear.end("revoked")
    assert cuts == ["cut"]
    ear, cuts = an_ear()
    ear.end("revoked")
    assert cuts == []
    ear, cuts = an_ear()
    async with ear.sending():
        raise ConnectionResetError
    assert (ear.why, cuts) == ("The app has gone", ["cut"])


def a_hub(signals: Signals, tell: Tell) -> Hub:
    """A hub in which everybody may listen."""

    async def alive(tokens: Collection[int]) -> Collection[int]:
        return tokens

    async def want() -> None:
        pass

    return Hub(signals, tell=tell, alive=alive, want=want)


async def test_acts_are_told_together() -> None:
    """All that waits is told at once and in its order; where that fails, each by itself; only the broken is lost."""
    told: list[list[int]] = []
    ended = asyncio.Event()

    async def tell(_hub: Hub, events: Sequence[Event]) -> None:
        ids = [event.ids[0] for event in events]
        if 3 in ids:
            raise ValueError("broken")
        told.append(ids)
        if ids[-1] % 5 == 0:
            ended.set()

    signals = Signals()
    hub = a_hub(signals, tell)
    hub.join(an_ear()[0])
    for first in (1, 6):
        for number in range(first, first + 5):
            signals.fire(SIGNAL, f"post {number} ")
        await asyncio.wait_for(ended.wait(), PATIENCE)
        ended.clear()
    assert told == [[1], [2], [4], [5], [6, 7, 8, 9, 10]]
    await hub.close()


async def test_acts_that_wait_are_bounded() -> None:
    """More acts than can be told are lost, and none is kept while nobody listens."""

    async def tell(_hub: Hub, _events: Sequence[Event]) -> None:
        raise AssertionError("nothing is told before the loop runs")

    signals = Signals()
    hub = a_hub(signals, tell)
    signals.fire(SIGNAL, "post 1 ")
    assert hub.waiting == 0
    ear, _ = an_ear()
    hub.join(ear)
    for number in range(MOST_EVENTS + 10):
        signals.fire(SIGNAL, f"post {number} ")
    assert hub.waiting == MOST_EVENTS
    hub.leave(ear)
    hub.leave(ear)
    assert hub.count == 0
    await hub.close()
    with pytest.raises(Full):
        hub.join(ear)
