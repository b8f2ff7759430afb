"""Two servers that disagree about who follows whom agree again (FEP-8fcf), and nobody loses a follow by a lie."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from multidict import CIMultiDict

from activitypub.http import ACTIVITY_JSON, Request
from activitypub.keys import load_public
from activitypub.signatures import Scheme, check, claim_of, sign
from activitypub.synchronization import HEADER, NOBODY, Claim, claim_in, digest_of
from rossgram_fed.federation.outbox import Audience
from rossgram_fed.federation.remote_accounts import by_uri
from rossgram_fed.follows import actions as follows
from tests.builders import a_person
from tests.conftest import SettableClock
from tests.fediverse import Actor, FakePeer, Fediverse, Server, server_keys
from tests.rossgram_fed.federation.sending import HOUR, an_author, send

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ALICE = "https://here.test/users/alice"
AT_ALICE = f"{ALICE}/followers_synchronization"
SAMS = "https://there.test/users/sam/followers_synchronization"
FOLLOWERS = (("sam", "there.test"), ("tom", "there.test"), ("una", "other.test"))


def a_create(**parts: Any) -> dict[str, Any]:
    return {"id": f"{ALICE}/1", "type": "Create", "actor": ALICE, "to": [f"{ALICE}/followers"]} | parts


@pytest.mark.parametrize("scheme", list(Scheme))
async def test_what_is_for_followers_says_who_they_are(
    fediverse: Fediverse, here: Server, there: FakePeer, scheme: Scheme
) -> None:
    """The header names the collection, where to read it and the digest for this origin, and is signed."""
    other = await fediverse.peer("other.test")
    alice = await an_author(here, FOLLOWERS)
    for peer in (there, other):
        await here.network.hosts.heard_from(peer.host, scheme=scheme)
    await send(here, alice, a_create())
    await fediverse.settle()
    keys = {f"{ALICE}#main-key": load_public(server_keys().rsa_public_pem)}
    now = datetime.fromtimestamp(here.instance.clock() / 1000, UTC)
    for peer, followers in (
        (there, [f"https://there.test/users/{name}" for name in ("tom", "sam")]),
        (other, ["https://other.test/users/una"]),
    ):
        (post,) = peer.posts
        request = Request("POST", f"https://{peer.host}{post.path}", post.headers, post.body)
        claim = claim_of(request)
        check(request, claim, keys[claim.key_id], now=now)
        assert claim_in(request, claim.covered) == Claim(f"{ALICE}/followers", AT_ALICE, digest_of(followers))


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (a_create(to=[PUBLIC], cc=[f"{ALICE}/followers"]), "it is public"),
        (a_create(to=["https://there.test/users/sam"]), "it is for one person"),
        (a_create(actor="https://other.test/users/una", to=["https://other.test/users/una/followers"]), "not hers"),
    ],
)
async def test_other_activities_say_nothing_of_followers(
    fediverse: Fediverse, here: Server, there: FakePeer, document: dict[str, Any], why: str
) -> None:
    """Only what is for the sender's own followers alone carries the header."""
    alice = await an_author(here)
    await send(here, alice, document)
    await fediverse.settle()
    assert [HEADER in post.headers for post in there.posts] == [False], why


async def test_the_digest_follows_the_follows(fediverse: Fediverse, here: Server, there: FakePeer) -> None:
    """Who stops following is out of the next digest at once; a server without followers is told so."""
    alice = await an_author(here)
    sam = await by_uri(here.network, "https://there.test/users/sam")
    to_sam = Audience(account_ids=frozenset({sam}))
    await send(here, alice, a_create(), audience=to_sam)
    await fediverse.settle()
    async with here.instance.change() as change:
        await follows.decline(change, account_id=alice.id, follower_id=sam)
    await send(here, alice, a_create(id=f"{ALICE}/2"), audience=to_sam)
    await fediverse.settle()
    digests = [
        post.headers[HEADER].rpartition("digest=")[2].strip('"') for post in there.posts if HEADER in post.headers
    ]
    assert digests == [digest_of(["https://there.test/users/sam"]), NOBODY]


async def test_a_server_reads_of_its_own_people_alone(fediverse: Fediverse, here: Server, there: FakePeer) -> None:
    """Every signed request is answered with the followers of its own origin, and the answer is to be kept by nobody."""
    other, third = await fediverse.peer("other.test"), await fediverse.peer("third.test")
    await an_author(here, FOLLOWERS)
    for peer, expected in ((there, ["sam", "tom"]), (other, ["una"]), (third, [])):
        status, document = await peer.send(peer.signed(AT_ALICE, None, peer.actor("zoe"), method="GET"))
        assert (status, document["type"], document["id"]) == (200, "OrderedCollection", AT_ALICE)
        assert document["orderedItems"] == [f"https://{peer.host}/users/{name}" for name in expected]
        assert document["totalItems"] == len(expected)
    async with there.session.get(AT_ALICE) as answer:
        assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ("unsigned", 401),
        ("signed with another key", 401),
        ("signed for another address", 401),
        ("signed yesterday", 401),
        ("signed by somebody suspended", 403),
        ("of somebody who is not here", 404),
    ],
)
async def test_nobody_else_reads_of_followers(
    fediverse: Fediverse, here: Server, there: FakePeer, how: str, status: int
) -> None:
    """Without a good signature of a welcome account there is no list."""
    await an_author(here, FOLLOWERS)
    zoe, now = there.actor("zoe"), here.instance.clock()
    request = there.signed(AT_ALICE, None, zoe, method="GET")
    if how == "unsigned":
        request = Request("GET", AT_ALICE, CIMultiDict({"Accept": ACTIVITY_JSON}))
    elif how == "signed with another key":
        there.actor("zoe", key=1)
    elif how == "signed for another address":
        request = replace(there.signed(f"{AT_ALICE}x", None, zoe, method="GET"), url=AT_ALICE)
    elif how == "signed yesterday":
        request = there.signed(AT_ALICE, None, zoe, method="GET", now=now - 24 * HOUR)
    elif how == "signed by somebody suspended":
        account_id = await by_uri(here.network, zoe.id)
        async with here.instance.change() as change:
            await change.tx.execute("UPDATE accounts SET suspended_at = $1 WHERE id = $2", now, account_id)
    else:
        request = there.signed(AT_ALICE.replace("alice", "bob"), None, zoe, method="GET")
    answered, document = await there.send(request)
    assert answered == status
    assert set(document) == {"error"}


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
