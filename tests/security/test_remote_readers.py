"""What somebody elsewhere reads here, signing or not: viewers of every kind, every visibility, every address.

One table says who sees what; the open and the closed server (secure mode) are held to it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from activitypub.http import ACTIVITY_JSON
from activitypub.keys import public_pem
from activitypub.signatures import Scheme, SigningKey
from rossgram_fed.api.serving import PREFIXES
from rossgram_fed.models import Block, DomainRule, Mention
from rossgram_fed.models.accounts import Standing
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import FollowState
from rossgram_fed.renditions import FEDERATED
from tests.conftest import SettableClock
from tests.databases import Engine
from tests.fediverse import Actor
from tests.security.house import HERE, JSON, Answer, House, build, secret_of
from tests.strangers import a_key

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPEN = frozenset({Visibility.PUBLIC, Visibility.UNLISTED})
NONE: frozenset[Visibility] = frozenset()
FOLLOWERS = OPEN | {Visibility.FOLLOWERS}
MENTIONED = FOLLOWERS | {Visibility.DIRECT}

SEES: dict[str, tuple[frozenset[Visibility], frozenset[Visibility], int]] = {
    # who:                (on an open server, in secure mode, what secure mode answers to a public post)
    "nobody":             (OPEN, NONE, 401),
    "a follower":         (FOLLOWERS, FOLLOWERS, 200),
    "who asked to follow": (OPEN, OPEN, 200),
    "the mentioned":      (MENTIONED, MENTIONED, 200),
    "a stranger":         (OPEN, OPEN, 200),
    "the blocked":        (OPEN, NONE, 404),
    "the suspended":      (OPEN, NONE, 403),
    "a suspended server's follower": (OPEN, NONE, 403),
    "their server":       (MENTIONED, MENTIONED, 200),
    "a stranger's server": (OPEN, OPEN, 200),
    "a server below theirs": (OPEN, OPEN, 200),
    "a bad signature":    (OPEN, NONE, 401),
    "another's key":      (OPEN, NONE, 401),
    "a key that is nowhere": (OPEN, NONE, 503),
}  # fmt: skip
"""A server's own actor sees what somebody on exactly its host sees; who proves nothing sees what nobody sees."""

BELOW = ("", "/activity", "/replies", "/replies?page=true", "/likes", "/shares")
LISTS = (
    "/users/alice/outbox?page=true", "/users/alice/collections/featured", "/users/alice/followers?page=true",
    "/users/alice/following", "/users/alice/outbox", "/users/alice",
)  # fmt: skip


@dataclass
class Guests:
    """A house, and everybody elsewhere by what they are to alice."""

    house: House
    keys: dict[str, SigningKey | None] = field(default_factory=dict)

    async def ask(self, path: str, who: str, *, scheme: Scheme = Scheme.CAVAGE, accept: str = JSON) -> Answer:
        """Ask for a path, signed by a guest."""
        headers = {"Accept": accept}
        key = self.keys[who]
        if key is not None:
            signed = self.house.there.signed(f"{HERE}{path}", b"", key, scheme=scheme, method="GET")
            headers = dict(signed.headers) | {"Accept": ACTIVITY_JSON}
            if who == "a bad signature":
                headers["Signature"] = headers["Signature"].replace('signature="', 'signature="AA')
        return await self.house.ask(path, **{name.replace("-", "_"): value for name, value in headers.items()})


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["open", "closed"])
async def guests(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_engine: Engine
) -> AsyncIterator[Guests]:
    """An open and a closed server."""
    async with AsyncExitStack() as closing:
        closed = request.param == "closed"
        house = await build(
            tmp_path_factory.mktemp("house"), sqlite_engine, SettableClock(), closing, authorized_fetch=closed
        )
        yield await _invite(house)


async def _invite(house: House) -> Guests:
    guests = Guests(house, {"nobody": None})
    there, far, shut = house.there, await house.peer("far.test"), await house.peer("shut.test")
    below = await house.peer("sub.there.test")
    people = {
        "a follower": there.actor("fred"), "who asked to follow": there.actor("asa"),
        "the mentioned": there.actor("mia"), "a stranger": far.actor("stan"), "the blocked": far.actor("bo"),
        "the suspended": far.actor("sue"), "a suspended server's follower": shut.actor("flo"),
    }  # fmt: skip
    for who, actor in people.items():
        guests.keys[who] = actor.signing_key
        nothing = {"id": f"{actor.id}#hello", "type": "Follow", "actor": actor.id, "object": f"{HERE}/users/bob"}
        assert await house.post(nothing, actor) == 202
    await house.settle()
    for who, peer in (("their server", there), ("a stranger's server", far), ("a server below theirs", below)):
        guests.keys[who] = _server_actor(peer.host, peer).signing_key
    fred = people["a follower"]
    guests.keys["a bad signature"] = fred.signing_key
    guests.keys["another's key"] = SigningKey(f"{fred.id}#main-key", a_key(5))
    guests.keys["a key that is nowhere"] = SigningKey("https://nowhere.test/users/x#main-key", a_key(5))
    await _arrange(house, {who: await house.account_of(actor) for who, actor in people.items()})
    return guests


