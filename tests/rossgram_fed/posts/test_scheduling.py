"""Posts that wait for their time: published once, late rather than never, and refused with a sentence."""

from __future__ import annotations

from functools import partial

import pytest

from rossgram_fed.database import Row
from rossgram_fed.federation import errands
from rossgram_fed.instance import Instance
from rossgram_fed.jobs.runner import JobHandler
from rossgram_fed.models import Account
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.queries import notifications_page
from rossgram_fed.posts import saved, scheduling
from rossgram_fed.web.errors import Invalid, NotFound, Refusal
from rossgram_fed.web.forms import Form
from tests.builders import a_person
from tests.conftest import SettableClock
from tests.fediverse import Fediverse, Server
from tests.rossgram_fed.posts.photos import a_waiting_photo

MINUTE = 60_000
AT = 1_800_000_000_000


@pytest.mark.parametrize(
    ("typed", "zone", "instant"),
    [
        pytest.param("2027-01-15T08:00", "UTC", AT, id="as it is"),
        pytest.param("2027-01-15T09:00", "Europe/Madrid", AT, id="winter there"),
        pytest.param("2026-10-25T02:30", "Europe/Madrid", 1_792_888_200_000, id="an hour that comes twice: the first"),
    ],
)
def test_a_time_is_read_where_it_was_typed(typed: str, zone: str, instant: int) -> None:
    """What a browser sends is local time in the zone that goes with it, and is shown so again."""
    assert scheduling.instant_of(typed, zone, now=instant - MINUTE) == instant
    assert scheduling.as_typed(instant, zone) == typed


@pytest.mark.parametrize(
    ("typed", "zone", "says"),
    [
        pytest.param("2027-01-15T07:59", "UTC", "past", id="a minute ago"),
        pytest.param("2027-01-15T08:00", "UTC", "past", id="now"),
        pytest.param("2028-06-01T00:00", "UTC", "more than a year", id="too far"),
        pytest.param("2027-03-28T02:30", "Europe/Madrid", "clocks", id="an hour that never is"),
        pytest.param("2027-05-01T08:00", "Mars/Olympus", "time zone", id="no zone"),
        pytest.param("2027-05-01T08:00", "../../etc/passwd", "time zone", id="a path"),
        pytest.param("2027-05-01T08:00+02:00", "UTC", "Choose the day", id="an offset of its own"),
        pytest.param("", "UTC", "Choose the day", id="nothing"),
        pytest.param("tomorrow", "UTC", "Choose the day", id="words"),
        pytest.param("0001-01-01T00:00", "Europe/Madrid", "", id="the beginning of time"),
        pytest.param("9999-12-31T23:59", "America/New_York", "", id="the end of time"),
    ],
)
def test_what_is_no_time_to_come(typed: str, zone: str, says: str) -> None:
    """Each is refused with a sentence."""
    with pytest.raises(Invalid) as refused:
        scheduling.instant_of(typed, zone, now=AT)
    assert says in refused.value.sentence


@pytest.fixture
async def here(fediverse: Fediverse) -> Server:
    jobs: dict[str, JobHandler] = {}
    server = await fediverse.server("here", jobs=jobs)
    jobs[errands.PUBLISH_DRAFT] = partial(scheduling.publish_draft, server.network)
    return server


async def rows(here: Server, table: str) -> list[Row]:
    return await here.instance.database.fetch(f"SELECT * FROM {table} ORDER BY id")


async def a_scheduled_draft(here: Server, *, after: int = 10 * MINUTE, **typed: str) -> tuple[Account, int, int]:
    """Alice, her draft with one photo, and its time."""
    async with here.instance.change() as change:
        alice = await a_person(change)
        photo = await a_waiting_photo(change, alice)
        form = Form.starting_with({"caption": "At dawn", "visibility": "public"} | typed)
        draft_id = await saved.save(change, form, account_id=alice.id, photo_ids=[photo], draft_id=None)
        at = change.now + after
        await scheduling.schedule(change, draft_id, account_id=alice.id, at=at, zone="UTC")
    return alice, draft_id, at


async def test_published_once(fediverse: Fediverse, here: Server, clock: SettableClock) -> None:
    """Nothing before its time; then one post, dated then, however often the job is done and even if it comes late."""
    alice, draft_id, at = await a_scheduled_draft(here)
    await fediverse.settle()
    assert not await rows(here, "posts")
    clock.advance(3 * 60 * MINUTE)
    payload: dict[str, object] = {"draft_id": draft_id, "at": at}
    await scheduling.publish_draft(here.network, payload)
    await fediverse.settle()
    await scheduling.publish_draft(here.network, payload)
    (post,) = await rows(here, "posts")
    assert (post["caption"], post["published_at"], post["account_id"]) == ("At dawn", clock.now, alice.id)
    assert not await rows(here, "drafts")
    assert [photo["post_id"] for photo in await rows(here, "photos")] == [post["id"]]


