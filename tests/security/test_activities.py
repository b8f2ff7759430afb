"""What a verified stranger may do to others' things: nothing. Every activity in which they try, and what it leaves."""

from __future__ import annotations

from typing import Any

import pytest

from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import FollowState
from tests.fediverse import Actor
from tests.security.house import HERE, PUBLIC, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALICE = f"{HERE}/users/alice"
CAROL = f"{HERE}/users/carol"


def a_note(author: str, path: str = "/notes/1", **changes: object) -> dict[str, Any]:
    host = "/".join(author.split("/")[:3])
    note = {
        "id": f"{host}{path}", "type": "Note", "attributedTo": author, "content": "<p>Hello</p>", "to": [PUBLIC],
        "cc": [CAROL], "tag": [{"type": "Mention", "href": CAROL, "name": "@carol"}],
    }  # fmt: skip
    return note | changes


def an_activity(kind: str, actor: str, thing: object, **changes: object) -> dict[str, Any]:
    number = abs(hash((kind, str(thing)))) % 10**9
    return {"id": f"{actor}#{kind}-{number}", "type": kind, "actor": actor, "object": thing} | changes


class Scene:
    """Vera, whom carol follows and who is known here, her neighbour mallory, and what vera has done here."""

    def __init__(self, house: House, vera: Actor, mallory: Actor) -> None:
        self.house, self.vera, self.mallory = house, vera, mallory
        self.alice_follow = f"{vera.id}#follow-alice"
        self.like = f"{vera.id}#like-alice"

    @property
    def post(self) -> str:
        return str(self.house.posts[Visibility.PUBLIC].uri)

    @property
    def private(self) -> str:
        return str(self.house.posts[Visibility.FOLLOWERS].uri)


async def a_scene(house: House) -> Scene:
    there = house.there
    scene = Scene(house, there.actor("vera", key=2), there.actor("mallory", key=1))
    if await house.value("SELECT COUNT(*) FROM accounts WHERE uri = $1", scene.vera.id):
        return scene
    vera, mallory = scene.vera, scene.mallory
    arrivals = [
        (an_activity("Follow", vera.id, ALICE, id=scene.alice_follow), vera),
        (an_activity("Like", vera.id, scene.post, id=scene.like), vera),
        (an_activity("Announce", vera.id, scene.post, id=f"{vera.id}#boost"), vera),
        (an_activity("Create", vera.id, a_note(vera.id)), vera),
        (an_activity("Like", mallory.id, f"{HERE}/p/1"), mallory),
    ]
    for document, by in arrivals:
        assert await house.post(document, by) == 202
    await house.settle()
    carol = house.people["carol"].id
    for actor, state in ((vera, FollowState.PENDING), (mallory, FollowState.ACCEPTED)):
        await house.follow(carol, await house.account_of(actor), state)
    assert await house.value("SELECT COUNT(*) FROM posts WHERE uri = $1", "https://there.test/notes/1") == 1
    return scene


def follow_of_carol(scene: Scene) -> dict[str, Any]:
    return an_activity("Follow", CAROL, scene.vera.id)


