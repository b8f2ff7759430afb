"""The one door outwards: whatever the other side does, it costs bounded bytes, seconds and connections."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from multidict import CIMultiDict

from activitypub.errors import ActivityPubError, AddressRefused, MalformedDocument, Refused, Unreachable
from activitypub.http import Request, Response
from activitypub.signatures import Scheme
from rossgram_fed.config import DevelopmentSettings, Settings
from rossgram_fed.federation.transport import MEBIBYTE, Deadlines, Door
from tests.fediverse import FakePeer, Fediverse, Server

IMPATIENT = Deadlines(total=0.5)
"""For servers that never come to an end: whoever does has the usual time, however busy the machine is."""


@pytest.fixture
async def door(fediverse: Fediverse) -> AsyncIterator[Door]:
    """A door with the development switch on, as in all tests that reach loopback."""
    made = Door(fediverse.settings("here"), user_agent="Test", resolver=fediverse.names)
    yield made
    await made.close()


@pytest.fixture
async def impatient(fediverse: Fediverse) -> AsyncIterator[Door]:
    """The same, with little time."""
    made = Door(fediverse.settings("here"), user_agent="Test", resolver=fediverse.names, deadlines=IMPATIENT)
    yield made
    await made.close()


@pytest.fixture
async def strict(fediverse: Fediverse) -> AsyncIterator[Door]:
    """A door as a community has it."""
    settings = replace(fediverse.settings("here"), development=DevelopmentSettings())
    made = Door(settings, user_agent="Test", resolver=fediverse.names)
    yield made
    await made.close()


async def get(door: Door, url: str = "https://there.test/", **how: int) -> Response:
    return await door.send(Request("GET", url), **how)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://there.test/", "https"),
        ("ftp://there.test/", "https"),
        ("file:///etc/passwd", "https"),
        ("gopher://there.test/", "https"),
        ("https://user@there.test/", "user name"),
        ("https://a:b@there.test/", "user name"),
        ("https://there.test:22/", "port 22"),
        ("https://there.test:6379/", "port 6379"),
        ("https://there.test:8443/", "port 8443"),
        ("https:///nowhere", "host name"),
        ("https://tëst.test/", "host name"),
        ("https://127.0.0.1/", "public"),
        ("https://[::1]/", "public"),
        ("https://[::ffff:127.0.0.1]/", "public"),
        ("https://169.254.169.254/latest/meta-data", "public"),
        ("https://10.0.0.1:443/", "public"),
        ("https://0/", "public"),
        ("https://2130706433/", "public"),
        ("https://0x7f.1/", "public"),
        ("https://127.1/", "public"),
        ("https://there.test:99999/", "read"),
        ("https://[/", "read"),
    ],
)
async def test_addresses_that_are_never_opened(strict: Door, fediverse: Fediverse, url: str, says: str) -> None:
    """A bad scheme, port, user name or literal is refused before any name is looked up."""
    with pytest.raises(AddressRefused, match=says):
        await get(strict, url)
    assert fediverse.names.asked == []


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "169.254.169.254", "64:ff9b::7f00:1", "fe80::1"])
async def test_names_of_private_addresses_are_refused(
    strict: Door, fediverse: Fediverse, there: FakePeer, address: str
) -> None:
    """A name that resolves to a private address is not connected to."""
    fediverse.names.addresses["sly.test"] = [address]
    with pytest.raises(AddressRefused, match="no public address"):
        await get(strict, "https://sly.test/")
    assert there.received == []


async def test_a_name_that_changes_its_mind_gets_nowhere(strict: Door, fediverse: Fediverse, there: FakePeer) -> None:
    """What counts is the address that is connected to, not one that was looked at before (case 92, rebinding)."""
    for _ in range(3):
        fediverse.names.addresses["there.test"] = ["127.0.0.1"]
        with pytest.raises(AddressRefused):
            await get(strict)
    assert there.received == []


async def test_a_certificate_of_nobody_we_trust_is_refused(fediverse: Fediverse, there: FakePeer) -> None:
    """Without the extra CA file the test's certificates are worth nothing, and http is no way around."""
    settings = fediverse.settings("here")
    plain = replace(settings, federation=replace(settings.federation, extra_ca_file=None))
    door = Door(plain, user_agent="Test", resolver=fediverse.names)
    try:
        with pytest.raises(Unreachable, match="certificate"):
            await get(door)
    finally:
        await door.close()


async def test_redirects_are_given_back(door: Door, there: FakePeer) -> None:
    """The door follows nothing by itself."""
    there.serve("/", b"", status=302, Location="https://127.0.0.1/")
    assert (await get(door)).status == 302
    assert len(there.received) == 1


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("https://127.0.0.1:6379/", Unreachable),
        ("http://10.0.0.1/", AddressRefused),
        ("file:///etc/passwd", AddressRefused),
        ("data:application/json,{}", AddressRefused),
        ("//user@there.test/x", AddressRefused),
        ("https://sly.test/", AddressRefused),
        ("/loop", Refused),
    ],
)
async def test_redirects_lead_nowhere_forbidden(
    here: Server, fediverse: Fediverse, there: FakePeer, target: str, error: type[ActivityPubError]
) -> None:
    """A fetch follows a redirect only through the same guard, and a loop ends after a few hops (cases 88, 90, 104)."""
    fediverse.names.addresses["sly.test"] = ["10.0.0.1"]
    there.serve("/loop", b"", status=302, Location=target)
    key = await here.network.signers.server_key()
    with pytest.raises(error):
        await here.network.client.get("https://there.test/loop", key=key, first=Scheme.CAVAGE)
    assert len(there.received) <= 4


