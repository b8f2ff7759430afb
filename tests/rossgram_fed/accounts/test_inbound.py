"""Strangers change and end their own accounts, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.activities import Delete, Update
from activitypub.actors import Actor, PublicKey
from rossgram_fed.accounts.erasure import erase_gone
from rossgram_fed.accounts.inbound import on_delete, on_update
from rossgram_fed.federation.arrivals import Arrival, Sender
from rossgram_fed.federation.remote_rows import mark_deleted
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models import Account, Follow, Like, Post
from rossgram_fed.models.relations import FollowState
from tests.builders import a_person, a_post, a_stranger

SAM = "https://there.test/users/sam"


def an_actor(uri: str = SAM, **changed: Any) -> Actor:
    values: dict[str, Any] = {
        "id": uri,
        "kind": "Person",
        "preferred_username": "sam",
        "inbox": f"{uri}/inbox",
        "name": "Sam the second",
        "summary": "<p>New <script>alert(1)</script></p>",
        "public_keys": (PublicKey(f"{uri}#main-key", uri, "pem"),),
    }
    return Actor(**{**values, **changed})


def an_arrival(change: Change, sender: Account, activity: Update | Delete) -> Arrival:
    return Arrival(change, activity, Sender(sender.id, sender.uri, "there.test"), {})


def an_update(thing: Actor | str, actor: str = SAM) -> Update:
    return Update(id=f"{actor}#update", actor=actor, object=thing)


async def test_update(instance: Instance) -> None:
    """A stranger's new profile is taken as they sent it, made harmless."""
    async with instance.change() as change:
        sam = await a_stranger(change)
        assert await on_update(an_arrival(change, sam, an_update(an_actor())))
    row = await instance.database.fetch_one("SELECT name, bio_html, username FROM accounts WHERE id = $1", sam.id)
    assert row is not None
    assert (row["name"], row["username"]) == ("Sam the second", "sam")
    assert "script" not in row["bio_html"]
    assert await instance.database.fetch("SELECT id FROM jobs") == []


@pytest.mark.parametrize(
    ("thing", "why"),
    [
        (SAM, "only named"),
        (an_actor(inbox="https://evil.test/inbox"), "an inbox on another host"),
        (an_actor(public_keys=()), "without keys"),
        (an_actor(preferred_username="sam2"), "with another name, which WebFinger must confirm"),
    ],
)
async def test_update_is_read_again(instance: Instance, thing: Actor | str, why: str) -> None:
    """What is not all there, or not to be believed as it stands, is read again from its origin, once."""
    async with instance.change() as change:
        sam = await a_stranger(change)
        for _ in range(2):
            assert await on_update(an_arrival(change, sam, an_update(thing))), why
    rows = await instance.database.fetch("SELECT kind, payload FROM jobs")
    assert [(row["kind"], row["payload"]) for row in rows] == [("refresh_account", f'{{"uri":"{SAM}"}}')]
    row = await instance.database.fetch_one("SELECT inbox, username FROM accounts WHERE id = $1", sam.id)
    assert row is not None
    assert (row["inbox"], row["username"]) == (f"{SAM}/inbox", "sam")


async def test_update_of_others_is_not_ours_to_take(instance: Instance) -> None:
    """Nobody changes anybody else, least of all one of ours."""
    async with instance.change() as change:
        sam = await a_stranger(change)
        alice = await a_person(change, "alice")
        await a_stranger(change, "tom")
        for uri in (alice.uri, "https://there.test/users/tom", "https://far.test/users/x", ""):
            assert not await on_update(an_arrival(change, sam, an_update(an_actor(uri))))
            assert not await on_delete(an_arrival(change, sam, Delete(id="x", actor=SAM, object=uri)))
        pretender = an_arrival(change, alice, an_update(an_actor(alice.uri), alice.uri))
        assert await on_update(pretender), "concerns an account, and changes nothing of ours"
        assert await on_delete(an_arrival(change, alice, Delete(id="x", actor=alice.uri, object=alice.uri)))
    rows = await instance.database.fetch("SELECT name, deleted_at FROM accounts")
    assert {row["name"] for row in rows} == {"Sam", "Alice", "Tom"}
    assert all(row["deleted_at"] is None for row in rows)
    assert await instance.database.fetch("SELECT id FROM jobs") == []


async def what_sam_did(instance: Instance) -> tuple[Account, Account, Post]:
    """Sam and Alice follow each other and like each other's posts, and Sam commented; with Alice's post."""
    async with instance.change() as change:
        sam, alice = await a_stranger(change), await a_person(change, "alice")
        mine, theirs = await a_post(change, alice), await a_post(change, sam)
        await a_post(change, sam, parent=mine)
        await Like.create(id=1, account_id=sam.id, post_id=mine.id, created_at=1)
        await Like.create(id=2, account_id=alice.id, post_id=theirs.id, created_at=1)
        for number, (one, other) in enumerate(((sam, alice), (alice, sam))):
            await Follow.create(
                id=number, follower_id=one.id, followed_id=other.id, state=FollowState.ACCEPTED, uri="x", created_at=1
            )
        await change.tx.execute("UPDATE accounts SET followers_count = 1, following_count = 1")
        await change.tx.execute("UPDATE posts SET likes_count = 1, replies_count = 1 WHERE id = $1", mine.id)
    return sam, alice, mine


async def check_that_sam_is_gone(instance: Instance, sam: Account, alice: Account, mine: Post) -> None:
    rows = await instance.database.fetch("SELECT id, likes_count, replies_count FROM posts")
    assert [(row["id"], row["likes_count"], row["replies_count"]) for row in rows] == [(mine.id, 0, 0)]
    for table in ("likes", "follows"):
        assert await instance.database.fetch_value(f"SELECT count(*) FROM {table}") == 0
    row = await instance.database.fetch_one("SELECT * FROM accounts WHERE id = $1", alice.id)
    assert row is not None
    assert (row["followers_count"], row["following_count"]) == (0, 0)
    row = await instance.database.fetch_one("SELECT * FROM accounts WHERE id = $1", sam.id)
    assert row is not None
    assert row["deleted_at"] is not None
    assert (row["name"], row["public_keys"]) == ("Sam", "[]")


async def test_delete(instance: Instance) -> None:
    """With a stranger's account goes all they did here; a late Update does not bring them back."""
    sam, alice, mine = await what_sam_did(instance)
    async with instance.change() as change:
        assert await on_delete(an_arrival(change, sam, Delete(id="x", actor=SAM, object=SAM)))
    async with instance.change() as change:
        assert await on_update(an_arrival(change, sam, an_update(an_actor())))
    assert await instance.database.fetch("SELECT id FROM jobs") == []
    await check_that_sam_is_gone(instance, sam, alice, mine)


async def test_whose_origin_says_gone_is_erased_once(instance: Instance) -> None:
    """What a stranger did goes in a job of its own after their origin said 410; nobody else is erased by it."""
    sam, alice, mine = await what_sam_did(instance)
    for account_id in (sam.id, alice.id, 1):
        await erase_gone(instance, {"account_id": account_id})
    assert await instance.database.fetch_value("SELECT count(*) FROM likes") == 2
    async with instance.change() as change:
        await mark_deleted(change, sam.id)
    for _ in range(2):
        await erase_gone(instance, {"account_id": sam.id})
    await check_that_sam_is_gone(instance, sam, alice, mine)
