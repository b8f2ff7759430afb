"""All that a person does in a whole life reaches three strict servers, and none of them refuses any of it.

Whatever the server here sends is judged, also what it learns to send later; what this life must contain is taken from
FEDERATION.md.
"""

from __future__ import annotations

from typing import Any

import pytest

from rossgram_fed.accounts.actions import delete_account
from rossgram_fed.follows import actions as follows
from rossgram_fed.models.moderation import ReportCategory
from rossgram_fed.moving.actions import move_away
from rossgram_fed.reports.actions import report
from rossgram_fed.reports.drafts import ReportDraft
from rossgram_fed.reports.subjects import subject_of
from tests.emulators.peers import Emulator, emulator
from tests.journeys.conftest import World
from tests.journeys.visitor import Visitor
from tests.rossgram_fed.media.samples import a_file
from tests.strangers import AS2, Actor
from tests.test_federation_md import made

ALPHA = "https://alpha.test"
PUBLIC = f"{AS2}#Public"
PHOTOS = [(f"{number}.jpg", a_file(seed=number)) for number in range(5)]


class Life:
    """Ana at alpha.test, and one stranger at a server of each make."""

    def __init__(self, world: World, ana: Visitor, peers: list[Emulator]) -> None:
        self.world, self.ana, self.peers = world, ana, peers
        self.strangers: dict[str, Actor] = {peer.make: peer.actor("sam") for peer in peers}
        self._number = 0

    async def hear(self, peer: Emulator, kind: str, thing: Any, **more: Any) -> str:
        """Let a stranger say something; its id."""
        sam = self.strangers[peer.make]
        self._number += 1
        uri = f"{sam.id}/said/{self._number}"
        document = {"@context": AS2, "id": uri, "type": kind, "actor": sam.id, "object": thing, **more}
        answered = await peer.post(f"{ALPHA}/inbox", document, sam)
        assert answered[0] == 202, answered
        await self.world.settle()
        return uri

    async def told(self, peer: Emulator, number: int, **more: Any) -> str:
        """Let a stranger publish a photo; the id of the post."""
        sam = self.strangers[peer.make]
        uri = f"{sam.id}/posts/{number}"
        note = {
            **{"id": uri, "type": "Note", "attributedTo": sam.id, "url": uri, "content": "<p>Look</p>"},
            **{"to": [PUBLIC], "cc": [f"{sam.id}/followers"], **more},
            "attachment": [{"type": "Document", "mediaType": "image/jpeg", "url": f"{uri}.jpg", "name": "A lake"}],
        }
        peer.serve(f"/users/sam/posts/{number}", {"@context": AS2, **note})
        await self.hear(peer, "Create", note, to=note["to"], cc=note["cc"])
        return uri

    async def here(self, sql: str, *arguments: object) -> int:
        """The id of a row at alpha."""
        [row] = await self.world.rows("alpha", sql, *arguments)
        return int(row["id"])

    def change(self) -> Any:
        return self.world.servers["alpha"].instance.change()

    async def account(self, uri: str) -> int:
        return await self.here("SELECT id FROM accounts WHERE uri = $1", uri)


@pytest.fixture
async def life(world: World) -> Life:
    ana = await world.member("alpha", "ana")
    peers = [await emulator(world.fediverse, make, world.clock) for make in ("pixelfed", "mastodon", "gotosocial")]
    return Life(world, ana, peers)


async def test_a_whole_life_is_taken_by_everybody(life: Life) -> None:
    """Follows, posts, comments, edits, pins, reports, quotes, a move and the end: not one activity is refused."""
    await _meet(life)
    await _publish(life)
    await _talk(life)
    await _ask(life)
    await _quarrel(life)
    await _leave(life)
    assert [problem for peer in life.peers for problem in peer.refused] == []
    kinds = {kind for peer in life.peers for kind in peer.kinds}
    assert {kind.partition(" ")[0] for kind in kinds} >= made()
    assert kinds >= {
        "Accept Follow", "Reject Follow", "Undo Follow", "Undo Like", "Undo Announce", "Undo Block", "Create Note",
        "Update Note", "Update Person", "Delete Tombstone", "Delete Person",
    }  # fmt: skip


async def _meet(life: Life) -> None:
    """Everybody follows everybody; whoever asks while ana is locked is declined."""
    ana = f"{ALPHA}/users/ana"
    for peer in life.peers:
        await life.hear(peer, "Follow", ana)
        page = await life.ana.follow(f"@sam@{peer.host}")
        assert page.status == 200, page.text
        await life.world.settle()
        [follow] = [one for one in peer.taken if one["type"] == "Follow"]
        await life.hear(peer, "Accept", follow)
    kim = life.peers[0].actor("kim")
    await life.ana.submit(await life.ana.get("/settings/profile"), "/settings/profile", name="Ana", locked="1")
    follow = {"@context": AS2, "id": f"{kim.id}#f", "type": "Follow", "actor": kim.id, "object": ana}
    assert (await life.peers[0].post(f"{ALPHA}/inbox", follow, kim))[0] == 202
    await life.world.settle()
    async with life.change() as change:
        ids = (await life.account(ana), await life.account(kim.id))
        await follows.decline(change, account_id=ids[0], follower_id=ids[1])
    await life.ana.submit(await life.ana.get("/settings/profile"), "/settings/profile", name="Ana Lind", locked=None)
    await life.world.settle()


