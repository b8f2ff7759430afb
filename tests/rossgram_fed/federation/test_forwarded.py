"""What somebody else than its actor posts: believed for what its actor signed inside, or asked about, or refused."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from typing import Any

import orjson
import pytest

from activitypub.activities import Activity, Announce, Create, Delete, Update
from activitypub.keys import multibase
from activitypub.objects import Note
from activitypub.signatures import Scheme, SigningKey
from rossgram_fed.federation import remote_accounts
from rossgram_fed.federation.arrivals import Arrival
from tests.activitypub.signed import ed25519_key
from tests.conftest import SettableClock
from tests.fediverse import Fediverse, a_key
from tests.rossgram_fed.federation.passing_on import BOB, INBOX, NOTE, Stage, a_create, a_delete
from tests.rossgram_fed.federation.test_refusals import rows


@pytest.fixture
async def stage(fediverse: Fediverse, clock: SettableClock) -> Stage:
    seen: list[Activity] = []

    async def note(arrival: Arrival) -> bool:
        seen.append(arrival.activity)
        return True

    here = await fediverse.server("here", handlers={kind: [note] for kind in (Announce, Create, Delete, Update)})
    there, bobs = await fediverse.peer("there.test"), await fediverse.peer("bobs.test")
    multikey = {"id": f"{BOB}#proofs", "type": "Multikey", "controller": BOB}
    foreign = {"id": "https://evil.test/key", "type": "Multikey", "controller": BOB}
    public = multibase(ed25519_key().public_key())
    bob = bobs.actor(
        "bob",
        key=1,
        assertionMethod=[multikey | {"publicKeyMultibase": public}, foreign | {"publicKeyMultibase": public}],
    )
    sam = there.actor()
    for actor in (bob, sam):
        await remote_accounts.by_uri(here.network, actor.id)
    return Stage(here, sam, bob, there, bobs, seen, clock)


@pytest.mark.parametrize("kind", ["Create", "Update"])
async def test_what_its_actor_signed_is_believed(fediverse: Fediverse, stage: Stage, kind: str) -> None:
    """An LD-signature by a key that the actor lists is enough; nobody is asked, and the effect is the actor's."""
    before = len(stage.bobs.received)
    assert await stage.passed_on(stage.signed(a_create(kind))) == 202
    await fediverse.settle()
    (activity,) = stage.seen
    assert (type(activity).__name__, activity.actor) == (kind, BOB)
    note = getattr(activity, "object", None)
    assert isinstance(note, Note)
    assert (note.id, note.summary, note.content) == (NOTE, "a spider", "<p>look</p>")
    assert len(stage.bobs.received) == before
    sender = await stage.here.instance.database.fetch_value(
        "SELECT a.uri FROM inbox_items i JOIN accounts a ON a.id = i.sender_id"
    )
    assert sender == BOB


async def test_what_its_actor_proved_is_believed(fediverse: Fediverse, stage: Stage) -> None:
    """So is an object integrity proof, alone or with an LD-signature around it."""
    assert await stage.passed_on(stage.proved(a_create())) == 202
    assert await stage.passed_on(stage.signed(stage.proved(a_create("Update")))) == 202
    await fediverse.settle()
    assert [type(one) for one in stage.seen] == [Create, Update]
    assert stage.here.network.scribes.process_id is None


async def test_deletes_and_boosts_are_believed(fediverse: Fediverse, stage: Stage) -> None:
    """Whatever others pass on may be signed inside."""
    assert await stage.passed_on(stage.signed(a_delete())) == 202
    assert await stage.passed_on(stage.signed(a_create("Announce", object="https://else.test/1"))) == 202
    await fediverse.settle()
    assert [type(one) for one in stage.seen] == [Delete, Announce]


async def test_only_what_was_signed_has_an_effect(fediverse: Fediverse, stage: Stage) -> None:
    """Words that nobody signed, added under a name of their own, are gone when the activity takes effect (case 14)."""
    document = stage.signed(a_create())
    document["object"] |= {"_misskey_content": "hello", "quoteUrl": "https://evil.test/1", "capabilities": None}
    assert await stage.passed_on(document) == 202
    body = bytes(await stage.here.instance.database.fetch_value("SELECT body FROM inbox_items"))
    assert b"a spider" in body
    assert not any(word in body for word in (b"_misskey_content", b"evil.test", b"signatureValue"))
    await fediverse.settle()
    assert len(stage.seen) == 1


