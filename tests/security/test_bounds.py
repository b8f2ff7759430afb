"""What one stranger can cost: others, by way of us; and us, in memory, rows and time."""

from __future__ import annotations

import ast
from importlib.metadata import version

import pi_heif
import pytest
from PIL import features

from rossgram_fed.federation.recent import Recent
from tests.fediverse import FakePeer
from tests.security.house import HERE, PUBLIC, House
from tests.test_architecture import PACKAGES, modules_imported, names_used, python_files

pytestmark = pytest.mark.asyncio(loop_scope="module")

READERS = {"parse", "iterparse", "fromstring", "fromstringlist", "XML", "XMLID", "XMLParser", "XMLPullParser", "expat"}
"""Names by which the XML library reads."""
MOST_PER_REQUEST = 8
"""Requests to a third server that one request to us may cause: both knocks for a document and for its author, say."""


async def _asked_by(house: House, victim: FakePeer, document: dict[str, object]) -> int:
    mallory = house.there.actor("mallory", key=1)
    before = len(victim.received)
    assert await house.post({"actor": mallory.id, **document}, mallory) in (202, 400, 401)
    await house.settle()
    return len(victim.received) - before


async def test_one_request_of_a_stranger_costs_others_little(house: House) -> None:
    """Whatever mallory names in one activity, and however often, the server she names is asked a few times at most."""
    victim = await house.peer("victim.test")
    mallory = house.there.actor("mallory", key=1)
    assert await _asked_by(house, victim, {"type": "Like", "id": f"{mallory.id}#0", "object": HERE}) == 0
    await house.follow(house.people["carol"].id, await house.account_of(mallory))
    many = [f"https://victim.test/users/{number}" for number in range(300)]
    mentions = [{"type": "Mention", "href": one} for one in many]
    note: dict[str, object] = {
        "id": "https://there.test/notes/0", "type": "Note", "attributedTo": mallory.id, "to": [PUBLIC, *many],
        "cc": many,
        "tag": mentions, "content": "".join(f"<a href='{one}'>x</a>" for one in many), "inReplyTo": many[0],
        "replies": {"type": "Collection", "id": many[1], "first": {"type": "CollectionPage", "items": many}},
        "attachment": [{"type": "Image", "url": f"{one}.jpg"} for one in many], "likes": many[2], "shares": many[3],
        "context": many[4], "url": many[5],
    }  # fmt: skip
    for number, (kind, thing) in enumerate(
        (
            ("Create", note),
            ("Create", many[6]),
            ("Create", note | {"id": many[7]}),
            ("Update", note | {"id": many[8]}),
            ("Update", many[9]),
            ("Announce", many[10]),
            ("Announce", {"type": "Create", "actor": many[11], "object": note | {"id": many[12]}}),
            ("Delete", many[13]),
            ("Undo", many[14]),
            ("Accept", many[15]),
            ("Like", many[16]),
            ("Follow", many[17]),
        )
    ):
        document = {"type": kind, "id": f"{mallory.id}#{number + 1}", "object": thing, "to": many, "cc": many}
        assert await _asked_by(house, victim, document) <= MOST_PER_REQUEST, kind
        assert await _asked_by(house, victim, document) == 0, f"{kind} again"


async def test_senders_who_are_not_there_cost_others_little(house: House) -> None:
    """However many activities claim to be by people of a server, it is asked once for each of them, and no more."""
    victim = await house.peer("victim.test")
    key = house.there.actor("mallory", key=1).signing_key
    before = len(victim.received)
    for _ in range(20):
        actor = "https://victim.test/users/nobody"
        document = {"id": f"{actor}#1", "type": "Like", "actor": actor, "object": HERE}
        request = house.there.signed(f"{HERE}/inbox", document, type(key)(f"{actor}#main-key", key.private_key))
        assert (await house.there.send(request))[0] == 401
    assert len(victim.received) - before <= 2


