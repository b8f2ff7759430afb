"""Groups (FEP-1b12, as Lemmy speaks it): followed from here, believed in nothing, answered so that they pass it on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from rossgram_fed.federation.remote_accounts import by_uri
from rossgram_fed.federation.signers import store_account_keys
from rossgram_fed.follows import actions as follows
from rossgram_fed.models import Account
from rossgram_fed.posts.actions import publish
from rossgram_fed.posts.drafts import PostDraft
from rossgram_fed.reactions import passed_on
from rossgram_fed.timelines.queries import home
from rossgram_fed.web.throttle import Limit
from tests.builders import a_person
from tests.fediverse import Actor, FakePeer, Fediverse, Server, server_keys

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
PAGE = "https://wims.test/post/7"


@dataclass
class Stage:
    """Alice follows the group macro at there.test, in which Wim of wims.test posts."""

    fediverse: Fediverse
    here: Server
    there: FakePeer
    wims: FakePeer
    group: Actor
    wim: Actor
    alice: Account

    def page(self, **parts: Any) -> dict[str, Any]:
        """Wim's page with a picture, as its origin serves it."""
        page = {
            "id": PAGE,
            "type": "Page",
            "attributedTo": self.wim.id,
            "to": [self.group.id, PUBLIC],
            "name": "A wasp",
            "content": "<p>At ten times.</p>",
            "attachment": [{"type": "Link", "href": "https://wims.test/pictrs/image/wasp.png"}],
            "image": {"type": "Image", "url": "https://wims.test/pictrs/image/wasp.png"},
            "published": "2026-05-28T15:10:51.557399Z",
            "audience": self.group.id,
        } | parts
        self.wims.serve("/post/7", page)
        return page

    async def passes_on(self, kind: str, thing: Any, *, number: int = 1) -> int:
        """The group announces what somebody did."""
        inner = {
            "id": f"https://wims.test/activities/{number}",
            "type": kind,
            "actor": self.wim.id,
            "object": thing,
        }
        announce = {
            "id": f"https://there.test/activities/announce/{number}",
            "type": "Announce",
            "actor": self.group.id,
            "to": [PUBLIC],
            "cc": [f"{self.group.id}/followers"],
            "object": inner | {"to": [PUBLIC], "audience": self.group.id},
        }
        status, _ = await self.there.post("https://here.test/inbox", announce, self.group)
        await self.fediverse.settle()
        return status

    async def value(self, sql: str) -> Any:
        return await self.here.instance.database.fetch_value(sql)


@pytest.fixture
async def stage(fediverse: Fediverse, here: Server, there: FakePeer) -> Stage:
    wims = await fediverse.peer("wims.test")
    group = there.actor("macro", type="Group")
    async with here.instance.change() as change:
        alice = await a_person(change)
        await store_account_keys(change, alice.id, server_keys())
    made = Stage(fediverse, here, there, wims, group, wims.actor("wim", key=1), alice)
    await follow(made)
    return made


async def follow(stage: Stage) -> None:
    """Alice follows the group, which accepts as Lemmy does."""
    group_id = await by_uri(stage.here.network, stage.group.id)
    async with stage.here.instance.change() as change:
        await follows.follow(change, account_id=stage.alice.id, target_id=group_id)
    await stage.fediverse.settle()
    (asked,) = [post.document for post in stage.there.posts if post.document["type"] == "Follow"]
    answer = {"id": "https://there.test/activities/accept/1", "type": "Accept", "actor": stage.group.id}
    answer |= {"to": [stage.alice.uri], "object": {**asked, "to": [stage.group.id]}}
    assert (await stage.there.post("https://here.test/inbox", answer, stage.group))[0] == 202
    await stage.fediverse.settle()


async def test_a_photo_in_a_group_comes_home(stage: Stage) -> None:
    """What a followed group passes on is read from its origin and stands in home as boosted by the group."""
    assert await stage.passes_on("Create", stage.page() | {"content": "<p>Lies</p>"}) == 202
    (item,) = await home(stage.here.instance.database, stage.alice.id)
    assert "At ten times" in item.post.content_html
    assert "Lies" not in item.post.content_html
    assert item.boosted_by is not None
    assert item.boosted_by.username == "macro"
    await stage.passes_on("Create", PAGE, number=2)
    assert await stage.value("SELECT COUNT(*) FROM boosts") == 1


async def test_an_answer_is_addressed_to_the_group(stage: Stage) -> None:
    """A comment on what a group brought goes to the group as well, which passes it on; a group's own note does not."""
    await stage.passes_on("Create", stage.page())
    post_id = await stage.value("SELECT id FROM posts")
    async with stage.here.instance.change() as change:
        await publish(change, author_id=stage.alice.id, draft=PostDraft(caption="Nice", parent_id=post_id))
    await stage.fediverse.settle()
    (create,) = [post.document for post in stage.there.posts if post.document["type"] == "Create"]
    assert stage.group.id in create["object"]["cc"]
    assert create["object"]["inReplyTo"] == PAGE
    assert [post.document["type"] for post in stage.wims.posts] == ["Create"], "its author hears of it too"