async def _publish(life: Life) -> None:
    """An album, a post for each audience, an edit, pins, and a deletion."""
    words = [f"Hill {number}, {'with fog over the river ' * 12}" for number in range(5)]
    album = await life.ana.post("Five of them #lake @sam@mastodon.test", PHOTOS, descriptions=words)
    for audience in ("unlisted", "followers", "direct"):
        await life.ana.post(
            "For @sam@pixelfed.test", PHOTOS[:1], descriptions=["One"], visibility=audience, warning="Heights"
        )
    await life.world.settle()
    await life.ana.submit(await life.ana.get(f"{album.address}/edit"), "edit", caption="Five, in order #lake")
    await life.ana.press(album.address, f"{album.address}/pin")
    await life.world.settle()
    await life.ana.press(album.address, f"{album.address}/unpin")
    spare = await life.ana.post("Not this one", PHOTOS[:1], descriptions=["One"])
    await life.world.settle()
    await life.ana.press(f"{spare.address}/delete", "delete")
    await life.world.settle()


async def _talk(life: Life) -> None:
    """Comments, likes and boosts, given and taken back; quotes, asked for and allowed."""
    for number, peer in enumerate(life.peers):
        allowed = {"interactionPolicy": {"canQuote": {"automaticApproval": [PUBLIC]}}}
        uri = await life.told(peer, number, **allowed)
        post_id = await life.here("SELECT id FROM posts WHERE uri = $1", uri)
        path = f"/p/{post_id}"
        await life.ana.comment(path, f"What a view, @sam@{peer.host}")
        for action in ("like", "boost", "unlike", "unboost", "like"):
            await life.ana.press(path, f"{path}/{action}")
            await life.world.settle()
        await life.ana.post("Look at this", PHOTOS[:1], descriptions=["One"], begin=f"/new?quote={post_id}")
        await life.world.settle()
    ours = await life.world.rows("alpha", "SELECT uri FROM posts WHERE local AND photo_count = 5")
    quote = {"type": "Note", "id": f"{life.strangers['mastodon'].id}/quote", "quote": ours[0]["uri"], "content": "So"}
    note = quote | {"attributedTo": life.strangers["mastodon"].id, "to": [PUBLIC]}
    await life.hear(life.peers[1], "QuoteRequest", ours[0]["uri"], instrument=note)


async def _ask(life: Life) -> None:
    """A comment where its author wants to be asked first, published when they agree."""
    peer = life.peers[2]
    sam = life.strangers[peer.make]
    asked_first = {"interactionPolicy": {"canReply": {"automaticApproval": [sam.id], "manualApproval": [PUBLIC]}}}
    uri = await life.told(peer, 9, **asked_first)
    post_id = await life.here("SELECT id FROM posts WHERE uri = $1", uri)
    await life.ana.comment(f"/p/{post_id}", "May I?")
    await life.world.settle()
    [request] = [one for one in peer.taken if one["type"] == "ReplyRequest"]
    answer = request["instrument"]["id"]
    assert not [one for one in peer.taken if one["type"] == "Create" and one["object"]["id"] == answer]
    word = f"{sam.id}/words/1"
    stamp = {"type": "ReplyApproval", "id": word, "attributedTo": sam.id, "object": answer, "target": uri}
    peer.serve("/users/sam/words/1", {"@context": AS2, **stamp})
    await life.hear(peer, "Accept", request["id"], result=word)
    [published] = [one for one in peer.taken if one["type"] == "Create" and one["object"]["id"] == answer]
    assert published["object"]["replyAuthorization"] == word


async def _quarrel(life: Life) -> None:
    """A report that is passed on, a block, its end, and the end of a follow."""
    ana_id = await life.account(f"{ALPHA}/users/ana")
    for peer in life.peers:
        sam_id = await life.account(life.strangers[peer.make].id)
        async with life.change() as change:
            subject = await subject_of(change.tx, viewer_id=ana_id, post_id=None, account_id=sam_id)
            draft = ReportDraft(category=ReportCategory.SPAM, comment="Again and again", forward=True)
            await report(change, reporter_id=ana_id, subject=subject, draft=draft)
        await life.ana.press(f"/@sam@{peer.host}", f"/accounts/{sam_id}/unfollow")
        await life.world.settle()
        for action in ("block", "unblock"):
            await life.ana.press(f"/@sam@{peer.host}", f"/accounts/{sam_id}/{action}")
            await life.world.settle()
        await life.hear(peer, "Follow", f"{ALPHA}/users/ana")


async def _leave(life: Life) -> None:
    """The profile changes, bo moves to another server, and ana's account ends."""
    bo = await life.world.person("alpha", "bo")
    for peer in life.peers:
        await life.hear(peer, "Follow", f"{ALPHA}/users/bo")
    home = life.peers[1].actor("bo", alsoKnownAs=[f"{ALPHA}/users/bo"])
    await bo.find("@bo@mastodon.test")
    await life.world.settle()
    async with life.change() as change:
        await move_away(
            change, account_id=await life.account(f"{ALPHA}/users/bo"), target_id=await life.account(home.id)
        )
    await life.world.settle()
    async with life.change() as change:
        await delete_account(change, account_id=await life.account(f"{ALPHA}/users/ana"))
    await life.world.settle()
