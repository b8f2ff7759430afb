"""Inbox forwarding: who follows the author of a post here hears what answers it, in the answerer's own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from activitypub.objects import PUBLIC
from activitypub.render import CONTEXT
from rossgram_fed.federation import forwarding
from rossgram_fed.models import Account, Post
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts.inbound import HANDLERS
from tests.builders import a_post
from tests.conftest import SettableClock
from tests.fediverse import FakePeer, Fediverse, Server
from tests.rossgram_fed.federation.sending import HOUR, an_author, deliveries

BOB = "https://bobs.test/users/bob"
SIGNED = {"type": "RsaSignature2017", "creator": f"{BOB}#main-key", "signatureValue": "AAAA"}
"""Who forwards does not check it; who gets it does."""


class Stage:
    """Alice at here.test, followed from there.test and from bobs.test, where Bob answers her."""

    def __init__(self, here: Server, post: Post, alice: Account, there: FakePeer, bobs: FakePeer) -> None:
        self.here, self.post, self.alice, self.there, self.bobs = here, post, alice, there, bobs
        self.bob = bobs.actor("bob", key=1)

    async def arrives(self, document: dict[str, Any], *, body: bytes | None = None) -> None:
        status, said = await self.bobs.post("https://here.test/inbox", body or document, self.bob)
        assert status == 202, said

    def reply(self, kind: str = "Create", /, **changes: Any) -> dict[str, Any]:
        note = {
            "id": f"{BOB}/posts/1",
            "type": "Note",
            "attributedTo": BOB,
            "inReplyTo": self.post.uri,
            "to": [PUBLIC],
            "cc": [self.alice.uri],
            "content": "<p>lovely</p>",
        }
        note |= changes.pop("note", {})
        document = {"id": f"{BOB}/posts/1#{kind}", "type": kind, "actor": BOB, "to": note["to"], "cc": note["cc"]}
        return {"@context": CONTEXT, **document, "object": note, "signature": SIGNED} | changes

    def delete(self, **changes: Any) -> dict[str, Any]:
        tombstone = {"id": f"{BOB}/posts/1", "type": "Tombstone"}
        return self.reply("Delete", **({"object": tombstone, "to": [PUBLIC]} | changes))


@pytest.fixture
async def stage(fediverse: Fediverse) -> Stage:
    return await staged(fediverse)


async def staged(fediverse: Fediverse, visibility: Visibility = Visibility.PUBLIC) -> Stage:
    here = await fediverse.server("here", handlers=HANDLERS)
    there, bobs = await fediverse.peer("there.test"), await fediverse.peer("bobs.test")
    alice = await an_author(here, [("sam", "there.test"), ("ben", "bobs.test")])
    async with here.instance.change() as change:
        post = await a_post(change, alice, visibility=visibility)
    return Stage(here, post, alice, there, bobs)


async def test_an_answer_goes_on_byte_for_byte(fediverse: Fediverse, stage: Stage) -> None:
    """Create, Update and Delete of a signed public answer reach the followers as they came, signed by Alice."""
    bodies = []
    for document in (stage.reply(), stage.reply("Update", note={"content": "<p>so lovely</p>"}), stage.delete()):
        body = orjson.dumps(document, option=orjson.OPT_INDENT_2)
        await stage.arrives(document, body=body)
        await fediverse.settle()
        bodies.append(body)
    assert [post.body for post in stage.there.posts] == bodies
    assert all(f'keyId="{stage.alice.uri}#main-key"' in post.headers["Signature"] for post in stage.there.posts)
    assert stage.bobs.posts == [], "where it came from, they have it"
    assert await stage.here.instance.database.fetch_value("SELECT count(*) FROM posts") == 1


async def test_a_repetition_is_not_forwarded_again(fediverse: Fediverse, stage: Stage) -> None:
    """The same answer, said once more in other bytes, is no news."""
    await stage.arrives(stage.reply())
    await fediverse.settle()
    await stage.arrives(stage.reply(published="2026-05-28T20:00:00Z"))
    await fediverse.settle()
    assert len(stage.there.posts) == 1


def unsigned(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "signature"}


NOT_FORWARDED: list[tuple[str, Callable[[Stage], dict[str, Any]]]] = [
    ("not signed inside", lambda s: unsigned(s.reply())),
    ("for followers", lambda s: s.reply(note={"to": [f"{BOB}/followers"]})),
    ("direct", lambda s: s.reply(note={"to": [s.alice.uri], "cc": []})),
    ("a public wrapping of a private note", lambda s: s.reply(note={"to": [s.alice.uri], "cc": []}, to=[PUBLIC])),
    ("a private wrapping of a public note", lambda s: s.reply(to=[s.alice.uri], cc=[])),
    ("no answer", lambda s: s.reply(note={"inReplyTo": None})),
    ("an answer to somebody else", lambda s: s.reply(note={"inReplyTo": "https://else.test/1"})),
    ("an answer to nothing", lambda s: s.reply(note={"inReplyTo": "https://here.test/p/1"})),
    ("a deletion of what we never had", lambda s: s.delete()),
    ("long", lambda s: s.reply(name="x" * forwarding.LARGEST)),
]


@pytest.mark.parametrize(("why", "make"), NOT_FORWARDED, ids=[row[0] for row in NOT_FORWARDED])
async def test_what_is_not_a_signed_public_answer_stays_here(
    fediverse: Fediverse, stage: Stage, why: str, make: Callable[[Stage], dict[str, Any]]
) -> None:
    """Nothing private and nothing that others could not check is passed on."""
    await stage.arrives(make(stage))
    await fediverse.settle()
    assert await deliveries(stage.here) == []


@pytest.mark.parametrize("visibility", [Visibility.FOLLOWERS, Visibility.DIRECT])
async def test_answers_to_private_posts_stay_here(fediverse: Fediverse, visibility: Visibility) -> None:
    """However public the answer says it is."""
    stage = await staged(fediverse, visibility)
    await stage.arrives(stage.reply())
    await stage.arrives(stage.reply("Update"))
    await fediverse.settle()
    assert await deliveries(stage.here) == []


async def test_deleting_a_private_answer_stays_here(fediverse: Fediverse, stage: Stage) -> None:
    """A deletion tells that there was something; of what was private nobody hears."""
    await stage.arrives(stage.reply(note={"to": [stage.alice.uri], "cc": []}))
    await fediverse.settle()
    assert await stage.here.instance.database.fetch_value("SELECT count(*) FROM posts") == 2
    await stage.arrives(stage.delete())
    await fediverse.settle()
    assert await stage.here.instance.database.fetch_value("SELECT count(*) FROM posts") == 1
    assert await deliveries(stage.here) == []


async def test_the_blocked_are_not_forwarded(fediverse: Fediverse, stage: Stage) -> None:
    """Who is blocked by the author has no effect here, and is not heard further either."""
    await stage.arrives(stage.reply("Update", note={"id": f"{BOB}/posts/0", "inReplyTo": None}))
    async with stage.here.instance.change() as change:
        bob = await change.tx.fetch_value("SELECT id FROM accounts WHERE uri = $1", BOB)
        await change.tx.execute(
            "INSERT INTO blocks (id, account_id, target_id, uri, created_at) VALUES ($1, $2, $3, '', $4)",
            change.new_id(),
            stage.alice.id,
            bob,
            change.now,
        )
    await stage.arrives(stage.reply())
    await fediverse.settle()
    assert await deliveries(stage.here) == []


async def test_nobody_makes_us_send_without_end(fediverse: Fediverse, stage: Stage, clock: SettableClock) -> None:
    """One account's answers are forwarded so often in an hour; the rest are kept here all the same."""
    for number in range(forwarding.MOST_BY_ONE + 3):
        await stage.arrives(stage.reply(id=f"{BOB}#{number}", note={"id": f"{BOB}/posts/{number}"}))
    await fediverse.settle()
    assert len(await deliveries(stage.here)) == forwarding.MOST_BY_ONE
    assert await stage.here.instance.database.fetch_value("SELECT count(*) FROM posts") == forwarding.MOST_BY_ONE + 4
    clock.advance(HOUR)
    await stage.arrives(stage.reply(id=f"{BOB}#later", note={"id": f"{BOB}/posts/later"}))
    await fediverse.settle()
    assert len(await deliveries(stage.here)) == forwarding.MOST_BY_ONE + 1
