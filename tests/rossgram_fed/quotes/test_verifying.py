"""A quote by a stranger is shown only with the word of whom it quotes, and that word is checked in every part."""

from __future__ import annotations

from typing import Any

import orjson

from rossgram_fed.activities import HANDLERS, job_handlers
from rossgram_fed.federation.remote_accounts import by_uri
from rossgram_fed.follows import actions as follows
from rossgram_fed.models import Account
from rossgram_fed.models.posts import QuoteState
from rossgram_fed.posts.queries import posts_by_ids
from rossgram_fed.quotes.rechecking import EVERY, look_again
from tests.builders import a_person, a_post
from tests.conftest import SettableClock
from tests.fediverse import AS2, Actor, FakePeer, Fediverse, Server
from tests.rossgram_fed.posts.arrivals import PUBLIC

STAMPED = [AS2, {"QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization"}]


async def a_server(fediverse: Fediverse) -> Server:
    """https://here.test with Alice, all handlers and all jobs."""
    jobs: dict[str, Any] = {}
    server = await fediverse.server("here", handlers=HANDLERS, jobs=jobs)
    jobs.update(job_handlers(server.network))
    async with server.instance.change() as change:
        await a_person(change)
    return server


async def befriend(server: Server, actor: Actor) -> int:
    account_id = await by_uri(server.network, actor.id)
    async with server.instance.change() as change:
        alice_id = await change.tx.fetch_value("SELECT id FROM accounts WHERE username = 'alice' AND domain = ''")
        await follows.follow(change, account_id=alice_id, target_id=account_id)
        await follows.receive_accept(change, follower_id=alice_id, followed_id=account_id)
    return account_id


def a_note(author: Actor, name: str, **parts: Any) -> dict[str, Any]:
    note = {"id": f"{author.id}/posts/{name}", "type": "Note", "attributedTo": author.id, "content": f"<p>{name}</p>"}
    return {"@context": AS2, **note, "published": "2026-05-28T20:00:00Z", "to": [PUBLIC], **parts}


async def publish(server: Server, peer: FakePeer, author: Actor, note: dict[str, Any], kind: str = "Create") -> None:
    activity_id = f"{note['id']}/{kind}/{note.get('updated', '')}"
    document = {"@context": AS2, "id": activity_id, "type": kind, "actor": author.id, "object": note, "to": [PUBLIC]}
    status, _ = await peer.send(peer.signed(f"{server.url}/inbox", document, author))
    assert status == 202


async def quote_of(server: Server, note: dict[str, Any]) -> tuple[int, str]:
    """The state of a quote, and the words of the card that is shown for it to somebody not signed in."""
    row = await server.instance.database.fetch_one("SELECT id, quote_state FROM posts WHERE uri = $1", note["id"])
    assert row is not None
    (shown,) = await posts_by_ids(server.instance.database, [row["id"]], viewer_id=None)
    return row["quote_state"], shown.quoted.excerpt if shown.quoted else ""


async def test_only_a_word_that_holds_in_every_part_shows_a_quote(fediverse: Fediverse) -> None:
    """Each lie about an authorization leaves a link, and none keeps the right word from being believed later."""
    here, there, far = await a_server(fediverse), await fediverse.peer("there.test"), await fediverse.peer("far.test")
    sam, eve = there.actor("sam"), there.actor("eve")
    ann, ben = far.actor("ann", key=1), far.actor("ben", key=1)
    await befriend(here, sam)
    quoted, other = a_note(ann, "quoted"), a_note(ann, "other")
    far.serve("/users/ann/posts/quoted", quoted)
    far.serve("/users/ann/posts/other", other)
    word_at = f"{ann.id}/stamps/"

    def word(name: str, quoting: str, **parts: Any) -> dict[str, Any]:
        said = {"@context": STAMPED, "id": f"{word_at}{name}", "type": "QuoteAuthorization", "attributedTo": ann.id}
        return said | {"interactingObject": quoting, "interactionTarget": quoted["id"]} | parts

    lies: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("unsaid", {"quoteAuthorization": None}, "no word at all"),
        ("type", {"type": "Note"}, "another kind of thing"),
        ("reply", {"type": "ReplyAuthorization"}, "allows an answer"),
        ("object", {"interactingObject": f"{sam.id}/posts/another"}, "allows another post"),
        ("target", {"interactionTarget": other["id"]}, "is about another quoted post"),
        ("author", {"attributedTo": ben.id}, "by somebody else on that server"),
        ("strange", {"attributedTo": eve.id}, "by somebody on the quoting server"),
        ("id", {"id": f"{word_at}elsewhere"}, "at another address than it says"),
        ("bare", {"interactingObject": None}, "lacks a part"),
        ("gone", {"status": 404}, "is not there"),
    )
    notes = {}
    for name, parts, _ in lies:
        notes[name] = a_note(sam, name, quote=quoted["id"], quoteAuthorization=f"{word_at}{name}") | (
            parts if name == "unsaid" else {}
        )
        if parts.get("status") != 404:
            far.serve(f"/users/ann/stamps/{name}", word(name, notes[name]["id"], **parts))
    notes["foreign"] = a_note(sam, "foreign", quote=quoted["id"], quoteAuthorization=f"{eve.id}/stamp")
    there.serve("/users/eve/stamp", word("x", notes["foreign"]["id"], id=f"{eve.id}/stamp"))
    notes["ours"] = a_note(sam, "ours", quote=quoted["id"], quoteAuthorization="https://here.test/authorizations/1")
    for note in notes.values():
        await publish(here, there, sam, note)
    await fediverse.settle()
    for name, note in notes.items():
        assert await quote_of(here, note) == (QuoteState.REJECTED, ""), name
    assert there.asked_for("/users/eve/stamp") == 0, "a word elsewhere than at the quoted post's is not even asked for"
    assert not await here.instance.database.fetch("SELECT id FROM authorizations")

    for number, (name, _, _) in enumerate(lies):
        far.serve(f"/users/ann/stamps/{name}", word(name, notes[name]["id"]))
        again = notes[name] | {"updated": f"2026-05-28T20:1{number}:00Z", "quoteAuthorization": f"{word_at}{name}"}
        await publish(here, there, sam, again, "Update")
    await fediverse.settle()
    for name, _, why in lies:
        assert await quote_of(here, notes[name]) == (QuoteState.ACCEPTED, "quoted"), why
    assert far.asked_for("/users/ann/posts/quoted") == 2, "to see that it is not Ben's, and to keep it; never again"