ATTEMPTS: dict[str, Any] = {
    "accepting a follow that another was asked": lambda s, m: an_activity("Accept", m, follow_of_carol(s)),
    "accepting a follow that nobody asked": lambda s, m: an_activity("Accept", m, an_activity("Follow", ALICE, m)),
    "accepting in another's name": lambda s, m: an_activity("Accept", m, an_activity("Follow", s.vera.id, ALICE)),
    "rejecting another's follow": lambda s, m: an_activity("Reject", m, s.alice_follow),
    "accepting by an id alone": lambda s, m: an_activity("Accept", m, f"{HERE}/follows/1"),
    "accepting nothing": lambda s, m: an_activity("Accept", m, ""),
    "a follow in another's name": lambda s, m: an_activity("Follow", m, s.vera.id),
    "undoing another's follow": lambda s, m: an_activity("Undo", m, an_activity("Follow", s.vera.id, ALICE)),
    "undoing another's follow by its id": lambda s, m: an_activity("Undo", m, s.alice_follow),
    "undoing a follow without saying whose": lambda s, m: an_activity(
        "Undo", m, {"type": "Follow", "id": s.alice_follow, "object": ALICE}
    ),
    "undoing another's like": lambda s, m: an_activity("Undo", m, an_activity("Like", s.vera.id, s.post)),
    "undoing another's like by its id": lambda s, m: an_activity("Undo", m, s.like),
    "undoing another's boost": lambda s, m: an_activity("Undo", m, an_activity("Announce", s.vera.id, s.post)),
    "undoing another's block": lambda s, m: an_activity("Undo", m, an_activity("Block", ALICE, m)),
    "undoing an Accept": lambda s, m: an_activity("Undo", m, an_activity("Accept", ALICE, s.alice_follow)),
    "deleting another's post": lambda s, m: an_activity("Delete", m, "https://there.test/notes/1"),
    "deleting one of ours": lambda s, m: an_activity("Delete", m, s.post),
    "deleting one of ours as a tombstone": lambda s, m: an_activity("Delete", m, {"id": s.post, "type": "Tombstone"}),
    "deleting one of our people": lambda s, m: an_activity("Delete", m, ALICE),
    "changing another's post": lambda s, m: an_activity("Update", m, a_note(s.vera.id, content="I was hacked")),
    "changing another's post as one's own": lambda s, m: an_activity("Update", m, a_note(m, content="I was hacked")),
    "changing one of ours": lambda s, m: an_activity("Update", m, a_note(m, id=s.post)),
    "changing a neighbour": lambda s, m: an_activity("Update", m, s.vera.document | {"name": "Hacked"}),
    "changing one of our people": lambda s, m: an_activity(
        "Update", m, {"id": ALICE, "type": "Person", "inbox": f"{ALICE}/inbox", "name": "Hacked"}
    ),
    "a post at one of our addresses": lambda s, m: an_activity("Create", m, a_note(m, id=f"{HERE}/p/12345")),
    "a post at our address, in capitals": lambda s, m: an_activity("Create", m, a_note(m, id="https://HERE.test/p/12345")),
    "a post by one of ours": lambda s, m: an_activity("Create", m, a_note(m, "/notes/2", attributedTo=ALICE)),
    "a post by several": lambda s, m: an_activity("Create", m, a_note(m, "/notes/3", attributedTo=[s.vera.id, m])),
    "a post by several, a person first": lambda s, m: an_activity(
        "Create", m, a_note(m, "/notes/4", attributedTo=[m, {"type": "Person", "id": s.vera.id}])
    ),
    "a post without an id": lambda s, m: an_activity("Create", m, a_note(m, id=None)),
    "a post with a script for an id": lambda s, m: an_activity("Create", m, a_note(m, id="javascript:alert(1)")),
    "an answer to a private post": lambda s, m: an_activity("Create", m, a_note(m, "/notes/5", inReplyTo=s.private)),
    "a like of a private post": lambda s, m: an_activity("Like", m, s.private),
    "a reaction to a private post": lambda s, m: an_activity("EmojiReact", m, s.private, content="x"),
    "a boost of a private post": lambda s, m: an_activity("Announce", m, s.private, to=[PUBLIC]),
    "a boost of one of our addresses, in capitals": lambda s, m: an_activity(
        "Announce", m, s.private.replace("here.test", "HERE.TEST")
    ),
    "a boost of a boost": lambda s, m: an_activity("Announce", m, an_activity("Announce", s.vera.id, s.private)),
    "a like of a person": lambda s, m: an_activity("Like", m, ALICE),
    "a person in a Create": lambda s, m: an_activity("Create", m, s.vera.document),
    "an activity in a Create": lambda s, m: an_activity("Create", m, an_activity("Delete", s.vera.id, s.vera.id)),
    "a collection in a Create": lambda s, m: an_activity(
        "Create", m, {"type": "Collection", "id": f"{m}/c", "items": [s.private]}
    ),
    "adding to one of our collections": lambda s, m: an_activity("Add", m, f"{m}/notes/1", target=f"{ALICE}/followers"),
    "removing from one of our collections": lambda s, m: an_activity(
        "Remove", m, s.post, target=f"{ALICE}/collections/featured"
    ),
    "moving another's account": lambda s, m: an_activity("Move", m, s.vera.id, target=m),
    "moving oneself to one of ours": lambda s, m: an_activity("Move", m, m, target=ALICE),
    "reporting in another's name": lambda s, m: an_activity("Flag", s.vera.id, [ALICE, s.post]),
    "a type of several": lambda s, m: an_activity("Delete", m, s.vera.id) | {"type": ["Delete", "Create"]},
    "an object of several": lambda s, m: an_activity("Delete", m, [ALICE, s.vera.id]),
    "another actor in the object": lambda s, m: an_activity(
        "Undo", m, {"type": "Like", "actor": [s.vera.id], "object": s.post}
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ATTEMPTS)
async def test_nobody_acts_for_others(house: House, what: str) -> None:
    """A stranger's attempt on what is another's changes no row: no post, follow, like, block, account or delivery.

    What they say of their own activities (that one is taken back, whatever its id) is remembered, for them alone.
    """
    scene = await a_scene(house)
    before, content = await house.counts(), await _content(house)
    own = await _own_words(house, scene.mallory.id)
    status = await house.post(ATTEMPTS[what](scene, scene.mallory.id), scene.mallory)
    assert status in (202, 400, 401), status
    await house.settle()
    own = await _own_words(house, scene.mallory.id) - own
    assert await house.counts() == before | {"tombstones": before["tombstones"] + own}
    assert await _content(house) == content


async def _own_words(house: House, actor: str) -> int:
    words = await house.fetch("SELECT uri FROM tombstones WHERE actor_uri = $1", actor)
    return sum(row["uri"].startswith(f"{actor} ") for row in words)


async def _content(house: House) -> list[Any]:
    """All that could be changed without a row more or less."""
    return [
        [dict(row) for row in await house.fetch(f"SELECT * FROM {table} ORDER BY id")]
        for table in ("accounts", "posts", "follows", "likes", "boosts", "blocks", "photos")
    ] + [[row["uri"] for row in await house.fetch("SELECT uri FROM tombstones WHERE uri NOT LIKE '% %' ORDER BY id")]]


async def test_a_stranger_learns_nothing_by_what_happens_to_answers(house: House) -> None:
    """An answer to a private post and one to a post that never was get the same status and leave the same: nothing."""
    scene = await a_scene(house)
    before = await house.counts()
    for path, parent in (("/notes/a", scene.private), ("/notes/b", f"{HERE}/p/999")):
        note = a_note(scene.vera.id, path, inReplyTo=parent, cc=[], tag=[])
        assert await house.post(an_activity("Create", scene.vera.id, note), scene.vera) == 202
    await house.settle()
    assert await house.counts() == before


async def test_a_post_of_another_host_is_read_there_or_not_at_all(house: House) -> None:
    """What mallory says victim.test published is asked for at victim.test, whose own word alone is kept."""
    scene = await a_scene(house)
    victim = await house.peer("victim.test")
    ann = victim.actor("ann", key=2)
    await house.follow(house.people["bob"].id, await _known(house, ann))
    genuine = a_note(ann.id, "/notes/9", content="<p>Genuine</p>")
    victim.serve("/notes/9", genuine)
    for number, forged in enumerate((
        genuine | {"content": "<p>Forged</p>"},
        a_note(ann.id, "/notes/10", content="<p>Forged</p>"),
        genuine | {"content": "<p>Forged</p>", "attributedTo": scene.mallory.id},
        genuine | {"content": "<p>Forged</p>", "id": "https://VICTIM.test/notes/9"},
    )):  # fmt: skip
        activity = an_activity("Create", scene.mallory.id, forged, id=f"{scene.mallory.id}#forged{number}")
        assert await house.post(activity, scene.mallory) == 202
        activity = an_activity("Update", scene.mallory.id, forged, id=f"{scene.mallory.id}#forgedagain{number}")
        assert await house.post(activity, scene.mallory) == 202
    await house.settle()
    found = await house.fetch("SELECT content_html FROM posts WHERE uri LIKE '%victim%'")
    assert [row["content_html"] for row in found] == ["<p>Genuine</p>"]


async def _known(house: House, actor: Actor) -> int:
    assert await house.post(an_activity("Like", actor.id, f"{HERE}/p/1"), actor) == 202
    await house.settle()
    return await house.account_of(actor)


async def test_who_is_somebodys_follower_is_not_theirs_to_say(house: House) -> None:
    """A follow waits for the followed; the follower's own Accept, a second Follow or an Update does not open it."""
    scene = await a_scene(house)
    vera = scene.vera
    where = "SELECT state FROM follows WHERE uri LIKE $1"
    assert await house.value(where, f"{vera.id}%") == FollowState.PENDING
    for document in (
        an_activity("Accept", vera.id, scene.alice_follow),
        an_activity("Accept", vera.id, an_activity("Follow", vera.id, ALICE, id=scene.alice_follow)),
        an_activity("Follow", vera.id, ALICE, id=f"{vera.id}#again"),
        an_activity("Accept", vera.id, an_activity("Follow", ALICE, vera.id)),
        an_activity("Update", vera.id, vera.document | {"manuallyApprovesFollowers": False}),
    ):
        assert await house.post(document, vera) == 202
    await house.settle()
    assert await house.value(where, f"{vera.id}%") == FollowState.PENDING


async def test_a_suspended_or_deleted_sender_changes_nothing(house: House) -> None:
    """Somebody suspended between the acceptance and the effect of an activity has no effect any more."""
    await a_scene(house)
    zed = house.there.actor("zed", key=1)
    account = await _known(house, zed)
    assert await house.post(an_activity("Follow", zed.id, CAROL), zed) == 202
    async with house.server.instance.change() as change:
        await change.tx.execute("UPDATE accounts SET suspended_at = 1 WHERE id = $1", account)
        change.tx.signal("account", str(account))
    await house.settle()
    assert await house.value("SELECT COUNT(*) FROM follows WHERE follower_id = $1", account) == 0
    assert await house.post(an_activity("Follow", zed.id, ALICE), zed) == 403


async def test_deleting_a_neighbour_deletes_nobody(house: House) -> None:
    """A Delete of another's account is remembered as one of an unknown thing and touches no row that is there."""
    scene = await a_scene(house)
    before = (await _content(house))[:-1]
    assert await house.post(an_activity("Delete", scene.mallory.id, scene.vera.id), scene.mallory) == 202
    await house.settle()
    assert (await _content(house))[:-1] == before
    later = an_activity("Create", scene.vera.id, a_note(scene.vera.id, "/notes/later"))
    assert await house.post(later, scene.vera) == 202
    await house.settle()
    assert await house.value("SELECT COUNT(*) FROM posts WHERE uri = $1", "https://there.test/notes/later") == 1
