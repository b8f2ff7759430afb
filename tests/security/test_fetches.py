"""What strangers make us fetch: never from inside, never without end, never more than a few requests for one of theirs.

The server may reach 127.0.0.1 only, where its peers are; a listener on 127.0.0.2 is everything it must not reach.
"""

from __future__ import annotations

import orjson
import pytest
from aiohttp import web

from tests.fediverse import AS2, FakePeer
from tests.security.house import HERE, JSON, PUBLIC, House

pytestmark = pytest.mark.asyncio(loop_scope="module")


def inside(house: House) -> list[str]:
    """Addresses of what is inside, in the spellings people try."""
    port = house.cellar
    return [
        f"https://127.0.0.2:{port}/x", f"http://127.0.0.2:{port}/x", f"https://127.2:{port}/x",
        f"https://2130706434:{port}/x", f"https://0x7f.0.0.2:{port}/x", f"https://0177.0.0.2:{port}/x",
        f"https://[::ffff:127.0.0.2]:{port}/x", f"https://[::ffff:7f00:2]:{port}/x", f"https://internal.test:{port}/x",
        f"https://INTERNAL.test.:{port}/x", f"https://a@127.0.0.2:{port}/x", f"https://127.0.0.2%00.there.test:{port}/x",
        f"https://there.test@127.0.0.2:{port}/x", f"https://127.0.0.2\\@there.test:{port}/x",
        f"https://\u0661\u0662\u0667.0.0.2:{port}/x", f"https://\u2460\u2461\u2466.0.0.2:{port}/x",
        f"gopher://127.0.0.2:{port}/x", f"ftp://127.0.0.2:{port}/x", "file:///etc/passwd", "data:application/json,{}",
        "https://[::1]/x", "https://0.0.0.0/x", "https://169.254.169.254/x", "https://[fe80::1%25eth0]/x", "https://[",
    ]  # fmt: skip


