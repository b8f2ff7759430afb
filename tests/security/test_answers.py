"""What strangers answer when they are asked: pictures that are none, documents and handles that are no use or lies."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import Any

import orjson
import pytest
from aiohttp import web
from PIL import Image

from rossgram_fed.media.storage import STORAGE
from tests.security.house import HERE, JSON, PUBLIC, House

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _bomb() -> bytes:
    packed = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(packed, "PNG")
    return packed.getvalue()


HTML_PAGE = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PICTURES: dict[str, tuple[bytes, dict[str, str]]] = {
    "a page": (HTML_PAGE, {"Content-Type": "image/jpeg"}),
    "a drawing with a script": (SVG, {"Content-Type": "image/svg+xml"}),
    "a drawing behind a JPEG's beginning": (b"\xff\xd8\xff\xe0" + SVG, {"Content-Type": "image/jpeg"}),
    "a document": (b'{"type":"Note"}', {"Content-Type": JSON}),
    "a picture of too many pixels": (_bomb(), {"Content-Type": "image/png"}),
    "bytes that unpack to too many": (gzip.compress(b"\0" * 200_000_000), {"Content-Encoding": "gzip"}),
    "raw bytes that unpack to too many": (zlib.compress(b"\0" * 200_000_000), {"Content-Encoding": "deflate"}),
    "not packed as it says": (b"abc", {"Content-Encoding": "gzip"}),
    "packed in a way nobody asked for": (b"abc", {"Content-Encoding": "br"}),
    "nothing": (b"", {"Content-Type": "image/jpeg"}),
    "a PostScript file": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", {"Content-Type": "image/jpeg"}),
    "a playlist": (b"#EXTM3U\nhttps://internal.test/x\n", {"Content-Type": "image/jpeg"}),
    "a magick script": (b"push graphic-context\nfill 'url(https://internal.test/)'\n", {"Content-Type": "image/png"}),
}


@pytest.mark.parametrize("what", PICTURES)
async def test_what_is_no_picture_is_not_shown(strict_house: House, what: str) -> None:
    """A stranger's photo or avatar that is none is 404 for whoever looks, and no byte of it is kept or served."""
    house = strict_house
    body, headers = PICTURES[what]
    path = f"/{list(PICTURES).index(what)}.jpg"

    async def respond(_: web.Request) -> web.Response:
        return web.Response(body=body, headers=headers)

    house.there.answers[path] = respond
    folder = house.server.runner.app[STORAGE]
    before = [key for keys in folder.older_than(-10) for key in keys]
    photo = await house.remote_photo(f"https://there.test{path}")
    answers = [await house.ask(f"/photos/{photo}/{size}") for size in ("grid", "feed", "full")]
    account = await house.value("SELECT id FROM accounts WHERE username = 'pat'")
    async with house.server.instance.change() as change:
        await change.tx.execute(
            "UPDATE accounts SET avatar_url = $1 WHERE id = $2", f"https://there.test{path}", account
        )
    answers.append(await house.ask(f"/avatars/{account}"))
    assert {answer.status for answer in answers} == {404}
    assert not any("alert(1)" in answer.text for answer in answers)
    assert [key for keys in folder.older_than(-10) for key in keys] == before
    assert house.there.asked_for(path) == 1


