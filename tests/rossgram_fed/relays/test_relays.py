"""Relays: who is one, what they are told, and what of theirs is kept and for how long."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rossgram_fed.config import FederationSettings
from rossgram_fed.federation.remote_accounts import by_uri
from rossgram_fed.follows import actions as follows
from rossgram_fed.instance import Change
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relays import RelayState
from rossgram_fed.posts.actions import delete, edit, publish
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft, PostEdit
from rossgram_fed.posts.tiles import explore_tiles
from rossgram_fed.reactions import actions as reactions
from rossgram_fed.relays import actions, inbound
from rossgram_fed.relays.expiry import DAY, let_go
from rossgram_fed.timelines.queries import home
from rossgram_fed.web.errors import Invalid
from rossgram_fed.web.throttle import Limit
from tests.conftest import SettableClock
from tests.fediverse import Actor
from tests.rossgram_fed.federation.passing_on import Stage as Signing
from tests.rossgram_fed.posts.photos import a_waiting_photo, sent
from tests.rossgram_fed.relays.conftest import INBOX, PUBLIC, Stage

SERVER = "https://here.test/actor"


async def a_photo(stage: Stage, **draft: Any) -> int:
    async with stage.here.instance.change() as change:
        photo = DraftPhoto(await a_waiting_photo(change, stage.alice))
        return await publish(change, author_id=stage.alice.id, draft=PostDraft(photos=(photo,), **draft))


async def sent_to_relay(stage: Stage) -> list[str]:
    found = await sent(stage.here.instance)
    return [document["type"] for document, inboxes in found if INBOX in inboxes and document["type"] != "Follow"]


@pytest.mark.parametrize("by_actor", [False, True], ids=["Mastodon", "LitePub"])
async def test_subscribing_and_leaving(stage: Stage, by_actor: bool) -> None:
    """The server's actor follows Public or the relay's actor, counts as subscribed when accepted, and takes it back."""
    relay_id = await stage.subscribe(state=RelayState.WAITING, by_actor=by_actor)
    (follow,) = stage.follows()
    assert (follow["actor"], follow["object"]) == (SERVER, stage.relay.id if by_actor else PUBLIC)
    assert await stage.value("SELECT state FROM relays") == RelayState.WAITING
    assert await stage.answer("Accept") == 202
    assert await stage.value("SELECT state FROM relays") == RelayState.ACCEPTED
    async with stage.here.instance.change() as change:
        with pytest.raises(Invalid, match="already"):
            await actions.subscribe(change, actions.Address(INBOX))
        await actions.unsubscribe(change, relay_id)
    await stage.fediverse.settle()
    undo = stage.peer.posts[-1].document
    assert (undo["type"], undo["actor"], undo["object"]["id"]) == ("Undo", SERVER, follow["id"])
    assert await stage.value("SELECT COUNT(*) FROM relays") == 0


async def test_a_relay_may_change_its_mind(stage: Stage) -> None:
    """A No ends the subscription, also later; asked again, only an answer to the new Follow counts."""
    relay_id = await stage.subscribe()
    first = stage.follows()[-1]
    assert await stage.answer("Reject", id="https://relay.test/no") == 202
    assert await stage.value("SELECT state FROM relays") == RelayState.REJECTED
    async with stage.here.instance.change() as change:
        await actions.ask_again(change, relay_id)
    await stage.fediverse.settle()
    await stage.answer("Accept", id="https://relay.test/old", object=first)
    assert await stage.value("SELECT state FROM relays") == RelayState.WAITING
    await stage.answer("Accept", id="https://relay.test/new", object=stage.follows()[-1]["id"])
    assert await stage.value("SELECT state FROM relays") == RelayState.ACCEPTED


@pytest.mark.parametrize(
    ("by_actor", "who", "parts", "why"),
    [
        (False, "bob", {}, "it is on another origin than the inbox"),
        (True, "other", {}, "it is another actor of the relay's server"),
        (
            False,
            "relay",
            {"object": {"id": f"{SERVER}#relays/1/2", "type": "Follow", "actor": SERVER, "object": PUBLIC}},
            "it is no Follow of ours",
        ),
        (False, "relay", {"object": "https://here.test/users/alice#follow"}, "it is no Follow of the server's"),
    ],
)
async def test_nobody_else_answers_for_a_relay(
    stage: Stage, by_actor: bool, who: str, parts: dict[str, Any], why: str
) -> None:
    """An answer by somebody else, or to something else, subscribes us to nothing."""
    await stage.subscribe(state=RelayState.WAITING, by_actor=by_actor)
    who_is: dict[str, Actor] = {
        "bob": stage.bob,
        "relay": stage.relay,
        "other": stage.peer.actor("other", type="Application"),
    }
    assert await stage.answer("Accept", by=who_is[who], **parts) == 202
    row = await stage.here.instance.database.fetch_one("SELECT state, answered_at FROM relays")
    assert row is not None
    assert (row["state"], row["answered_at"]) == (RelayState.WAITING, None), why


async def test_a_relay_follows_back(stage: Stage) -> None:
    """The Follow of a relay that we asked is accepted in the server's name; anybody else's is not answered."""
    await stage.subscribe()
    for actor in (stage.relay, stage.bob):
        await stage.say({"id": f"{actor.id}#f", "type": "Follow", "actor": actor.id, "object": SERVER}, actor)
    accepts = [post.document for post in (*stage.peer.posts, *stage.there.posts) if post.document["type"] == "Accept"]
    assert [(one["actor"], one["object"]["actor"]) for one in accepts] == [(SERVER, stage.relay.id)]
    assert await stage.value("SELECT COUNT(*) FROM follows") == 0


async def test_what_relays_are_told(stage: Stage) -> None:
    """Public photos go to relays, and their edits and ends; nothing else does, and nothing to one switched off."""
    relay_id = await stage.subscribe()
    public = await a_photo(stage, caption="A hill")
    for visibility in (Visibility.UNLISTED, Visibility.FOLLOWERS):
        await a_photo(stage, caption="Quiet", visibility=visibility)
    async with stage.here.instance.change() as change:
        await publish(change, author_id=stage.alice.id, draft=PostDraft(caption="And?", parent_id=public))
        await edit(change, author_id=stage.alice.id, post_id=public, edit=PostEdit(caption="A higher hill"))
    await stage.fediverse.settle()
    async with stage.here.instance.change() as change:
        await delete(change, author_id=stage.alice.id, post_id=public)
    await stage.fediverse.settle()
    told = [post.document for post in stage.peer.posts if post.document["type"] != "Follow"]
    assert [document["type"] for document in told] == ["Create", "Update", "Delete"]
    assert all("signature" in document for document in told), "others can check what the relay passes on"
    async with stage.here.instance.change() as change:
        await actions.set_sending(change, relay_id, sends=False)
    await a_photo(stage, caption="Alone")
    assert len(await sent_to_relay(stage)) == 3


@pytest.mark.parametrize("state", [RelayState.WAITING, RelayState.REJECTED])
async def test_a_relay_that_did_not_accept_is_told_nothing(stage: Stage, state: RelayState) -> None:
    """Nothing goes to a relay before its yes, or after its no."""
    await stage.subscribe(state=state)
    await a_photo(stage, caption="A hill")
    assert await sent_to_relay(stage) == []


async def test_a_litepub_relay_is_told_by_the_server(stage: Stage) -> None:
    """A relay known by its actor gets an Announce of a new photo by the server's actor, not its author's Create."""
    await stage.subscribe(by_actor=True)
    post_id = await a_photo(stage, caption="A hill")
    ((announce, inboxes),) = [one for one in await sent(stage.here.instance) if one[0]["type"] != "Follow"]
    assert inboxes == [INBOX]
    assert (announce["type"], announce["actor"]) == ("Announce", SERVER)
    assert (announce["object"], announce["to"]) == (f"https://here.test/p/{post_id}", [f"{stage.relay.id}/followers"])


async def test_what_a_relay_announces_is_explored(stage: Stage) -> None:
    """A relayed photo is read from its origin and shown under Explore; it is nobody's boost and in nobody's home."""
    await stage.subscribe()
    uri = stage.photo()
    assert await stage.announce(uri) == 202
    assert await stage.posts() == ["1"]
    assert stage.there.asked_for("/notes/1") == 1
    database = stage.here.instance.database
    assert len(await explore_tiles(database, viewer_id=None, everywhere=True)) == 1
    assert await home(database, stage.alice.id) == ()
    await stage.announce(uri)
    assert stage.there.asked_for("/notes/1") == 1, "what is here is not asked for"
    post_id = await a_photo(stage, caption="Ours")
    await stage.announce(f"https://here.test/p/{post_id}")
    assert await stage.value("SELECT COUNT(*) FROM boosts") == 0
    assert await stage.value("SELECT COUNT(*) FROM notifications") == 0


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"attachment": []}, "it has no photo"),
        ({"to": ["https://there.test/users/bob/followers"], "cc": [PUBLIC]}, "it is unlisted"),
        ({"to": ["https://there.test/users/bob/followers"]}, "it is for followers"),
        ({"inReplyTo": "https://there.test/notes/0"}, "it answers something"),
        ({"attributedTo": "https://relay.test/users/relay"}, "it is another origin's than its author"),
        ({"id": "https://relay.test/notes/1"}, "it has another origin's id"),
        ({"type": "Person"}, "it is no post"),
    ],
)
async def test_what_is_not_for_everybody_to_see_is_dropped(stage: Stage, parts: dict[str, Any], why: str) -> None:
    """Of what relays announce only public photos are kept, and nothing of the rest."""
    await stage.subscribe()
    stage.photo(**parts)
    assert await stage.announce("https://there.test/notes/1") == 202
    assert await stage.posts() == [], why
    assert await stage.value("SELECT COUNT(*) FROM relayed_posts") == 0, why


@pytest.mark.parametrize("how", ["nobody's", "waiting", "rejected", "removed"])
async def test_who_is_no_relay_of_ours_brings_nothing(stage: Stage, how: str) -> None:
    """What is announced by somebody we do not follow and are not subscribed to is not even looked at."""
    states = {"waiting": RelayState.WAITING, "rejected": RelayState.REJECTED, "removed": RelayState.ACCEPTED}
    if how in states:
        relay_id = await stage.subscribe(state=states[how])
    if how == "removed":
        async with stage.here.instance.change() as change:
            await actions.unsubscribe(change, relay_id)
    assert await stage.announce(stage.photo()) == 202
    assert (await stage.posts(), stage.there.asked_for("/notes/1")) == ([], 0)
    assert await stage.value("SELECT COUNT(*) FROM jobs WHERE kind = 'fetch_relayed'") == 0


async def test_a_relay_makes_us_ask_so_much_an_hour(
    stage: Stage, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond its budget nothing of a relay's is fetched until the hour is over, and nothing of it is left."""
    monkeypatch.setattr(inbound, "PASSED_ON", Limit("relay", tries=2, minutes=60))
    await stage.subscribe()
    for name in ("1", "2", "3"):
        await stage.announce(stage.photo(name))
    assert (await stage.posts(), stage.there.asked_for("/notes/3")) == (["1", "2"], 0)
    clock.advance(61 * 60_000)
    await stage.announce(stage.photo("4"))
    assert sorted(await stage.posts()) == ["1", "2", "4"]


