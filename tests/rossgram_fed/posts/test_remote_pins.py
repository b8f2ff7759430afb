"""What strangers pin: their own posts, in their own collection, for those who follow them here."""

from __future__ import annotations

from typing import Any

import pytest

from rossgram_fed.activities import HANDLERS, job_handlers
from rossgram_fed.federation.remote_accounts import by_uri
from rossgram_fed.follows import actions as follows
from rossgram_fed.jobs.runner import JobHandler
from rossgram_fed.posts.pins import MOST_PINS, pinned_ids
from tests.builders import a_person
from tests.fediverse import Actor, FakePeer, Fediverse, Server

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
FEATURED = "https://there.test/users/sam/collections/featured"


class Stage:
    """Sam, whom Alice follows, and his posts at their origin."""

    def __init__(self, fediverse: Fediverse, here: Server, there: FakePeer, sam: Actor, sam_id: int) -> None:
        self.fediverse, self.here, self.there, self.sam, self.sam_id = fediverse, here, there, sam, sam_id
        self.said = 0

    def note(self, name: str, **parts: Any) -> str:
        note = {
            "id": f"https://there.test/notes/{name}",
            "type": "Note",
            "attributedTo": self.sam.id,
            "content": f"<p>{name}</p>",
            "published": "2026-05-28T20:00:00Z",
            "to": [PUBLIC],
            "attachment": [{"type": "Document", "mediaType": "image/jpeg", "url": "https://there.test/1.jpg"}],
        } | parts
        self.there.serve(f"/notes/{name}", note)
        return str(note["id"])

    async def say(self, kind: str, thing: Any, *, target: str = FEATURED, by: Actor | None = None) -> int:
        by = by or self.sam
        self.said += 1
        document = {"id": f"{by.id}#{self.said}", "type": kind, "actor": by.id, "object": thing, "target": target}
        status, _ = await self.there.post("https://here.test/inbox", document, by)
        await self.fediverse.settle()
        return status

    async def pinned(self) -> list[str]:
        database = self.here.instance.database
        ids = await pinned_ids(database, self.sam_id)
        return [
            (await database.fetch_value("SELECT uri FROM posts WHERE id = $1", post_id)).rpartition("/")[2]
            for post_id in ids
        ]


@pytest.fixture
async def stage(fediverse: Fediverse) -> Stage:
    jobs: dict[str, JobHandler] = {}
    here = await fediverse.server("here", handlers=HANDLERS, jobs=jobs)
    jobs.update({kind: job for kind, job in job_handlers(here.network).items() if kind != "backfill"})
    jobs["backfill"] = _nothing
    there = await fediverse.peer("there.test")
    sam = there.actor(featured=FEATURED)
    sam_id = await by_uri(here.network, sam.id)
    async with here.instance.change() as change:
        alice = await a_person(change)
        await follows.follow(change, account_id=alice.id, target_id=sam_id)
        await follows.receive_accept(change, follower_id=alice.id, followed_id=sam_id)
    return Stage(fediverse, here, there, sam, sam_id)


async def _nothing(payload: dict[str, object]) -> None:
    return None


async def test_what_is_pinned_comes_first(stage: Stage) -> None:
    """An Add of a post that is here or at its origin pins it, a Remove takes it back; only the last few are kept."""
    for number in range(MOST_PINS + 2):
        assert await stage.say("Add", stage.note(str(number))) == 202
    assert await stage.pinned() == ["6", "5", "4", "3", "2"]
    assert await stage.here.instance.database.fetch_value("SELECT COUNT(*) FROM pins") == MOST_PINS
    await stage.say("Remove", "https://there.test/notes/5")
    assert await stage.pinned() == ["6", "4", "3", "2"]
    await stage.say("Add", {"id": "https://there.test/notes/0", "type": "Note", "content": "Lies"})
    assert await stage.pinned() == ["0", "6", "4", "3", "2"]
    assert stage.there.asked_for("/notes/0") == 1, "what is here is not asked for again"


@pytest.mark.parametrize(
    ("thing", "target", "by", "why"),
    [
        ("https://there.test/notes/1", "https://there.test/users/tom/collections/featured", "sam", "Tom's collection"),
        ("https://there.test/notes/1", "https://other.test/featured", "sam", "a collection elsewhere"),
        ("https://there.test/notes/1", "", "sam", "no collection"),
        ("https://there.test/notes/1", FEATURED, "tom", "Tom is not Sam"),
        ("https://there.test/notes/toms", FEATURED, "sam", "a post of Tom's"),
        ("https://other.test/notes/1", FEATURED, "sam", "a post elsewhere"),
        ("https://here.test/p/1", FEATURED, "sam", "a post of ours"),
        ({"type": "Hashtag", "href": "https://there.test/tags/x"}, FEATURED, "sam", "a tag"),
        ("https://there.test/notes/none", FEATURED, "sam", "nothing"),
    ],
)
async def test_nobody_pins_what_is_not_theirs(stage: Stage, thing: Any, target: str, by: str, why: str) -> None:
    """Another's collection or another's post changes nothing of what is pinned (row 28)."""
    tom = stage.there.actor("tom", key=1, featured="https://there.test/users/tom/collections/featured")
    other = await stage.fediverse.peer("other.test")
    other.serve("/notes/1", {"id": "https://other.test/notes/1", "type": "Note", "attributedTo": stage.sam.id})
    kept = stage.note("kept")
    await stage.say("Add", kept)
    stage.note("1")
    stage.note("toms", attributedTo=tom.id)
    for kind in ("Add", "Remove"):
        assert await stage.say(kind, thing, target=target, by=tom if by == "tom" else stage.sam) == 202
    assert await stage.pinned() == ["kept"], why
    assert await stage.here.instance.database.fetch_value("SELECT COUNT(*) FROM pins") == 1, why
    assert other.received == [], why


async def test_pins_of_those_whom_nobody_follows_are_nothing(stage: Stage) -> None:
    """Without a follower here nothing is fetched and nothing pinned."""
    async with stage.here.instance.change() as change:
        await change.tx.execute("DELETE FROM follows")
    assert await stage.say("Add", stage.note("1")) == 202
    assert (await stage.pinned(), stage.there.asked_for("/notes/1")) == ([], 0)