async def test_killed_in_between(
    fediverse: Fediverse, here: Server, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who dies between writing the post and the end of the change has done nothing; the next one does it all."""
    await a_scheduled_draft(here)
    clock.advance(11 * MINUTE)
    publish = scheduling.actions.publish
    deaths = []

    async def dies(*arguments: object, **named: object) -> int:
        done = await publish(*arguments, **named)  # type: ignore[arg-type]
        if not deaths:
            deaths.append(done)
            raise RuntimeError("killed")
        return done

    monkeypatch.setattr(scheduling.actions, "publish", dies)
    await fediverse.settle()
    assert deaths
    assert not await rows(here, "posts")
    assert len(await rows(here, "drafts")) == 1
    clock.advance(60 * MINUTE)
    await fediverse.settle()
    assert len(await rows(here, "posts")) == 1
    assert not await rows(here, "drafts")


async def test_another_time_or_none(fediverse: Fediverse, here: Server, clock: SettableClock) -> None:
    """Of two times the last one counts; what was taken back stays a draft, and nobody else can touch it."""
    alice, draft_id, at = await a_scheduled_draft(here)
    async with here.instance.change() as change:
        bob = await a_person(change, "bob")
        later = at + 10 * MINUTE
        await scheduling.schedule(change, draft_id, account_id=alice.id, at=later, zone="UTC")
    with pytest.raises(NotFound):
        async with here.instance.change() as change:
            await scheduling.unschedule(change, draft_id, account_id=bob.id)
    with pytest.raises(NotFound):
        async with here.instance.change() as change:
            await scheduling.schedule(change, draft_id, account_id=bob.id, at=at, zone="UTC")
    clock.advance(11 * MINUTE)
    await fediverse.settle()
    assert not await rows(here, "posts")
    async with here.instance.change() as change:
        await scheduling.unschedule(change, draft_id, account_id=alice.id)
    clock.advance(60 * MINUTE)
    await fediverse.settle()
    assert not await rows(here, "posts")
    assert [draft["publish_at"] for draft in await rows(here, "drafts")] == [None]


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        pytest.param("UPDATE accounts SET suspended_at = 1", "could not post", id="suspended"),
        pytest.param("UPDATE users SET disabled_at = 1", "could not post", id="disabled"),
        pytest.param("UPDATE accounts SET moved_to_uri = 'https://x.test/u'", "", id="moved"),
        pytest.param("DELETE FROM photos", "Photo 1", id="photo gone"),
    ],
)
async def test_what_cannot_be_published(
    fediverse: Fediverse, here: Server, clock: SettableClock, sql: str, says: str
) -> None:
    """The draft stays, without a time and with the reason, and its author is told; nothing was published or sent."""
    await a_scheduled_draft(here)
    async with here.instance.change() as change:
        await change.tx.execute(sql)
    clock.advance(11 * MINUTE)
    await fediverse.settle()
    (draft,) = await rows(here, "drafts")
    assert (draft["publish_at"], bool(draft["kept"])) == (None, True)
    assert says in draft["problem"]
    assert draft["problem"].endswith(".")
    news = await notifications_page(here.instance.database, draft["account_id"])
    told = [] if "suspended" in sql else [(NotificationKind.NOT_PUBLISHED, "/drafts", True)]
    assert [(one.kind, one.path, one.unread) for one in news] == told
    async with here.instance.change() as change:
        await saved.forget(change, draft["id"], account_id=draft["account_id"])
    assert await notifications_page(here.instance.database, draft["account_id"]) == (), "there is nothing to see to"
    assert not await rows(here, "posts")
    assert not await rows(here, "outbox_activities")


@pytest.mark.parametrize("ready", [True, False], ids=["ready in time", "never ready"])
async def test_videos_that_are_being_prepared(
    fediverse: Fediverse, here: Server, clock: SettableClock, ready: bool
) -> None:
    """A post waits for its videos a little beyond its time; when they are not ready then, its author is told."""
    await a_scheduled_draft(here)
    async with here.instance.change() as change:
        await change.tx.execute("UPDATE photos SET state = $1", int(PhotoState.PROCESSING))
    for _ in range(3):
        clock.advance(11 * MINUTE)
        await fediverse.settle()
        assert not await rows(here, "posts")
        assert [draft["problem"] for draft in await rows(here, "drafts")] == [""]
    if ready:
        async with here.instance.change() as change:
            await change.tx.execute("UPDATE photos SET state = $1", int(PhotoState.READY))
    clock.advance(scheduling.PATIENCE)
    await fediverse.settle()
    assert len(await rows(here, "posts")) == ready
    assert ["still being prepared" in draft["problem"] for draft in await rows(here, "drafts")] == [True] * (not ready)


async def test_drafts_have_their_bounds(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody keeps more than so many, and nobody reads or removes another's."""
    monkeypatch.setattr(saved, "MOST_DRAFTS", 2)
    async with instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        form = Form.starting_with({"caption": "One"})
        for _ in range(2):
            draft_id = await saved.save(change, form, account_id=alice.id, photo_ids=[], draft_id=None)
    with pytest.raises(Refusal, match="2 drafts already"):
        async with instance.change() as change:
            await saved.save(change, form, account_id=alice.id, photo_ids=[], draft_id=None)
    async with instance.change() as change:
        assert await saved.save(change, form, account_id=alice.id, photo_ids=[], draft_id=draft_id) == draft_id
        assert await saved.save(change, form, account_id=bob.id, photo_ids=[], draft_id=draft_id) != draft_id
        assert not await saved.forget(change, draft_id, account_id=bob.id)
    assert await saved.draft_of(instance.database, bob.id, draft_id=draft_id) is None
    assert await saved.draft_of(instance.database, alice.id, draft_id=draft_id) is not None