def forged(stage: Stage) -> Any:
    """Sam signs, inside and out, what Bob never said."""
    return stage.signed(a_create(), key=stage.sam.signing_key)


def touched(stage: Stage) -> Any:
    document = stage.signed(a_create())
    document["object"]["content"] = "<p>do not look</p>"
    return document


def poisonous(stage: Stage) -> Any:
    tree: dict[str, Any] = {"type": "Object"}
    for _ in range(2):
        tree = {"type": "Object", "tag": [deepcopy(tree) for _ in range(8)]}
    document = stage.signed(a_create())
    document["object"]["tag"] = [tree]
    return document


ASKED: list[tuple[str, Callable[[Stage], Any]]] = [
    ("signed by who forwards it", forged),
    (
        "signed with the right key under a name that nobody lists (case 1)",
        lambda s: s.signed(a_create(), key=SigningKey("https://evil.test/key", s.bob.key)),
    ),
    (
        "signed with the wrong key under the right name",
        lambda s: s.signed(a_create(), key=SigningKey(s.bob.signing_key.key_id, a_key(2))),
    ),
    (
        "proved with a key on another host, which the actor lists (case 1)",
        lambda s: s.proved(a_create(), key_id="https://evil.test/key"),
    ),
    ("proved with the key for requests", lambda s: s.proved(a_create(), key_id=f"{BOB}#main-key")),
    ("touched on the way", touched),
    ("a proof that does not hold, though the signature does", lambda s: s.signed({**s.proved(a_create()), "cc": []})),
    ("too old", lambda s: s.signed(a_create(), age=timedelta(days=4))),
    ("for followers only", lambda s: s.signed(a_create(to=[f"{BOB}/followers"]))),
    ("poisonous (case 117)", poisonous),
    ("too large", lambda s: s.proved(a_create(name="x" * 70_000))),
    ("a signature that is a word", lambda s: a_create(signature="me")),
    ("a signature of another kind", lambda s: a_create(signature={"type": "Ed25519Signature2018"})),
    ("a proof that is a word", lambda s: a_create(proof="me")),
]


@pytest.mark.parametrize(("why", "make"), ASKED, ids=[row[0] for row in ASKED])
async def test_what_does_not_prove_itself_is_fetched_from_its_origin(
    fediverse: Fediverse, stage: Stage, why: str, make: Callable[[Stage], Any]
) -> None:
    """Nothing that came has an effect: the object's own origin is asked, once however often it is said."""
    document = make(stage)
    assert await stage.passed_on(document) == 202
    assert await stage.passed_on(document) == 202
    assert await stage.jobs() == [("fetch_post", NOTE)]
    await fediverse.settle()
    assert stage.seen == []
    assert await stage.here.instance.database.fetch_value("SELECT count(*) FROM inbox_items") == 0


REFUSED: list[tuple[str, Callable[[Stage], Any], int]] = [
    ("nothing in it is signed (case 3)", lambda s: a_create(), 401),
    (
        "not of a kind that is passed on",
        lambda s: s.signed(a_create("Follow", object="https://here.test/users/al")),
        401,
    ),
    ("a Like", lambda s: s.signed(a_create("Like", object="https://here.test/p/1")), 401),
    ("an Undo", lambda s: s.signed(a_create("Undo", object=a_create("Announce", object=NOTE))), 401),
    ("a boost that was touched", lambda s: {**s.signed(a_create("Announce", object=NOTE)), "object": BOB}, 401),
    ("an object on another host", lambda s: a_create(object="https://else.test/1", signature={}), 401),
    ("one of ours (case 27)", lambda s: s.signed(a_create(actor="https://here.test/users/alice")), 403),
    ("no actor", lambda s: a_create(actor=None, signature={}), 400),
    ("a Delete of what is elsewhere", lambda s: a_delete(object="https://else.test/1"), 401),
]


@pytest.mark.parametrize(("why", "make", "status"), REFUSED, ids=[row[0] for row in REFUSED])
async def test_what_nothing_speaks_for_is_refused(
    stage: Stage, why: str, make: Callable[[Stage], Any], status: int
) -> None:
    """A refusal leaves no row, and nobody is asked."""
    before, asked = await rows(stage.here), len(stage.bobs.received)
    assert await stage.passed_on(make(stage)) == status
    assert await rows(stage.here) == before
    assert len(stage.bobs.received) == asked


