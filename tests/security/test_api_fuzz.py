"""What no app sends, sent to every endpoint: absurd values, texts that are none, bodies that are broken or cut off.

Whatever it is, it is refused as JSON, is no error of ours, and leaves nothing.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import pytest

from rossgram_fed.api.routes import ROUTES
from rossgram_fed.api.table import Route
from rossgram_fed.instance import Instance
from tests.apps import ApiSite, Client, Reply, opened_api
from tests.rossgram_fed.api.files import a_png
from tests.rows import all_rows
from tests.security.belongings import Belongings, move_in

STRICT = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
"""It takes no NUL, no half of a surrogate pair, nothing too long and no number too large."""
PLAIN = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
REFUSED = {400, 413, 415, 422}
CALLS = 1_000_000
"""More than a test makes."""

ODD: dict[str, Any] = {
    "NUL": "a\x00b",
    "half a surrogate pair": "\ud800x",
    "more than a column holds": 2**63,
    "more digits than Python reads": "9" * 5000,
    "a number like none": 1e308,
    "a negative number": -5,
    "no number": "nan",
    "a long text": "\U0001f600" * 20_000,
    "an empty text": "",
    "a list of everything": ["a", {"b": 1}, None, ["1"] * 2000],
    "a mapping": {"a": {"b": []}},
    "the last instant": "9999-12-31T23:59:59.999999Z",
    "the first instant": "0001-01-01T00:00:00+23:59",
    "half an address": "https://[::1",
    "a handle": "@\ufeff@x\u2028",
    "digits of another script": "\u0661\u0662",
}


@pytest.fixture
async def site(instance: Instance) -> AsyncIterator[ApiSite]:
    limits = replace(instance.settings.limits, api_calls=CALLS)
    async with opened_api(replace(instance, settings=replace(instance.settings, limits=limits))) as opened:
        yield opened


@pytest.fixture
async def hers(site: ApiSite) -> Belongings:
    return await move_in(site)


async def sent(app: Client, route: Route, path: str, body: dict[str, Any]) -> Reply:
    """Call a route with parameters, in the query where it reads and as JSON where it writes."""
    if route.method != "GET":
        written = json.dumps(body).encode()
        return await app.call(route.method, path, data=written, headers={"Content-Type": "application/json"})
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}
    query = "&".join(f"{name}={quote(text.encode('utf-8', 'surrogatepass'))[:7000]}" for name, text in texts.items())
    return await app.get(f"{path}?{query}")


def fields_of(route: Route) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(route.takes)] if route.takes is not None else []


@STRICT
async def test_any_value_of_any_parameter(site: ApiSite, hers: Belongings) -> None:
    """Each parameter of each endpoint with each odd value is taken or refused as JSON, and what is refused is gone."""
    tried = refused = 0
    again: list[tuple[Route, str, dict[str, Any]]] = []
    for route in ROUTES:
        if route.method == "DELETE" and route.path == "/api/v1/statuses/{id}":
            continue  # it would be the end of what the others are about
        for field in fields_of(route):
            for what, value in ODD.items():
                path, body = hers.path(route), {**hers.body(route), field: value}
                reply = await sent(hers.app, route, path, body)
                told = (route.method, route.path, field, what, reply.status, reply.body)
                assert reply.status < 500 and reply.status != 429, told
                assert reply.status < 400 or reply.body["error"], told
                tried, refused = tried + 1, refused + (reply.status in REFUSED)
                if reply.status in REFUSED and route.method != "GET" and what in ("NUL", "a mapping", "no number"):
                    again.append((route, path, body))
    assert tried > 3000 < refused * 2
    before = await all_rows(site.instance.database)
    for route, path, body in again:
        assert (await sent(hers.app, route, path, body)).status in REFUSED, route.path
    assert await all_rows(site.instance.database) == before


FORM, JSON, PARTS = "application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="status"\r\n\r\nHello\r\n'
FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
BROKEN: dict[str, tuple[str, bytes, set[int]]] = {
    "JSON cut off": (JSON, b'{"status": "Hel', {400}),
    "no JSON": (JSON, b"status=Hello", {400}),
    "JSON in another alphabet": (JSON, '{"status": "Hello"}'.encode("utf-16"), {400}),
    "bytes that are no text": (JSON, b'{"status": "\xff\xfe"}', {400}),
    "half a surrogate pair": (JSON, b'{"status": "\\ud800"}', {400}),
    "NUL": (JSON, b'{"status": "a\\u0000b"}', {400}),
    "NUL as a name": (JSON, b'{"a\\u0000b": "Hello", "status": "Hello"}', {400}),
    "a list": (JSON, b'["Hello"]', {415}),
    "a number": (JSON, b"7", {415}),
    "brackets without end": (JSON, b"[" * 100_000, {400}),
    "mappings without end": (JSON, b'{"status":' * 5000 + b"1" + b"}" * 5000, {400}),
    "a megabyte and more": (JSON, b'{"status": "' + b"x" * (1 << 20) + b'"}', {413}),
    "plain text": ("text/plain", b"status=Hello", {415}),
    "XML": ("application/xml", b"<status>Hello</status>", {415}),
    "a type that is none": ("\u00e9/;;", b"status=Hello", {415}),
    "a form with NUL": (FORM, b"status=a%00b", {400}),
    "a form with 1,001 fields": (FORM, b"&".join(b"a%d=1" % number for number in range(1001)), {400}),
    "a form of a megabyte and more": (FORM, b"status=" + b"x" * (1 << 20), {413}),
    "parts without a boundary": ("multipart/form-data", PART + b"--x--", {400}),
    "parts cut off": (PARTS, PART + b"--x\r\nContent-Dispo", {400}),
    "a part without a name": (PARTS, PART + b"--x\r\n\r\nHello\r\n--x--", {400}),
    "parts in parts": (PARTS, PART + b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n--x--", {400}),
    "1,001 parts": (PARTS, PART * 1001 + b"--x--", {400}),
    "a file that nobody asked for": (PARTS, PART + FILE + b"abc\r\n--x--", {415}),
    "a file without a name": (PARTS, PART + FILE.replace(b"a.png", b"") + b"abc\r\n--x--", {415}),
}
"""A kind of body, by what is wrong with it, and how it is refused."""
TAKING = ("POST /api/v1/statuses", "PUT /api/v1/lists/{id}", "POST /api/v1/apps", "POST /oauth/token")
"""Of a person, about a thing, by anybody, and with words of its own for what is wrong."""


@PLAIN
@pytest.mark.filterwarnings("ignore::aiohttp.BadContentDispositionHeader")
async def test_bodies_that_are_broken(site: ApiSite, hers: Belongings) -> None:
    """A body that cannot be read is refused as JSON before anything is done with it."""
    routes = [one for one in ROUTES if f"{one.method} {one.path}" in TAKING]
    before, wrong = await all_rows(site.instance.database), []
    for what, (kind, body, statuses) in BROKEN.items():
        for route in routes:
            reply = await hers.app.call(route.method, hers.path(route), data=body, headers={"Content-Type": kind})
            if reply.status not in statuses or not isinstance(reply.body, dict) or not reply.body["error"]:
                wrong.append((what, route.path, reply.status, reply.body))
    assert len(routes) == len(TAKING)
    assert not wrong
    assert await all_rows(site.instance.database) == before


@PLAIN
async def test_parameters_that_are_too_many_or_too_deep(site: ApiSite, hers: Belongings) -> None:
    """Names nested without end, lists with absurd places and names that come twice do no harm and cost nothing."""
    address = "/api/v1/statuses"
    before = await all_rows(site.instance.database)
    for pairs, status, reason in (
        ([(f"a{number}", "1") for number in range(1001)], 400, "more than anybody needs"),
        ([("status[" + "]a[" * 2000 + "]", "1")], 422, "so deep that it is no name"),
        ([("status" + "[a]" * 2000, "1")], 422, "deeper than anything is"),
        ([("media_ids[99999999999999999999]", "x")], 422, "a place that no list has"),
        ([("media_ids[a]", "1"), ("media_ids[]", "2")], 422, "a mapping that is a list"),
        ([("poll", "1"), ("poll[options][]", "a"), ("poll", "2")], 422, "a thing and its parts"),
        ([("poll[options][0]", "a"), ("poll[options][00]", "b")], 422, "one place, twice"),
        ([("media_ids[]", str(number)) for number in range(900)], 422, "more files than a post has"),
        ([("status", "a\x00b")], 400, "a character that no text has"),
    ):
        query, form = urlencode(pairs), [(name, value) for name, value in pairs]
        if len(query) < 7000:
            assert (await hers.app.post(f"{address}?{query}")).status == status, reason
        assert (await hers.app.form("POST", address, form)).status == status, reason
    assert await all_rows(site.instance.database) == before


@PLAIN
async def test_bodies_that_end_in_the_middle(site: ApiSite, hers: Belongings) -> None:
    """Whoever hangs up in the middle of a body has sent nothing, and leaves no row and no file."""
    token, port = hers.app.token or "", site.visitor.client.port
    files = folder_of(site)
    before = await all_rows(site.instance.database)
    picture = PART + FILE + a_png()[:60]
    for path, kind, start in (
        ("/api/v1/statuses", JSON, b'{"status": "Hello"}'),
        ("/api/v1/statuses", FORM, b"status=Hello"),
        ("/api/v1/statuses", PARTS, PART),
        ("/api/v2/media", PARTS, picture),
        ("/api/v1/apps", FORM, b"client_name=a&redirect_uris=https://a.test/"),
    ):
        for framing, body in (
            (b"Content-Length: 5000", start),
            (b"Transfer-Encoding: chunked", b"%x\r\n%b\r\n" % (len(start), start)),
            (b"Transfer-Encoding: chunked", b"%x\r\n%b\r\nnonsense" % (len(start), start)),
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head = (
                f"POST {path} HTTP/1.1\r\nHost: here.test\r\nAuthorization: Bearer {token}\r\nContent-Type: {kind}\r\n"
            )
            writer.write(head.encode() + framing + b"\r\n\r\n" + body)
            await writer.drain()
            writer.get_extra_info("socket").shutdown(socket.SHUT_WR)
            answer = await asyncio.wait_for(reader.read(), 60)
            writer.close()
            assert not answer or answer.split(b" ", 2)[1] in (b"400", b"415"), (path, answer[:200])
    assert (await hers.app.get("/api/v1/preferences")).status == 200
    assert await all_rows(site.instance.database) == before
    assert folder_of(site) == files


@PLAIN
@pytest.mark.parametrize(
    ("path", "kind", "start"),
    [
        ("/api/v1/statuses", JSON, b'{"status": "'),
        ("/api/v1/apps", FORM, b"client_name="),
        ("/api/v1/apps", PARTS, PART + FILE),
        ("/oauth/token", PARTS, PART[:-7]),
        ("/api/v2/media", PARTS, PART[:-7]),
    ],
)
async def test_nobody_fills_our_memory(site: ApiSite, hers: Belongings, path: str, kind: str, start: bytes) -> None:
    """Of a body without end a few megabytes are read at the most; then it is refused, whoever sends it."""
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        yield start
        for _ in range(1000):
            taken += 1 << 18
            yield b"x" * (1 << 18)

    before = await all_rows(site.instance.database)
    try:
        reply = await hers.app.call("POST", path, data=endless(), headers={"Content-Type": kind})
        assert reply.status in (413, 415), reply.body
    except ConnectionError:
        pass  # it hung up while we were still sending
    assert taken < 24 << 20, f"{taken >> 20} MiB were taken"
    assert await all_rows(site.instance.database) == before


def folder_of(site: ApiSite) -> list[Path]:
    """Every file that the server keeps."""
    return sorted(path for path in site.instance.settings.storage.data.rglob("*") if path.is_file())