async def test_the_end_of_a_word_and_of_what_is_quoted(fediverse: Fediverse) -> None:
    """The Delete of the word takes the card away if its giver sent it, and so does that of the quoted post."""
    here, there, far = await a_server(fediverse), await fediverse.peer("there.test"), await fediverse.peer("far.test")
    sam, ann, ben = there.actor("sam"), far.actor("ann", key=1), far.actor("ben", key=1)
    for actor in (sam, ann, ben):
        await befriend(here, actor)
    quotes = []
    for name in ("first", "second"):
        quoted, stamp = a_note(ann, name), f"{ann.id}/stamps/{name}"
        note = a_note(sam, f"of-{name}", quote=quoted["id"], quoteAuthorization=stamp)
        said = {"@context": STAMPED, "id": stamp, "type": "QuoteAuthorization", "attributedTo": ann.id}
        far.serve(
            f"/users/ann/stamps/{name}",
            said | {"interactingObject": note["id"], "interactionTarget": quoted["id"]},
        )
        far.serve(f"/users/ann/posts/{name}", quoted)
        await publish(here, there, sam, note)
        quotes.append(note)
    await fediverse.settle()
    assert [await quote_of(here, note) for note in quotes] == [(2, "first"), (2, "second")]

    async def delete(peer: FakePeer, actor: Actor, thing: Any) -> None:
        activity_id = f"{actor.id}#delete-{len(peer.received)}"
        document = {"@context": AS2, "id": activity_id, "type": "Delete", "actor": actor.id, "object": thing}
        await peer.send(peer.signed(f"{here.url}/inbox", document, actor))
        await fediverse.settle()

    stamp = f"{ann.id}/stamps/first"
    await delete(far, ben, stamp)
    await delete(there, sam, stamp)
    assert await quote_of(here, quotes[0]) == (2, "first"), "it is not theirs to take back"
    await delete(far, ann, {"id": stamp, "type": "QuoteAuthorization"})
    assert await quote_of(here, quotes[0]) == (QuoteState.REJECTED, "")
    await delete(far, ann, {"id": f"{ann.id}/posts/second", "type": "Tombstone"})
    assert (await quote_of(here, quotes[1]))[1] == ""


async def test_a_word_whose_end_was_missed(fediverse: Fediverse, clock: SettableClock) -> None:
    """After a week each word is asked for again: what is gone or says something else ends, silence ends nothing."""
    here, there, far = await a_server(fediverse), await fediverse.peer("there.test"), await fediverse.peer("far.test")
    sam, ann, ben = there.actor("sam"), far.actor("ann", key=1), far.actor("ben", key=1)
    await befriend(here, sam)
    quotes = {}
    said: dict[str, dict[str, Any]] = {}
    for name in ("kept", "silent", "gone", "other"):
        quoted, stamp = a_note(ann, name), f"{ann.id}/stamps/{name}"
        quotes[name] = a_note(sam, f"of-{name}", quote=quoted["id"], quoteAuthorization=stamp)
        said[name] = {"@context": STAMPED, "id": stamp, "type": "QuoteAuthorization", "attributedTo": ann.id}
        said[name] |= {"interactingObject": quotes[name]["id"], "interactionTarget": quoted["id"]}
        far.serve(f"/users/ann/stamps/{name}", said[name])
        far.serve(f"/users/ann/posts/{name}", quoted)
        await publish(here, there, sam, quotes[name])
    await fediverse.settle()
    assert await look_again(here.instance) == 0, "they were read just now"
    far.serve("/users/ann/stamps/silent", {}, status=503)
    far.serve("/users/ann/stamps/gone", {}, status=410)
    far.serve("/users/ann/stamps/other", said["other"] | {"attributedTo": ben.id})
    clock.advance(EVERY + 1)
    assert await look_again(here.instance) == 4
    assert await look_again(here.instance) == 0, "once is enough"
    await fediverse.settle()
    shown = {name: (await quote_of(here, note))[0] == QuoteState.ACCEPTED for name, note in quotes.items()}
    assert shown == {"kept": True, "silent": True, "gone": False, "other": False}
    assert far.asked_for("/users/ann/stamps/kept") == 2