def leading_to(peer: FakePeer, path: str, goal: str, status: int = 302) -> str:
    """Let a path of the stranger's redirect."""

    async def respond(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": goal.encode("ascii", "backslashreplace").decode()})

    peer.answers[path] = respond
    return f"https://{peer.host}{path}"


async def test_nothing_inside_is_reached_by_any_way_there_is(house: House) -> None:
    """By search, photo, avatar, actor, key, object, boost, parent, WebFinger and redirect: no connection, no 5xx."""
    there = house.there
    mallory = there.actor("mallory", key=1)
    assert (
        await house.post({"id": f"{mallory.id}#0", "type": "Like", "actor": mallory.id, "object": HERE}, mallory) == 202
    )
    await house.settle()
    await house.follow(house.people["carol"].id, await house.account_of(mallory))
    for number, address in enumerate(inside(house)):
        redirect = leading_to(there, f"/to{number}", address)
        for url in (address, redirect):
            text = url.encode().replace(b"%", b"%25").replace(b"\\", b"%5C")
            quoted = "".join(chr(byte) if byte < 128 else f"%{byte:02X}" for byte in text)
            assert (await house.ask(f"/search?q={quoted}", by="carol")).status == 200, url
            photo = await house.remote_photo(url)
            assert (await house.ask(f"/photos/{photo}/feed")).status == 404, url
        note = {
            "id": f"https://there.test/notes/in{number}", "type": "Note", "attributedTo": mallory.id, "to": [PUBLIC],
            "content": "x", "inReplyTo": address, "context": address, "replies": address,
            "attachment": [{"type": "Image", "url": address}], "@context": [AS2, address],
        }  # fmt: skip
        for kind, thing in (
            ("Create", note),
            ("Create", {**note, "id": address}),
            ("Create", address),
            ("Announce", address),
            ("Announce", redirect),
            ("Update", {**note, "id": redirect}),
            ("Like", address),
        ):
            document = {
                "id": f"{mallory.id}#{number}{kind}{len(str(thing))}",
                "type": kind,
                "actor": mallory.id,
                "object": thing,
            }
            assert await house.post(document, mallory) in (202, 400), (kind, address)
        knock = {"id": f"{mallory.id}#k{number}", "type": "Follow", "actor": address, "object": f"{HERE}/users/alice"}
        assert (await there.post(f"{HERE}/inbox", knock, mallory))[0] in (400, 401, 403), address
        jrd = {"subject": f"acct:in{number}@there.test", "links": [{"rel": "self", "type": JSON, "href": address}]}
        there.serve("/.well-known/webfinger", jrd, content_type="application/jrd+json")
        assert (await house.ask(f"/search?q=@in{number}@there.test", by="carol")).status == 200
    del there.answers["/.well-known/webfinger"]
    await house.settle()
    assert house.intruders == []
    assert (await house.counts())["waiting jobs"] == 0
    assert (await house.counts())["failed inbox_items"] == 0


async def test_redirects_end(house: House) -> None:
    """A chain of redirects, a circle of them and one of different kinds end after a few, for documents and handles."""
    there = house.there
    for number in range(60):
        leading_to(there, f"/chain/{number}", f"/chain/{number + 1}", status=(301, 302, 303, 307, 308)[number % 5])
    leading_to(there, "/circle", "https://there.test/circle")
    for path in ("/chain/0", "/circle"):
        before = len(there.received)
        assert (await house.ask(f"/search?q=https://there.test{path}", by="carol")).status == 200
        assert len(there.received) - before <= 4, path
    leading_to(there, "/.well-known/webfinger", "/.well-known/webfinger?again")
    before = len(there.received)
    assert (await house.ask("/search?q=@round@there.test", by="carol")).status == 200
    del there.answers["/.well-known/webfinger"]
    assert len(there.received) - before <= 4


async def test_an_outbox_without_end(house: House) -> None:
    """Back-filling reads a few dozen documents at most, however many pages, items and addresses an outbox names."""
    there = house.there
    endless = there.actor("endless", key=1)
    assert (
        await house.post({"id": f"{endless.id}#0", "type": "Like", "actor": endless.id, "object": HERE}, endless) == 202
    )

    async def page(request: web.Request) -> web.Response:
        number = int(request.query.get("page", "0"))
        items: list[object] = [f"https://there.test/items/{number}-{item}" for item in range(1000)]
        document = {
            "id": str(request.url), "type": "OrderedCollectionPage", "orderedItems": items,
            "next": f"https://there.test/users/endless/outbox?page={number + 1}",
        }  # fmt: skip
        return web.Response(body=orjson.dumps(document), content_type=JSON)

    there.answers["/users/endless/outbox"] = page
    await house.settle()
    before = len(there.received)
    path = await house.value("SELECT username FROM accounts WHERE uri = $1", endless.id)
    assert (await house.ask(f"/@{path}@there.test", by="carol")).status == 200
    await house.settle()
    assert 0 < len(there.received) - before <= 90
    again = len(there.received)
    assert (await house.ask(f"/@{path}@there.test", by="carol")).status == 200
    await house.settle()
    assert len(there.received) == again


async def test_a_talk_without_a_root(house: House) -> None:
    """For one comment at most twenty unknown parents are read, one above the other, and their authors."""
    there = house.there
    climber = there.actor("climber", key=1)

    async def parent(request: web.Request) -> web.Response:
        number = int(request.path.rpartition("/")[2])
        note = {
            "id": str(request.url.with_scheme("https").with_host("there.test").with_port(None)), "type": "Note",
            "attributedTo": climber.id, "to": [PUBLIC], "content": "x",
            "inReplyTo": f"https://there.test/up/{number + 1}",
        }  # fmt: skip
        return web.Response(body=orjson.dumps(note), content_type=JSON)

    for number in range(80):
        there.answers[f"/up/{number}"] = parent
    note = {
        "id": "https://there.test/notes/climb", "type": "Note", "attributedTo": climber.id, "to": [PUBLIC],
        "content": "x", "tag": [{"type": "Mention", "href": f"{HERE}/users/carol"}], "inReplyTo": "https://there.test/up/0",
    }  # fmt: skip
    before = len(there.received)
    assert (
        await house.post({"id": f"{climber.id}#c", "type": "Create", "actor": climber.id, "object": note}, climber)
        == 202
    )
    await house.settle()
    assert 20 <= len(there.received) - before <= 30
    assert (await house.counts())["waiting jobs"] == 0