@pytest.mark.parametrize(("subscribed", "signed", "kept"), [(True, True, 1), (True, False, 0), (False, True, 0)])
async def test_a_relayed_create_is_kept(
    stage: Stage, clock: SettableClock, subscribed: bool, signed: bool, kept: int
) -> None:
    """A Create that its author signed inside is taken from a relay of ours alone, as what its origin says."""
    await by_uri(stage.here.network, stage.relay.id)
    if subscribed:
        await stage.subscribe()
    uri = stage.photo()
    note = {"id": uri, "type": "Note", "attributedTo": stage.bob.id, "content": "Lies", "to": [PUBLIC]}
    create = {"@context": "https://www.w3.org/ns/activitystreams", "id": f"{uri}#c", "type": "Create"}
    document: dict[str, Any] = create | {"actor": stage.bob.id, "to": [PUBLIC], "object": note}
    if signed:
        signing = Signing(stage.here, stage.relay, stage.bob, stage.peer, stage.there, [], clock)
        document = signing.signed(document)
    assert await stage.say(document, stage.relay) == (202 if signed else 401)
    assert await stage.value("SELECT COUNT(*) FROM posts WHERE content_html = '<p>A hill</p>'") == kept
    assert await stage.value("SELECT COUNT(*) FROM posts") == kept