async def test_large_answers_are_cut(door: Door, there: FakePeer) -> None:
    """More than the limit is refused, whether or not the length is announced."""
    there.serve("/", b"x" * (MEBIBYTE + 1))
    with pytest.raises(Unreachable, match="larger"):
        await get(door)

    async def unannounced(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        for _ in range(64):
            await response.write(b"x" * 65536)
        return response

    there.answers["/"] = unannounced
    with pytest.raises(Unreachable, match="larger"):
        await get(door)
    assert len((await get(door, limit=8 * MEBIBYTE)).body) == 4 * MEBIBYTE


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw deflate"])
async def test_compressed_answers_are_inflated_under_the_limit(door: Door, there: FakePeer, encoding: str) -> None:
    """A bomb of a few kilobytes is cut at the limit; an honest answer is read."""

    def packed(body: bytes) -> bytes:
        if encoding == "gzip":
            return gzip.compress(body)
        if encoding == "deflate":
            return zlib.compress(body)
        raw = zlib.compressobj(wbits=-15)
        return raw.compress(body) + raw.flush()

    label = encoding.removeprefix("raw ")
    there.serve("/", packed(b"hello" * 1000), **{"Content-Encoding": label})
    assert (await get(door)).body == b"hello" * 1000
    there.serve("/", packed(bytes(50 * MEBIBYTE)), **{"Content-Encoding": label})
    with pytest.raises(Unreachable, match="larger"):
        await get(door)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
async def test_encodings_we_did_not_ask_for_are_refused(door: Door, there: FakePeer, encoding: str) -> None:
    """Only what we can inflate under a limit is read at all."""
    there.serve("/", b"whatever", **{"Content-Encoding": encoding})
    with pytest.raises(Unreachable, match="encoded"):
        await get(door)


async def test_a_lying_encoding_is_refused(door: Door, there: FakePeer) -> None:
    """What is not compressed as it says is no answer."""
    there.serve("/", b"\x00not gzip", **{"Content-Encoding": "gzip"})
    with pytest.raises(Unreachable, match="not compressed"):
        await get(door)


async def test_a_dripping_server_is_cut_off(impatient: Door, there: FakePeer) -> None:
    """A byte now and then does not keep a connection alive for ever (case 110)."""

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.05)

    there.answers["/"] = drip
    with pytest.raises(Unreachable, match="too long"):
        await get(impatient)


async def test_a_silent_server_is_given_up(impatient: Door, fediverse: Fediverse) -> None:
    """A server that accepts and says nothing is hung up on."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    fediverse.names.ports["mute.test"] = listener.sockets[0].getsockname()[1]
    async with listener:
        with pytest.raises(Unreachable):
            await get(impatient, "https://mute.test/")


async def test_no_cookie_is_kept_and_nobody_is_impersonated(door: Door, there: FakePeer) -> None:
    """Each request says who we are, and carries nothing from the one before."""
    there.serve("/", b"{}", **{"Set-Cookie": "track=1; Path=/"})
    await get(door)
    await get(door)
    assert [one.headers.get("Cookie") for one in there.received] == [None, None]
    assert {one.headers["User-Agent"] for one in there.received} == {"Test"}


async def test_a_connection_that_died_meanwhile_is_replaced(fediverse: Fediverse, door: Door) -> None:
    """A kept-alive connection that the other side closed without a word costs one more try, not the request (snac)."""
    served = 0

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        await reader.readuntil(b"\r\n\r\n")
        served += 1
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        await reader.read(1)  # the next request on this connection is answered by closing it
        writer.transport.abort()

    settings = fediverse.settings("plain")
    listener = await asyncio.start_server(once, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    fediverse.names.ports["abrupt.test"] = port
    assert isinstance(settings, Settings)
    async with listener:
        request = Request("POST", f"http://abrupt.test:{port}/inbox", CIMultiDict(), b"")
        assert [(await door.send(request)).status for _ in range(3)] == [202, 202, 202]
    assert served == 3


async def test_whatever_a_post_is_answered_with_is_bounded(door: Door, there: FakePeer) -> None:
    """A huge answer to a delivery is not read to its end, and does not make the delivery fail."""
    there.serve("/inbox", b"x" * (3 * MEBIBYTE), status=202)
    response = await door.send(Request("POST", "https://there.test/inbox", CIMultiDict(), b"{}"))
    assert (response.status, len(response.body) <= 1024) == (202, True)


async def test_an_inbox_that_is_no_json_is_no_document(here: Server, there: FakePeer) -> None:
    """A page at an actor's address is not an actor."""
    there.serve("/users/x", b"<html>", content_type="text/html")
    key = await here.network.signers.server_key()
    with pytest.raises(MalformedDocument):
        await here.network.client.get("https://there.test/users/x", key=key, first=Scheme.CAVAGE)


def test_only_the_transport_opens_connections() -> None:
    """No other module of the server makes an HTTP client or a socket (case 95)."""
    package = Path(__file__).parents[3] / "rossgram_fed"
    openers = ("ClientSession(", "TCPConnector(", "asyncio.open_connection(", "urllib.request", "httpx")
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if any(opener in path.read_text() for opener in openers)
    }
    # The doctor asks the admin's own address, on the admin's word.
    assert {path for path in found if not path.startswith("doctor/")} == {"federation/transport.py"}