def _server_actor(host: str, peer: object) -> Actor:
    identity = f"https://{host}/actor"
    document = {
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"], "id": identity,
        "type": "Application", "preferredUsername": host, "inbox": f"{identity}/inbox",
        "publicKey": {"id": f"{identity}#main-key", "owner": identity, "publicKeyPem": public_pem(a_key(0))},
    }  # fmt: skip
    peer.serve("/actor", document)  # type: ignore[attr-defined]
    return Actor(identity, a_key(0), document)


async def _arrange(house: House, ids: dict[str, int]) -> None:
    alice = house.people["alice"].id
    await house.follow(ids["a follower"], alice)
    await house.follow(ids["the suspended"], alice)
    await house.follow(ids["a suspended server's follower"], alice)
    await house.follow(ids["the blocked"], alice)
    await house.follow(ids["who asked to follow"], alice, FollowState.PENDING)
    with house.server.instance.database.active():
        async with house.server.instance.change() as change:
            for post in house.posts.values():
                for who in ("the mentioned", "the suspended"):
                    await Mention.create(id=change.new_id(), post_id=post.id, account_id=ids[who])
            await Block.create(
                id=change.new_id(), account_id=alice, target_id=ids["the blocked"], created_at=change.now
            )
            await DomainRule.create(host="shut.test", standing=Standing.SUSPENDED, created_at=change.now)
            await change.tx.execute("UPDATE accounts SET suspended_at = 1 WHERE id = $1", ids["the suspended"])
            change.tx.signal("account")
            change.tx.signal("domain_rules")


def _closed(guests: Guests) -> bool:
    return guests.house.server.instance.settings.federation.authorized_fetch


@pytest.mark.parametrize("who", SEES)
async def test_each_post_is_read_by_those_it_is_for(guests: Guests, who: str) -> None:
    """Every address below a post answers those it is for, and looks to others as if it were not there."""
    seen = SEES[who][1 if _closed(guests) else 0]
    for visibility, post in guests.house.posts.items():
        for below in BELOW:
            answer = await guests.ask(f"/p/{post.id}{below}", who)
            if visibility in seen:
                assert answer.status == 200, (visibility, below, answer.text)
            else:
                expected = SEES[who][2] if _closed(guests) and SEES[who][2] != 200 else 404
                assert answer.status == expected, (visibility, below, answer.text)
                assert secret_of(visibility) not in answer.text
            if visibility not in OPEN or _closed(guests):
                assert answer.headers["Cache-Control"] == "private, no-store", (visibility, below)
                assert "Signature" in answer.headers["Vary"]


@pytest.mark.parametrize("who", SEES)
async def test_lists_show_to_each_what_is_theirs(guests: Guests, who: str) -> None:
    """Outbox, featured, people, threads: no list names a post to whom it is not for; caches keep none for others."""
    seen = SEES[who][1 if _closed(guests) else 0]
    threads = tuple(f"/contexts/{post.id}?page=true" for post in guests.house.posts.values())
    for path in (*LISTS, *threads):
        answer = await guests.ask(path, who)
        assert answer.status < 500 or who == "a key that is nowhere", path
        if _closed(guests) and SEES[who][2] in (401, 403, 503):
            assert answer.status == SEES[who][2], path
        for visibility in set(Visibility) - seen:
            if str(guests.house.posts[visibility].id) not in path:
                assert str(guests.house.posts[visibility].id) not in answer.text, (path, visibility)
            assert secret_of(visibility) not in answer.text, (path, visibility)
        if path != "/users/alice" or _closed(guests):
            kept = answer.headers.get("Cache-Control", "")
            depends = _closed(guests) or "outbox?page" in path or "featured" in path or "contexts" in path
            assert not depends or kept == "private, no-store", path
    outbox = (await guests.ask("/users/alice/outbox?page=true", who)).text
    if who in ("a follower", "the mentioned"):
        assert all(secret_of(one) in outbox for one in seen), "what is theirs is there"