async def test_a_stranger_may_not_forward(fediverse: Fediverse, stage: Stage) -> None:
    """Whom we do not know is not looked up for it, and neither is who signs with another's name."""
    eve = (await fediverse.peer("eves.test")).actor("eve", key=2)
    before = await rows(stage.here)
    document = stage.signed(a_create())
    assert await stage.passed_on(document, by=eve) == 401
    assert await stage.passed_on(document, by=SigningKey(stage.sam.signing_key.key_id, a_key(2))) == 401
    assert await stage.passed_on(document, by=SigningKey(f"{stage.sam.id}#other", stage.sam.key)) == 401
    assert await rows(stage.here) == before
    assert fediverse.peers["eves.test"].received == []


@pytest.mark.parametrize(("who", "status"), [("sam", 403), ("bob", 403)])
async def test_the_suspended_are_not_heard(stage: Stage, who: str, status: int) -> None:
    """Neither as forwarders nor as authors."""
    async with stage.here.instance.change() as change:
        await change.tx.execute("UPDATE accounts SET suspended_at = 1 WHERE username = $1", who)
        account_id = await change.tx.fetch_value("SELECT id FROM accounts WHERE username = $1", who)
        change.tx.signal("account", str(account_id))
    assert await stage.passed_on(stage.signed(a_create())) == status
    assert await stage.here.instance.database.fetch_value("SELECT count(*) FROM inbox_items") == 0


@pytest.mark.parametrize(
    "document",
    [
        a_create("Update", object={"id": BOB, "type": "Person", "inbox": f"{BOB}/inbox", "name": "Eve"}),
        a_delete(object={"id": BOB, "type": "Person"}),
    ],
    ids=["a new name (case 16)", "the end of an account"],
)
async def test_of_an_actor_nothing_is_believed(fediverse: Fediverse, stage: Stage, document: dict[str, Any]) -> None:
    """Even what the actor signed about itself is read from its origin."""
    assert await stage.passed_on(stage.signed(document)) == 202
    assert await stage.jobs() == [("refresh_account", BOB)]
    await fediverse.settle()
    assert stage.seen == []


async def test_an_actor_we_do_not_know_is_not_looked_up_at_the_door(fediverse: Fediverse, stage: Stage) -> None:
    """Their post is fetched by a job; of what they deleted there is nothing to ask about."""
    eva = (await fediverse.peer("evas.test")).actor("eva", key=2)
    note = {**a_create()["object"], "id": "https://evas.test/1", "attributedTo": eva.id}
    assert await stage.passed_on(stage.signed(a_create(actor=eva.id, object=note), key=eva.signing_key)) == 202
    assert await stage.passed_on(stage.signed(a_delete(actor=eva.id, object="https://evas.test/2"))) == 202
    assert await stage.jobs() == [("fetch_post", "https://evas.test/1")]
    assert fediverse.peers["evas.test"].received == []


async def test_a_host_whose_documents_poison_is_not_read_again_for_a_while(stage: Stage) -> None:
    """One poisonous document costs a scribe; the next ones of that host cost nothing, and are asked about as well."""
    assert await stage.passed_on(poisonous(stage)) == 202
    assert stage.here.network.scribes.process_id is None
    assert await stage.passed_on(poisonous(stage)) == 202
    assert await stage.passed_on(stage.signed(a_create("Update"))) == 202
    assert stage.here.network.scribes.process_id is None
    assert await stage.jobs() == [("fetch_post", NOTE)]


async def test_a_key_for_proofs_signs_no_request(stage: Stage) -> None:
    """What an actor lists under ``assertionMethod`` vouches for documents, and for nobody at the door."""
    stored = await stage.here.instance.database.fetch_value("SELECT public_keys FROM accounts WHERE uri = $1", BOB)
    assert [(key["id"], key.get("for")) for key in orjson.loads(stored)] == [
        (f"{BOB}#main-key", None),
        (f"{BOB}#proofs", "proofs"),
    ], "and a key that is on another host is nobody's"
    before = await rows(stage.here)
    key = SigningKey(f"{BOB}#proofs", ed25519_key())
    assert (await stage.bobs.send(stage.bobs.signed(INBOX, a_create(), key, scheme=Scheme.RFC9421)))[0] == 401
    assert await stage.passed_on(stage.signed(a_create()), by=key) == 401
    assert await rows(stage.here) == before
