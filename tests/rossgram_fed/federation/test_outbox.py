"""Who must hear of something, and through which inboxes."""

from __future__ import annotations

import pytest

from rossgram_fed.federation import outbox
from rossgram_fed.federation.outbox import Audience
from tests.builders import a_person, a_post, a_stranger
from tests.fediverse import FakePeer, Fediverse, Server
from tests.rossgram_fed.federation.sending import a_document, an_author, deliveries, send


async def test_followers_are_told_once_per_server(either_fediverse: Fediverse) -> None:
    """One delivery stands for all followers behind a shared inbox, and each is signed by the author."""
    here = await either_fediverse.server("here")
    one, two = await either_fediverse.peer("one.test"), await either_fediverse.peer("two.test")
    alice = await an_author(here, [("sam", "one.test"), ("kim", "one.test"), ("lee", "two.test")])
    assert await send(here, alice) == 2
    await either_fediverse.settle()
    for peer in (one, two):
        assert [(post.path, post.document["id"]) for post in peer.posts] == [("/inbox", "https://here.test/Create/1")]
        assert 'keyId="https://here.test/users/alice#main-key"' in peer.posts[0].headers["Signature"]
    assert {row["state"] for row in await deliveries(here)} == {1}


async def test_direct_messages_go_to_personal_inboxes(fediverse: Fediverse, here: Server, there: FakePeer) -> None:
    """What is for somebody alone is not put into an inbox that others share."""
    alice = await an_author(here)
    async with here.instance.change() as change:
        kim = await a_stranger(change, "kim")
    assert await send(here, alice, audience=Audience(account_ids=frozenset({kim.id}))) == 1
    await fediverse.settle()
    assert [post.path for post in there.posts] == ["/users/kim/inbox"]


async def test_nobody_who_is_gone_or_here_or_unreachable_is_told(here: Server) -> None:
    """Deleted and suspended accounts, local ones, and inboxes that are no addresses get no delivery."""
    alice = await an_author(here, [])
    async with here.instance.change() as change:
        bob = await a_person(change, "bob")
        people = [await a_stranger(change, name) for name in ("gone", "bad", "odd", "plain")]
        for column, person in (("deleted_at", people[0]), ("suspended_at", people[1])):
            await change.tx.execute(f"UPDATE accounts SET {column} = 1 WHERE id = $1", person.id)
        await change.tx.execute(
            "UPDATE accounts SET inbox = 'javascript:1', shared_inbox = '' WHERE id = $1", people[2].id
        )
        everybody = frozenset(person.id for person in (bob, *people))
    assert await send(here, alice, audience=Audience(account_ids=everybody)) == 1
    assert [row["inbox"] for row in await deliveries(here)] == ["https://there.test/users/plain/inbox"]
    assert await send(here, alice, audience=Audience(account_ids=frozenset({bob.id}))) == 0
    assert await here.instance.database.fetch_value("SELECT count(*) FROM outbox_activities") == 1


async def test_a_change_that_fails_sends_nothing(either_fediverse: Fediverse) -> None:
    """Deliveries exist together with what they tell of, or not at all."""
    here = await either_fediverse.server("here")
    alice = await an_author(here)
    with pytest.raises(RuntimeError):
        async with here.instance.change() as change:
            await outbox.send(change, sender_id=alice.id, document=a_document(), audience=Audience(followers=True))
            raise RuntimeError
    assert await deliveries(here) == []


async def test_a_delete_withdraws_what_nobody_was_told(fediverse: Fediverse, here: Server, there: FakePeer) -> None:
    """A Create that was never tried is not sent once its Delete is queued; the Delete is."""
    alice = await an_author(here)
    async with here.instance.change() as change:
        post = await a_post(change, alice)
    await send(here, alice, a_document(1), post_id=post.id)
    await send(here, alice, a_document(2, "Update"), post_id=post.id)
    await send(here, alice, a_document(3, "Like"), post_id=post.id)
    await send(here, alice, a_document(4, "Delete"), post_id=post.id)
    await fediverse.settle()
    assert [post.document["type"] for post in there.posts] == ["Like", "Delete"]


async def test_everybody_known_hears_of_an_actors_end(here: Server) -> None:
    """The Delete of an actor goes to every server we know, once each."""
    alice = await an_author(here, [("sam", "one.test"), ("kim", "one.test")])
    async with here.instance.change() as change:
        await a_stranger(change, "lee", domain="two.test")
        sent = await outbox.send_to_all_known(change, sender_id=alice.id, document=a_document(1, "Delete"))
    assert sent == 2


async def test_a_delete_withdraws_what_nobody_took(fediverse: Fediverse, here: Server, there: FakePeer) -> None:
    """A Create that waits for its next try is dropped as well, and the Delete does not wait for its time."""
    alice = await an_author(here)
    async with here.instance.change() as change:
        post = await a_post(change, alice)
    there.inbox_status = 403
    await send(here, alice, a_document(1), post_id=post.id)
    await fediverse.settle()
    await send(here, alice, a_document(2, "Update"))
    await fediverse.settle()
    there.inbox_status = 202
    await send(here, alice, a_document(3, "Delete"), post_id=post.id)
    await fediverse.settle()
    assert [one.document["type"] for one in there.posts] == ["Create", "Update", "Delete"]