@pytest.mark.parametrize("scheme", Scheme)
async def test_answers_are_never_mixed(guests: Guests, scheme: Scheme) -> None:
    """Who may read, then who may not, then who may again: each gets their own answer, whichever way they sign."""
    post = guests.house.posts[Visibility.FOLLOWERS]
    refused = 401 if _closed(guests) else 404
    for who, status in (("a follower", 200), ("nobody", refused), ("a stranger", 404), ("a follower", 200)):
        assert (await guests.ask(f"/p/{post.id}", who, scheme=scheme)).status == status, who
    before = await guests.ask("/users/alice", "a follower", scheme=scheme)
    after = await guests.ask("/users/alice", "nobody")
    assert (before.status, after.status) == (200, 401 if _closed(guests) else 200)


async def test_nobody_is_fetched_for_what_they_could_not_read(guests: Guests) -> None:
    """On an open server a stranger's key is fetched only where somebody on their host may read the post."""
    if _closed(guests):
        pytest.skip("in secure mode everybody has to be known")
    other = await guests.house.peer("other.test")
    guests.keys["new"] = _server_actor("other.test", other).signing_key
    accounts = await guests.house.value("SELECT COUNT(*) FROM accounts")
    for visibility, post in guests.house.posts.items():
        answer = await guests.ask(f"/p/{post.id}", "new")
        assert answer.status == (200 if visibility in OPEN else 404)
    await guests.ask("/users/alice/outbox?page=true", "new")
    assert other.received == []
    assert await guests.house.value("SELECT COUNT(*) FROM accounts") == accounts


async def test_what_must_stay_open(guests: Guests) -> None:
    """The server's actor and the well-known addresses need no signature, whatever the mode: else nobody could sign."""
    for path in (
        "/actor", "/.well-known/webfinger?resource=acct:alice@here.test", "/.well-known/nodeinfo", "/nodeinfo/2.1",
        "/.well-known/host-meta",
    ):  # fmt: skip
        assert (await guests.ask(path, "nobody")).status == 200, path
    post = guests.house.posts[Visibility.PUBLIC]
    for path in (f"/p/{post.id}", "/@alice", "/users/alice.atom"):
        assert (await guests.house.ask(path)).status == 200, "people and feed readers do not sign"


async def test_every_document_asks_who_reads(guests: Guests) -> None:
    """In secure mode no address but those gives a document to who does not sign; a new one that forgets fails here."""
    if not _closed(guests):
        pytest.skip("an open server asks nobody")
    free = ("/.well-known/", "/nodeinfo/", "/actor", "/metrics", "/static")
    for path in guests.house.addresses():
        if path == "/actor" or path.startswith(free[:2]) or path.startswith(free[3:]):
            continue
        if path.startswith(PREFIXES):
            continue  # what apps show to anybody is what pages show to anybody
        answer = await guests.house.ask(path, accept=JSON)
        kind = answer.headers.get("Content-Type", "")
        assert "activity+json" not in kind, path
        if answer.status == 200:
            assert "json" not in kind, path


async def test_two_closed_servers_do_not_wait_for_each_other(guests: Guests) -> None:
    """While we fetch a stranger's key to let them read, their server reads our actor, unsigned, before it answers."""
    house = guests.house
    shy = await house.peer("shy.test")
    actor = shy.actor("shy")
    serve = shy.answers["/users/shy"]

    async def only_after_a_look_at_us(request: object) -> object:
        assert (await house.ask("/actor", accept=JSON)).status == 200
        return await serve(request)  # type: ignore[arg-type]

    shy.answers["/users/shy"] = only_after_a_look_at_us  # type: ignore[assignment]
    guests.keys["shy"] = actor.signing_key
    post = house.posts[Visibility.PUBLIC]
    assert (await guests.ask(f"/p/{post.id}", "shy")).status == 200
    assert shy.asked_for("/users/shy") == (1 if _closed(guests) else 0)


FILES = {
    # who:           (public, unlisted, followers, direct, archived): the file for feeds
    "nobody":        OPEN,
    "a follower":    FOLLOWERS,
    "a stranger":    OPEN,
    "the blocked":   OPEN,
    "the suspended": OPEN,
    "their server":  MENTIONED,
    "another's key": OPEN,
}  # fmt: skip


@pytest.mark.parametrize("who", FILES)
async def test_files_go_to_those_whom_their_post_is_for(guests: Guests, who: str) -> None:
    """Of private posts only the JPEG for other servers opens to who has its address, and no cache keeps that."""
    for visibility, keys in guests.house.files.items():
        for name, key in keys.items():
            answer = await guests.ask(f"/media/{key}", who)
            bearer = name == FEDERATED and visibility is not Visibility.ARCHIVED
            assert answer.status == (200 if visibility in FILES[who] or bearer else 404), (visibility, name)
            if answer.status == 200:
                kept = answer.headers["Cache-Control"]
                if visibility in OPEN:
                    assert kept == "public, max-age=31536000, immutable"
                else:
                    assert kept == ("private, no-store" if bearer else "private, no-cache"), (visibility, name)