async def test_comments_come_along(stage: Stage) -> None:
    """A comment that a group passes on is read where it answers something that is here, and only there."""
    await stage.passes_on("Create", stage.page())
    for number, answered in ((8, PAGE), (9, "https://wims.test/post/5")):
        comment = {"id": f"https://wims.test/comment/{number}", "type": "Note", "attributedTo": stage.wim.id}
        comment |= {"to": [PUBLIC], "content": "<p>Ouch</p>", "inReplyTo": answered}
        stage.wims.serve(f"/comment/{number}", comment)
        await stage.passes_on("Create", comment, number=number)
    assert await stage.value("SELECT COUNT(*) FROM posts WHERE in_reply_to_uri <> ''") == 1
    assert stage.wims.asked_for("/comment/9") == 0
    assert await stage.value("SELECT COUNT(*) FROM boosts") == 1, "comments are no boosts"


async def test_edits_and_ends_are_asked_of_the_origin(stage: Stage) -> None:
    """An Update or Delete that a group passes on has the effect that the origin confirms, and no other."""
    await stage.passes_on("Create", stage.page())
    lies = stage.page() | {"content": "<p>Lies</p>", "updated": "2026-05-28T16:00:00Z"}
    await stage.passes_on("Update", lies, number=2)
    await stage.passes_on("Delete", PAGE, number=3)
    assert "At ten times" in await stage.value("SELECT content_html FROM posts")
    stage.page(content="<p>At twenty.</p>", updated="2026-05-28T16:00:00Z")
    await stage.passes_on("Update", PAGE, number=4)
    assert "At twenty" in await stage.value("SELECT content_html FROM posts")
    stage.wims.serve("/post/7", {"id": PAGE, "type": "Tombstone"}, status=410)
    await stage.passes_on("Delete", PAGE, number=5)
    assert await stage.value("SELECT COUNT(*) FROM posts") == 0


@pytest.mark.parametrize("kind", ["Like", "Dislike", "Undo", "Block", "Add", "Remove", "Lock", "Announce", "Follow"])
async def test_nothing_else_that_groups_pass_on_has_an_effect(stage: Stage, kind: str) -> None:
    """Votes and the like are somebody else's word about others: no row comes of them, and nothing is asked."""
    await stage.passes_on("Create", stage.page())
    before = len(stage.wims.received)
    alices = stage.alice.uri if kind in ("Block", "Follow") else PAGE
    rows = await stage.value("SELECT COUNT(*) FROM inbox_items")
    assert await stage.passes_on(kind, alices, number=2) == 202
    assert await stage.value("SELECT COUNT(*) FROM inbox_items") == rows
    assert await stage.value("SELECT likes_count FROM posts") == 0
    assert await stage.value("SELECT COUNT(*) FROM boosts") == 1
    assert len(stage.wims.received) == before


@pytest.mark.parametrize(
    ("kind", "uri", "why"),
    [
        ("Create", "https://here.test/p/1", "it is ours"),
        ("Create", "https://wims.test/none", "it is not there"),
        ("Delete", "https://wims.test/other", "we do not have it"),
        ("Update", "https://wims.test/other", "we do not have it"),
    ],
)
async def test_what_is_not_there_leaves_nothing(stage: Stage, kind: str, uri: str, why: str) -> None:
    """What a group says of posts that are ours, unknown or nowhere leaves no post, no boost and no tombstone."""
    assert await stage.passes_on(kind, uri) == 202
    tables = ("posts", "boosts", "tombstones")
    assert [await stage.value(f"SELECT COUNT(*) FROM {table}") for table in tables] == [0, 0, 0], why


async def test_a_group_that_nobody_follows_makes_us_ask_nobody(stage: Stage) -> None:
    """Without a follower here nothing of a group's is looked at, and what is here already stays as it is."""
    await stage.passes_on("Create", stage.page())
    group_id = await by_uri(stage.here.network, stage.group.id)
    async with stage.here.instance.change() as change:
        await follows.unfollow(change, account_id=stage.alice.id, target_id=group_id)
    before = len(stage.wims.received)
    stage.wims.serve("/post/7", {"id": PAGE, "type": "Tombstone"}, status=410)
    for number, (kind, thing) in enumerate(
        (("Delete", PAGE), ("Update", PAGE), ("Create", "https://wims.test/post/8"))
    ):
        assert await stage.passes_on(kind, thing, number=10 + number) == 202
    assert len(stage.wims.received) == before
    assert await stage.value("SELECT COUNT(*) FROM posts") == 1


async def test_a_group_makes_us_look_so_often_an_hour(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond its budget a group makes us fetch nothing."""
    monkeypatch.setattr(passed_on, "LOOKS", Limit("group", tries=1, minutes=60))
    await stage.passes_on("Create", stage.page())
    await stage.passes_on("Create", "https://wims.test/post/8", number=2)
    await stage.passes_on("Delete", PAGE, number=3)
    assert (stage.wims.asked_for("/post/7"), stage.wims.asked_for("/post/8")) == (1, 0)
