"""Two servers that disagree about who follows whom agree again (FEP-8fcf), and nobody loses a follow by a lie."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from multidict import CIMultiDict

from activitypub.http import ACTIVITY_JSON, Request
from activitypub.signatures import Scheme, claim_of, sign
from activitypub.synchronization import HEADER, Claim, digest_of
from rossgram_fed.federation.remote_accounts import by_uri
from rossgram_fed.follows import actions as follows
from tests.builders import a_person
from tests.conftest import SettableClock
from tests.fediverse import Actor, FakePeer, Fediverse, Server, server_keys
from tests.rossgram_fed.federation.sending import HOUR

SAMS = "https://there.test/users/sam/followers_synchronization"


async def prepared(here: Server, there: FakePeer) -> Actor:
    """Sam, whom Alice and Bob follow and Dora asked to follow; Carol does not."""
    sam = there.actor()
    sam_id = await by_uri(here.network, sam.id)
    async with here.instance.change() as change:
        for name in ("alice", "bob", "carol", "dora"):
            person = await a_person(change, name)
            if name == "carol":
                await change.tx.execute(
                    "INSERT INTO account_keys (account_id, rsa_pem, ed25519_pem) VALUES ($1, $2, $3)",
                    person.id,
                    server_keys().rsa_pem,
                    server_keys().ed25519_pem,
                )
                continue
            await follows.follow(change, account_id=person.id, target_id=sam_id)
            if name != "dora":
                await follows.receive_accept(change, follower_id=person.id, followed_id=sam_id)
        await change.tx.execute("UPDATE deliveries SET state = 1")
    return sam


async def who_follows(here: Server) -> dict[str, int]:
    rows = await here.instance.database.fetch(
        "SELECT a.username, f.state FROM follows f JOIN accounts a ON a.id = f.follower_id ORDER BY a.username"
    )
    return {row["username"]: row["state"] for row in rows}


def ours(*names: str) -> list[str]:
    return [f"https://here.test/users/{name}" for name in names]


def a_list(*names: str, **parts: Any) -> dict[str, Any]:
    return {"id": SAMS, "type": "OrderedCollection", "totalItems": len(names), "orderedItems": ours(*names)} | parts


def a_claim(**parts: str) -> str:
    return str(replace(Claim(f"{SAMS.rpartition('/')[0]}/followers", SAMS, digest_of(ours("bob"))), **parts))


async def say(there: FakePeer, sam: Actor, *headers: str, number: int = 1, covered: bool = True) -> int:
    """Sam tells the inbox something, with the header signed or slipped in afterwards; the status."""
    activity = {"id": f"{sam.id}#{number}", "type": "Like", "actor": sam.id, "object": "https://here.test/p/1"}
    request = there.signed("https://here.test/inbox", activity, sam)
    both = CIMultiDict({"Content-Type": ACTIVITY_JSON})
    for header in headers:
        both.add(HEADER, header)
    if covered and len(headers) == 1:
        now = datetime.fromtimestamp(there.now() / 1000, UTC)
        request = sign(replace(request, headers=both), sam.signing_key, scheme=Scheme.CAVAGE, now=now)
    else:
        for header in headers:
            request.headers.add(HEADER, header)
    return (await there.send(request))[0]


AS_BEFORE = {"alice": 1, "bob": 1, "dora": 0}


async def test_disagreement_ends_in_agreement(fediverse: Fediverse, here: Server, there: FakePeer) -> None:
    """Who is missing there follows no longer; who is listed and asked, follows; who is listed only, is undone."""
    sam = await prepared(here, there)
    there.serve("/users/sam/followers_synchronization", a_list("bob", "carol", "dora", "nobody"))
    assert await say(there, sam, a_claim()) == 202
    await fediverse.settle()
    assert await who_follows(here) == {"bob": 1, "dora": 1}
    (undo,) = [post.document for post in there.posts]
    assert (undo["type"], undo["actor"], undo["object"]["type"]) == ("Undo", ours("carol")[0], "Follow")
    assert (undo["object"]["actor"], undo["object"]["object"]) == (ours("carol")[0], sam.id)
    (asked,) = [one for one in there.received if one.path.endswith("followers_synchronization")]
    assert claim_of(Request("GET", SAMS, asked.headers)).key_id == "https://here.test/actor#main-key"


async def test_one_look_an_hour(fediverse: Fediverse, here: Server, there: FakePeer, clock: SettableClock) -> None:
    """However often somebody says that we disagree, they are asked once in an hour, and not at all where we agree."""
    sam = await prepared(here, there)
    there.serve("/users/sam/followers_synchronization", a_list("alice", "bob"))
    for number, after, times in ((1, 0, 1), (2, HOUR - 1, 1), (3, 2, 2)):
        clock.advance(after)
        assert await say(there, sam, a_claim(), number=number) == 202
        await fediverse.settle()
        assert there.asked_for("/users/sam/followers_synchronization") == times
    clock.advance(2 * HOUR)
    await say(there, sam, a_claim(digest=digest_of(ours("alice", "bob"))), number=4)
    await fediverse.settle()
    assert there.asked_for("/users/sam/followers_synchronization") == 2
    assert await who_follows(here) == AS_BEFORE


@pytest.mark.parametrize(
    ("headers", "covered", "why"),
    [
        ((a_claim(collection="https://there.test/users/tom/followers"),), True, "another actor's collection"),
        ((a_claim(url="https://other.test/users/sam/followers_synchronization"),), True, "another origin"),
        ((a_claim(url="http://there.test/users/sam/followers_synchronization"),), True, "another scheme"),
        ((a_claim(url="https://there.test:8443/users/sam/followers_synchronization"),), True, "another port"),
        ((a_claim(url="https://here.test/users/alice/followers_synchronization"),), True, "ourselves"),
        ((a_claim(digest="0"),), True, "no digest"),
        ((a_claim() + ', url="x"',), True, "said twice"),
        (("x" * 5_000,), True, "not readable"),
        ((a_claim(),), False, "not signed"),
        ((a_claim(), a_claim()), False, "two headers"),
    ],
)
async def test_lying_headers_change_nothing(
    fediverse: Fediverse, here: Server, there: FakePeer, headers: tuple[str, ...], covered: bool, why: str
) -> None:
    """What is not the sender's own, on their own origin and signed, leads to no request, no job and no change."""
    sam = await prepared(here, there)
    other = await fediverse.peer("other.test")
    there.serve("/users/sam/followers_synchronization", a_list())
    other.serve("/users/sam/followers_synchronization", a_list())
    assert await say(there, sam, *headers, covered=covered) == 202
    await fediverse.settle()
    jobs = await here.instance.database.fetch_value("SELECT COUNT(*) FROM jobs WHERE kind = 'synchronise_followers'")
    assert await who_follows(here) == AS_BEFORE, why
    assert (there.asked_for("/users/sam/followers_synchronization"), other.received, jobs) == (0, [], 0), why


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"status": 404}, "there is none"),
        ({"document": a_list("bob", first=f"{SAMS}?page=1")}, "it is in pages"),
        ({"document": a_list("bob", totalItems=2)}, "one is missing"),
        ({"document": a_list("bob", orderedItems=[*ours("bob"), 7], totalItems=2)}, "one cannot be read"),
        ({"document": a_list("bob", type="Note")}, "it is no collection"),
        ({"document": a_list("bob"), "content_type": "text/plain"}, "it is not labelled as one"),
        ({"redirect": "https://other.test/list"}, "it is on another origin"),
    ],
)
async def test_what_is_no_whole_list_changes_nothing(
    fediverse: Fediverse, here: Server, there: FakePeer, answer: dict[str, Any], why: str
) -> None:
    """A list that is not whole, or not from the stranger's own origin, ends no follow."""
    sam = await prepared(here, there)
    other = await fediverse.peer("other.test")
    other.serve("/list", a_list("bob"))
    if "redirect" in answer:

        async def elsewhere(_: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": answer["redirect"]})

        there.answers["/users/sam/followers_synchronization"] = elsewhere
    else:
        there.serve(
            "/users/sam/followers_synchronization",
            answer.get("document", {}),
            status=answer.get("status", 200),
            content_type=answer.get("content_type", ACTIVITY_JSON),
        )
    assert await say(there, sam, a_claim()) == 202
    await fediverse.settle()
    assert there.asked_for("/users/sam/followers_synchronization") >= 1
    assert await who_follows(here) == AS_BEFORE, why
    assert not there.posts, why