A_NOTE = {"id": "https://there.test/x", "type": "Note", "to": [PUBLIC]}
ANSWERS: dict[str, tuple[object, dict[str, Any]]] = {
    "a page": (HTML_PAGE, {"content_type": "text/html"}),
    "an uploaded file": (A_NOTE, {"content_type": "application/json"}),
    "a file with two labels": (A_NOTE, {"content_type": f"image/png, {JSON}"}),
    "JSON-LD without the profile": (A_NOTE, {"content_type": "application/ld+json"}),
    "no JSON": (b"{", {}),
    "a list": (b"[]", {}),
    "a word": (b'"x"', {}),
    "too deep": (b'{"a":' * 500 + b"1" + b"}" * 500, {}),
    "brackets without end": (b"[" * 900_000, {}),
    "too large": (b'{"id":"' + b"x" * 2_000_000 + b'"}', {}),
    "half a surrogate pair": (b'{"id":"https://there.test/x","type":"Note","content":"\\ud800"}', {}),
    "numbers without end": (b'{"id":"https://there.test/x","type":"Note","x":1' + b"0" * 5000 + b"}", {}),
    "no id": ({"type": "Note"}, {}),
    "an id of ours": ({"id": f"{HERE}/p/1", "type": "Note", "attributedTo": f"{HERE}/users/alice"}, {}),
    "an id elsewhere": ({"id": "https://nowhere.test/x", "type": "Note"}, {}),
    "a post by one of ours": (A_NOTE | {"id": "SELF", "attributedTo": f"{HERE}/users/alice"}, {}),
    "a post by somebody elsewhere": (A_NOTE | {"id": "SELF", "attributedTo": "https://victim.test/u"}, {}),
    "a post by a list": (A_NOTE | {"id": "SELF", "attributedTo": [[], {}, 1]}, {}),
    "an actor of ours": ({"id": f"{HERE}/users/alice", "type": "Person", "inbox": "https://there.test/inbox"}, {}),
    "an actor without keys or name": ({"id": "SELF", "type": "Person"}, {}),
    "a context that is renamed": ({"@context": {"x": "@id"}, "x": "https://there.test/y", "type": "Note"}, {}),
    "a context elsewhere": ({"@context": "https://internal.test/context", "id": "SELF", "type": "Note"}, {}),
    "gone": ({"type": "Tombstone"}, {"status": 410}),
    "an error": ({}, {"status": 500}),
}  # fmt: skip


@pytest.mark.parametrize("what", ANSWERS)
async def test_answers_that_are_no_use(strict_house: House, what: str) -> None:
    """Whatever is at an address that somebody here searches for, nothing false of it is kept, and the page says why."""
    house = strict_house
    document, how = ANSWERS[what]
    path = f"/answers/{list(ANSWERS).index(what)}"
    if isinstance(document, dict):
        document = orjson.loads(orjson.dumps(document).replace(b"SELF", f"https://there.test{path}".encode()))
    house.there.serve(path, document, **how)
    before = await house.counts()
    answer = await house.ask(f"/search?q=https://there.test{path}", by="carol")
    assert answer.status == 200
    assert "could not be found" in answer.text or "no post" in answer.text
    assert await house.counts() == before
    assert house.intruders == []


def linked(href: str) -> dict[str, Any]:
    return {"links": [{"rel": "self", "type": JSON, "href": href}]}


WEBFINGER: dict[str, tuple[object, dict[str, Any]]] = {
    "another's actor": (linked("https://victim.test/users/nobody"), {}),
    "nothing": (b"", {}),
    "too much": (b"{" + b" " * 3_000_000 + b"}", {}),
    "a list": (b"[]", {}),
    "a page": (HTML_PAGE, {"content_type": "text/html"}),
    "no links": ({"subject": "acct:sam@there.test"}, {}),
    "links without end": ({"links": [{"rel": "self", "type": JSON, "href": "https://nowhere.test/"}] * 20_000}, {}),
    "a link with NUL": (linked("https://there.test/\x00"), {}),
    "a link too long": (linked("https://there.test/" + "x" * 5000), {}),
    "a link of too many bytes": (linked("https://there.test/" + "\u00fc" * 2000), {}),
    "a script": (linked("javascript:alert(1)"), {}),
    "numbers": ({"subject": 1, "links": [{"rel": 1, "type": 2, "href": 3}, 4, None]}, {}),
    "a subject of ours": (linked("https://there.test/users/x") | {"subject": "acct:nobody@here.test"}, {}),
    "a subject with NUL": ({"subject": "acct:a\x00@there.test", "links": []}, {}),
    "an error": ({}, {"status": 500}),
}  # fmt: skip


@pytest.mark.parametrize("what", WEBFINGER)
async def test_handles_that_lead_nowhere(strict_house: House, what: str) -> None:
    """Whatever a domain answers about a handle, nobody gets a row by it, and the search page says so."""
    house = strict_house
    document, how = WEBFINGER[what]
    house.there.serve("/.well-known/webfinger", document, **{"content_type": "application/jrd+json"} | how)
    before = await house.counts()
    answer = await house.ask(f"/search?q=@wf{list(WEBFINGER).index(what)}@there.test", by="carol")
    del house.there.answers["/.well-known/webfinger"]
    assert answer.status == 200, answer.text
    assert 'role="alert"' in answer.text
    assert await house.counts() == before