async def nothing(change: Change, stage: Stage, post_id: int, bob_id: int) -> None:
    return None


async def followed(change: Change, stage: Stage, post_id: int, bob_id: int) -> None:
    await follows.follow(change, account_id=stage.alice.id, target_id=bob_id)
    await follows.receive_accept(change, follower_id=stage.alice.id, followed_id=bob_id)


async def liked(change: Change, stage: Stage, post_id: int, bob_id: int) -> None:
    await reactions.like(change, account_id=stage.alice.id, post_id=post_id)


async def saved(change: Change, stage: Stage, post_id: int, bob_id: int) -> None:
    await reactions.bookmark(change, account_id=stage.alice.id, post_id=post_id)


async def boosted(change: Change, stage: Stage, post_id: int, bob_id: int) -> None:
    await reactions.boost(change, account_id=stage.alice.id, post_id=post_id)


async def answered(change: Change, stage: Stage, post_id: int, bob_id: int) -> None:
    await publish(change, author_id=stage.alice.id, draft=PostDraft(caption="Nice", parent_id=post_id))


@pytest.mark.parametrize(
    ("took_to", "stays"),
    [(nothing, 0), (followed, 1), (liked, 1), (saved, 1), (boosted, 1), (answered, 2)],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_what_nobody_took_to_goes(stage: Stage, clock: SettableClock, took_to: Any, stays: int) -> None:
    """After its days a relayed post goes with all that hangs on it, unless somebody here took to it."""
    await stage.subscribe()
    await stage.announce(stage.photo())
    bob_id = await by_uri(stage.here.network, stage.bob.id)
    post_id = await stage.value("SELECT id FROM posts")
    async with stage.here.instance.change() as change:
        await took_to(change, stage, post_id, bob_id)
    instance = replace(
        stage.here.instance,
        settings=replace(stage.here.instance.settings, federation=FederationSettings(relay_days=3)),
    )
    clock.advance(3 * DAY - 1)
    assert (await let_go(instance), await stage.value("SELECT COUNT(*) FROM relayed_posts")) == (0, 1)
    clock.advance(2)
    await let_go(instance)
    assert len(await stage.posts()) == stays
    assert await stage.value("SELECT COUNT(*) FROM photos WHERE post_id IS NOT NULL") == min(stays, 1)
    assert await stage.value("SELECT COUNT(*) FROM relayed_posts") == 0
    assert await stage.value("SELECT posts_count FROM accounts WHERE id = $1", bob_id) == min(stays, 1)