async def test_visitors_make_us_ask_nobody(house: House) -> None:
    """Somebody who is not signed in can search what is here, and sends us to no other server."""
    before = sum(len(peer.received) for peer in house.fediverse.peers.values())
    asked = len(house.fediverse.names.asked)
    for text in ("@sam@there.test", "https://there.test/users/sam", "acct:sam@there.test", "@sam@fresh.test"):
        assert (await house.ask(f"/search?q={text}")).status == 200
    ways = ("/interact?do=follow&uri=https://fresh.test/users/sam", "/authorize_interaction?uri=@sam@fresh.test")
    for path in ("/@sam@fresh.test", "/@mallory@there.test", "/tags/x", "/explore?show=everywhere", *ways):
        await house.ask(path)
    await house.settle()
    assert sum(len(peer.received) for peer in house.fediverse.peers.values()) == before
    assert "fresh.test" not in house.fediverse.names.asked[asked:]


async def test_visitors_have_no_talk_fetched(house: House) -> None:
    """Row 100: a stranger's post and profile are read again for who is signed in, and for nobody else."""
    mallory = house.there.actor("mallory", key=1)
    note = {
        "id": "https://there.test/notes/talk", "type": "Note", "attributedTo": mallory.id, "to": [PUBLIC],
        "content": "x", "replies": "https://there.test/notes/talk/replies", "published": "2026-05-01T00:00:00Z",
        "inReplyTo": "https://there.test/notes/above", "attachment": [],
        "tag": [{"type": "Mention", "href": f"{HERE}/users/carol"}],
    }  # fmt: skip
    document = {"type": "Create", "id": f"{mallory.id}#talk", "actor": mallory.id, "object": note}
    assert await house.post(document, mallory) == 202
    await house.settle()
    post_id = await house.value("SELECT id FROM posts WHERE uri = $1", note["id"])
    before, jobs = len(house.there.received), await house.value("SELECT COUNT(*) FROM jobs")
    for path in (f"/p/{post_id}", "/@mallory@there.test"):
        assert (await house.ask(path)).status == 200
    await house.settle()
    assert len(house.there.received) == before
    assert await house.value("SELECT COUNT(*) FROM jobs") == jobs
    for path in (f"/p/{post_id}", "/@mallory@there.test"):
        assert (await house.ask(path, by="carol")).status == 200
    await house.settle()
    assert house.there.asked_for("/notes/talk/replies") == 1
    assert house.there.asked_for("/users/mallory/outbox") == 1


async def test_memories_are_bounded(house: House) -> None:
    """What is remembered of strangers, by address or by host, never exceeds its bound, however many there are."""
    memory: Recent[str, int] = Recent(most=100, milliseconds=1000)
    for number in range(10_000):
        memory.put(f"https://h{number}.test/", number, now=0)
    assert len(memory) == 100
    network = house.server.network
    for kept in (network.failures, network.refetched):
        for number in range(25_000):
            kept.put(f"https://h{number}.test/", True, now=0)  # type: ignore[attr-defined]
        assert len(kept) <= 20_000


async def test_a_flood_of_ends_costs_nothing(house: House) -> None:
    """Deletes of accounts we never met are answered without a row, a fetch or a job, one like the other."""
    before, asked = await house.counts(), len(house.there.received)
    for number in range(50):
        gone = house.there.actor(f"gone{number}", key=1)
        assert (
            await house.post({"id": f"{gone.id}#d", "type": "Delete", "actor": gone.id, "object": gone.id}, gone) == 202
        )
    await house.settle()
    assert await house.counts() == before
    assert len(house.there.received) == asked


async def test_xml_is_read_in_two_places() -> None:
    """Feeds are written as XML; two modules read any, and both refuse what entities could come from."""
    for file in python_files(*PACKAGES):
        if file.name in ("atom_links.py", "xmp.py"):
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        if {"xml", "lxml", "defusedxml", "xmltodict"} & {module.split(".")[0] for module in modules_imported(tree)}:
            assert not READERS & {name for name, _ in names_used(tree)}, file


async def test_libraries_are_new_enough() -> None:
    """The libraries that read what strangers send are at least of the versions whose holes are closed."""
    assert _parts(version("aiohttp")) >= (3, 14, 3)
    assert _parts(version("pillow")) >= (12, 0)
    assert _parts(features.version("webp") or "0") >= (1, 3, 2)
    assert _parts(features.version("libtiff") or "9") >= (4, 6)
    assert _parts(features.version("avif") or "0") >= (1, 3)
    assert _parts(pi_heif.libheif_version()) >= (1, 21)


def _parts(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:3] if part.isdigit())
