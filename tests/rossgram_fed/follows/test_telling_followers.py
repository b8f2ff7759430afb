"""What we tell other servers of their people who follow ours (FEP-8fcf), and whom we tell it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from multidict import CIMultiDict

from activitypub.http import ACTIVITY_JSON, Request
from activitypub.keys import load_public
from activitypub.signatures import Scheme, check, claim_of
from activitypub.synchronization import HEADER, NOBODY, Claim, claim_in, digest_of
from rossgram_fed.federation.outbox import Audience
from rossgram_fed.federation.remote_accounts import by_uri
from rossgram_fed.follows import actions as follows
from tests.fediverse import FakePeer, Fediverse, Server, server_keys
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