async def test_whose_quotes_need_no_word(fediverse: Fediverse) -> None:
    """Who quotes themselves needs none, but shows it only to those who may see it; whoever says so of others does."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    sam, eve = there.actor("sam"), there.actor("eve")
    sam_id = await befriend(here, sam)
    there.serve("/users/sam/posts/old", a_note(sam, "old"))
    there.serve("/users/eve/posts/old", a_note(eve, "old"))
    secret = a_note(sam, "secret", to=[f"{sam.id}/followers"])
    async with here.instance.change() as change:
        alice = await change.tx.fetch_one("SELECT id, uri FROM accounts WHERE username = 'alice' AND domain = ''")
    assert alice is not None
    await publish(here, there, sam, secret)
    own = a_note(sam, "own", quoteUrl=f"{sam.id}/posts/old")
    hers = a_note(sam, "hers", _misskey_quote=f"{eve.id}/posts/old")
    private = a_note(sam, "private", quote=secret["id"])
    ours = a_note(sam, "ours", quote=f"{here.url}/p/1")
    chain = a_note(sam, "chain", quote=f"{sam.id}/posts/deep")
    there.serve("/users/sam/posts/deep", a_note(sam, "deep", quote=f"{sam.id}/posts/deeper"))
    there.serve("/users/sam/posts/deeper", a_note(sam, "deeper"))
    for note in (own, hers, private, ours, chain):
        await publish(here, there, sam, note)
    await fediverse.settle()
    assert await quote_of(here, own) == (QuoteState.ACCEPTED, "old")
    assert await quote_of(here, hers) == (QuoteState.REJECTED, "")
    assert await quote_of(here, ours) == (QuoteState.REJECTED, "")
    assert await quote_of(here, private) == (QuoteState.ACCEPTED, ""), "strangers get a link"
    assert await quote_of(here, chain) == (QuoteState.ACCEPTED, "deep")
    assert there.asked_for("/users/sam/posts/deeper") == 0, "quotes within quotes are not followed"
    rows = await here.instance.database.fetch("SELECT id FROM posts WHERE uri = $1", private["id"])
    (shown,) = await posts_by_ids(here.instance.database, [rows[0]["id"]], viewer_id=alice["id"])
    assert shown.quoted is not None
    assert shown.quoted.author.id == sam_id


async def test_our_own_post_needs_our_own_word(fediverse: Fediverse) -> None:
    """A post here is shown in a stranger's once we have said so, in whichever order quote and request arrive."""
    here, there = await a_server(fediverse), await fediverse.peer("there.test")
    sam = there.actor("sam")
    await befriend(here, sam)
    with here.instance.database.active():
        async with here.instance.change() as change:
            post = await a_post(change, await Account.get(username="alice", domain=""), caption="Mine")
    early = a_note(sam, "early", quote=post.uri)
    forged = a_note(sam, "forged", quote=post.uri, quoteAuthorization=f"{sam.id}/stamp")
    for note in (early, forged):
        await publish(here, there, sam, note)
    await fediverse.settle()
    assert await quote_of(here, early) == (QuoteState.REJECTED, "")
    assert await quote_of(here, forged) == (QuoteState.REJECTED, "")
    assert there.asked_for("/users/sam/stamp") == 0
    request = {"@context": AS2, "id": f"{early['id']}#q", "type": "QuoteRequest", "actor": sam.id}
    asked = request | {"object": post.uri, "instrument": early}
    await there.send(there.signed(f"{here.url}/inbox", asked, sam))
    await fediverse.settle()
    assert await quote_of(here, early) == (QuoteState.ACCEPTED, "Mine")
    (sent,) = await here.instance.database.fetch("SELECT body FROM outbox_activities ORDER BY id DESC LIMIT 1")
    answer = orjson.loads(sent["body"])
    assert (answer["type"], answer["object"]["id"]) == ("Accept", request["id"])
    again = early | {"updated": "2026-05-28T20:15:00Z", "quoteAuthorization": answer["result"]}
    await publish(here, there, sam, again, "Update")
    await fediverse.settle()
    assert await quote_of(here, early) == (QuoteState.ACCEPTED, "Mine"), "and it stays when the quote says so too"
