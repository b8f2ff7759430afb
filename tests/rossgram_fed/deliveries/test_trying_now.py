"""What "Try now" moves, and what it leaves where it is."""

from __future__ import annotations

from typing import Any

from rossgram_fed.deliveries.actions import probe, try_now
from rossgram_fed.federation.hosts import SILENCES
from tests.builders import a_post
from tests.conftest import NOON
from tests.rossgram_fed.deliveries.conftest import Sent
from tests.rossgram_fed.deliveries.test_deliveries_page import DAY, MINUTE, a_silent_host

LATER = NOON + DAY


async def state(sent: Sent) -> dict[tuple[str, int], tuple[Any, Any]]:
    """State and instant of each delivery, by host and how many went there before it."""
    found: dict[tuple[str, int], tuple[Any, Any]] = {}
    for row in await sent.rows():
        number = sum(host == row["host"] for host, _ in found)
        found[str(row["host"]), number] = row["state"], row["run_at"]
    return found


async def press(sent: Sent) -> None:
    response = await (await sent.site.browser(sent.alice)).post(f"{sent.path}/try", at=sent.path)
    assert (response.status, response.headers["Location"]) == (303, sent.path)


async def test_what_waits_and_what_was_given_up_goes_now(sent: Sent) -> None:
    """Waiting and failed rows become due; what arrived stays done, and what is under way stays leased."""
    await sent.send()
    await sent.set("a.test", run_at=LATER, attempts=3)
    await sent.set("b.test", state=2, finished_at=NOON, attempts=6, run_at=NOON - DAY)
    await sent.set("c.test", state=1, finished_at=NOON, run_at=NOON - DAY)
    sent.site.instance.clock.advance(MINUTE)  # type: ignore[attr-defined]
    await press(sent)
    now = NOON + MINUTE
    assert await state(sent) == {("a.test", 0): (0, now), ("b.test", 0): (0, now), ("c.test", 0): (1, NOON - DAY)}
    revived = next(row for row in await sent.rows() if row["host"] == "b.test")
    assert (revived["finished_at"], revived["attempts"]) == (None, 6), "one more go, not a whole new schedule"


async def test_other_posts_stay_where_they_are(sent: Sent) -> None:
    """What is about something else keeps its time, except where it stands in the same line."""
    async with sent.site.instance.change() as change:
        other = await a_post(change, sent.alice)
        bobs = await a_post(change, sent.bob)
    await sent.send(post=other, hosts=("a.test", "b.test"))
    await sent.send(post=bobs, hosts=("a.test",))
    await sent.send(hosts=("a.test",))
    for host in ("a.test", "b.test"):
        await sent.set(host, run_at=LATER)
    await press(sent)
    assert await state(sent) == {
        ("a.test", 0): (0, NOON),  # alice's earlier one to the same inbox goes first
        ("a.test", 1): (0, LATER),  # bob's
        ("a.test", 2): (0, NOON),
        ("b.test", 0): (0, LATER),
    }


async def test_a_silent_host_is_probed(sent: Sent) -> None:
    """Its pause ends and all that waits for it is due, of which the delivery loop takes only the oldest row."""
    async with sent.site.instance.change() as change:
        bobs = await a_post(change, sent.bob)
    await sent.send(post=bobs, hosts=("a.test",))
    await sent.send(hosts=("a.test",))
    await sent.set("a.test", run_at=LATER)
    await a_silent_host(sent, "a.test", failures=SILENCES + 3)
    await press(sent)
    host = await sent.site.instance.database.fetch_one("SELECT * FROM hosts WHERE host = 'a.test'")
    assert host is not None
    assert (host["failures"], host["paused_until"]) == (SILENCES + 3, 0), "still counted as silent until it answers"
    assert await state(sent) == {("a.test", 0): (0, NOON), ("a.test", 1): (0, NOON)}


async def test_a_host_that_asked_for_a_rest_gets_it(sent: Sent) -> None:
    """Who answered 429 is alive and said when to come back."""
    await sent.send(hosts=("a.test",))
    await sent.set("a.test", run_at=LATER)
    await a_silent_host(sent, "a.test", failures=0)
    await press(sent)
    async with sent.site.instance.change() as change:
        await probe(change, ["a.test"])
    paused = await sent.site.instance.database.fetch_value("SELECT paused_until FROM hosts WHERE host = 'a.test'")
    assert paused > NOON
    assert await state(sent) == {("a.test", 0): (0, LATER)}


async def test_nothing_old_overtakes(sent: Sent) -> None:
    """An edit that was given up is not sent after a later edit arrived; where none did, both go in order."""
    await sent.send("Create", hosts=("a.test", "b.test"))
    await sent.send("Update", hosts=("a.test", "b.test"))
    for host in ("a.test", "b.test"):
        await sent.set(host, state=2, finished_at=NOON)
    await sent.set("a.test", kind="Update", state=1)
    await press(sent)
    assert {key: value[0] for key, value in (await state(sent)).items()} == {
        ("a.test", 0): 2,
        ("a.test", 1): 1,
        ("b.test", 0): 0,
        ("b.test", 1): 0,
    }


async def test_pressing_without_end_is_throttled(sent: Sent) -> None:
    """Nobody can make the server knock at strangers' doors as fast as they can press."""
    await sent.send()
    alice = await sent.site.browser(sent.alice)
    token = await alice.token(sent.path)
    answers = [(await alice.fetch("POST", f"{sent.path}/try", data={"csrf": token})).status for _ in range(21)]
    assert answers == [303] * 20 + [429]


async def test_nothing_to_try(sent: Sent) -> None:
    """With nothing sent, pressing changes nothing and fails nowhere."""
    async with sent.site.instance.change() as change:
        await try_now(change, sender_id=sent.alice.id, activity_ids=[])
        await probe(change, [])
    assert await sent.rows() == []
