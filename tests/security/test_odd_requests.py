"""Requests that no browser and no honest server sends: odd numbers, NUL, bytes that are no text, cut and glued.

Whatever is asked, the answer is the asker's mistake or nothing at all, never ours: no status of 500 and above.
"""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from rossgram_fed.routes import ACTIVITYPUB, FEEDS, FORMS, PAGES, PICTURES, WELL_KNOWN
from tests.security.house import HTML, JSON, House
from tests.security.test_forms import target

pytestmark = pytest.mark.asyncio(loop_scope="module")

READ = [path for path, _ in (*WELL_KNOWN, *FEEDS, *PICTURES, *PAGES)]
READ += [path for method, path, _ in ACTIVITYPUB if method == "GET"] + ["/@{username}", "/p/{id}", "/static/{name}"]
WITH_PARAMETERS = sorted({path for path in READ if "{" in path})

ODD = {
    "more than any column holds": "9223372036854775808",
    "more digits than an id": "9" * 40,
    "zeros before digits": "0" * 20 + "9" * 40,
    "more digits than Python reads": "0" * 20 + "9" * 5000,
    "negative": "-1",
    "Arabic digits": "%D9%A1%D9%A2%D9%A3",
    "fullwidth": "%EF%BC%91",
    "NUL": "%00",
    "NUL inside": "a%00b",
    "half a surrogate pair": "%ED%A0%80",
    "no UTF-8": "%FF%FE",
    "a broken escape": "%ZZ%1",
    "a slash inside": "..%2F..%2Fetc%2Fpasswd",
    "a backslash": "..%5C..%5C",
    "a new line": "a%0D%0ASet-Cookie:%20x=y",
    "emoji": "%F0%9F%91%A9%E2%80%8D%F0%9F%91%A9%E2%80%8D%F0%9F%91%A7",
    "right to left": "%E2%80%AEecila",
    "a quote": "'%20OR%20'1'='1",
    "percent and underscore": "%25_%25",
    "very long": "x" * 4000,
    "very long and wide": "%F0%9F%98%80" * 500,
    "a handle": "a%00@b%00",
    "a handle with a long host": "a@" + "b." * 300,
    "a handle with a wide host": "a@" + "%C3%BC" * 200 + ".test",
    "a template": "%7B%7B7*7%7D%7D",
}

PARAMETERS = (
    "q", "before", "after", "next", "token", "invite", "show", "resource", "rel", "v", "client_id", "redirect_uri",
    "response_type", "scope", "code_challenge",
)  # fmt: skip
FIELDS = (
    "caption", "warning", "visibility", "photo", "do", "description-1", "next", "username", "password", "current",
    "new", "again", "name", "bio", "link_name", "link_value", "invite", "token", "locked",
)  # fmt: skip
QUERIED = (
    "/?", "/search?", "/explore?", "/setup?", "/sign-up?", "/sign-in?", "/@alice?", "/tags/a?", "/saved?",
    "/notifications?", "/users/alice/outbox?page=true&", "/users/alice/followers?page=true&", "/users/alice/outbox?",
    "/users/alice.atom?", "/tags/a.atom?", "/.well-known/webfinger?", "/static/app.css?", "/oauth/authorize?",
)  # fmt: skip


def filled(path: str, value: str) -> str:
    before, _, rest = path.partition("{")
    return filled(before + value + rest.partition("}")[2], value) if rest else path


@pytest.mark.parametrize("what", ODD)
async def test_odd_values_in_paths(either_house: House, what: str) -> None:
    """In place of any parameter of any address, by anybody, an odd value is answered and not our fault."""
    for path in WITH_PARAMETERS:
        for who, accept in (("carol", HTML), ("", JSON)):
            answer = await either_house.ask(filled(path, ODD[what]), by=who, accept=accept)
            assert 200 <= answer.status < 500, (path, accept)
            assert "Set-Cookie" not in answer.headers or "x=y" not in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("what", ODD)
async def test_odd_values_in_queries(either_house: House, what: str) -> None:
    """As any parameter that any page reads, an odd value is answered and not our fault."""
    value = ODD[what]
    everything = "&".join(f"{name}={value}" for name in PARAMETERS)
    for path in QUERIED:
        for who in ("", "carol"):
            answer = await either_house.ask(f"{path}{everything}", by=who)
            assert 200 <= answer.status < 500, path
    for resource in (f"acct:{value}@here.test", f"https://here.test/@{value}", f"https://here.test/users/{value}"):
        answer = await either_house.ask(f"/.well-known/webfinger?resource={resource}")
        assert answer.status in (400, 404), resource
    for text in (f"@{value}@here.test", f"https://here.test/{value}", f"https://there.test/{value}", f"%23{value}"):
        assert (await either_house.ask(f"/search?q={text}", by="carol")).status < 400, text


@pytest.mark.parametrize("what", ODD)
async def test_odd_values_in_forms(either_house: House, what: str) -> None:
    """In the address and in every field of every form, an odd value is answered and not our fault."""
    house, value = either_house, ODD[what]
    written = unquote(value)
    fields = dict.fromkeys(FIELDS, written)
    for path, _ in FORMS:
        if path in ("/sign-out", "/settings/sessions/end-all"):
            continue
        real = target(house, path)
        for where, sent in ((real, fields), (filled(path, value), {})) if real != path else ((path, fields),):
            answer = await house.submit(where, sent, by="rick")
            assert 200 <= answer.status < 500, where
            assert answer.headers.get("Location", "/").startswith("/")


RAW = {
    "bytes in the path": (b"GET /@\xff HTTP/1.1\r\nHost: here.test\r\n", b""),
    "bytes in the query": (b"GET /search?q=\xff\xfe HTTP/1.1\r\nHost: here.test\r\n", b""),
    "bytes in cookies": (
        b"GET /sign-in HTTP/1.1\r\nHost: here.test\r\nCookie: __Host-visitor=\xff; __Host-flash=\xff.\xfe; "
        b"__Host-session=\xff\r\n",
        b"",
    ),
    "bytes in where one came from": (
        b"POST /new HTTP/1.1\r\nHost: here.test\r\nReferer: https://here.test/\xff\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 0\r\n",
        b"",
    ),
    "bytes in what is accepted": (b"GET /p/1 HTTP/1.1\r\nHost: here.test\r\nAccept: \xff/json;q=\xff\r\n", b""),
    "bytes in the content type": (
        b'POST /sign-in HTTP/1.1\r\nHost: here.test\r\nContent-Type: \xff/\xfe; a="\r\nContent-Length: 4\r\n',
        b"abcd",
    ),
    "bytes in the proxy's word": (b"GET /sign-in HTTP/1.1\r\nHost: here.test\r\nX-Forwarded-For: \xff,,,\r\n", b""),
    "bytes in a signature": (
        b"POST /inbox HTTP/1.1\r\nHost: here.test\r\nContent-Type: application/activity+json\r\n"
        b'Signature: keyId="\xff"\r\nContent-Length: 31\r\n',
        b'{"type":"Like","actor":"https"}',
    ),
    "bytes in both of RFC 9421's fields": (
        b"POST /inbox HTTP/1.1\r\nHost: here.test\r\nContent-Type: application/activity+json\r\n"
        b"Signature-Input: \xff\r\nSignature: \xff\r\nContent-Length: 2\r\n",
        b"{}",
    ),
    "a whole address as the target": (
        b"POST https://here.test/inbox HTTP/1.1\r\nHost: here.test\r\nContent-Type: application/activity+json\r\n"
        b"Content-Length: 2\r\n",
        b"{}",
    ),
    "another server's address as the target": (b"GET https://evil.test/p/1 HTTP/1.1\r\nHost: here.test\r\n", b""),
    "half an address as the target": (b"GET http://[::1 HTTP/1.1\r\nHost: here.test\r\n", b""),
    "an address with a password": (b"GET https://a:b@c:999999/p/1 HTTP/1.1\r\nHost: here.test\r\n", b""),
    "two slashes": (b"GET //evil.test/inbox HTTP/1.1\r\nHost: here.test\r\n", b""),
    "a star": (b"OPTIONS * HTTP/1.1\r\nHost: here.test\r\n", b""),
    "a tunnel": (b"CONNECT here.test:443 HTTP/1.1\r\nHost: here.test\r\n", b""),
    "an invented method": (b"BREW /p/1 HTTP/1.1\r\nHost: here.test\r\n", b""),
    "two hosts": (b"GET /sign-in HTTP/1.1\r\nHost: here.test\r\nHost: evil.test\r\n", b""),
    "no host": (b"GET /sign-in HTTP/1.1\r\n", b""),
    "an odd host": (b'GET /sign-in HTTP/1.1\r\nHost: a"><b\r\n', b""),
    "two lengths": (b"POST /inbox HTTP/1.1\r\nHost: here.test\r\nContent-Length: 4\r\nContent-Length: 5\r\n", b"{}{}{"),
    "a length and chunks": (
        b"POST /inbox HTTP/1.1\r\nHost: here.test\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"0\r\n\r\n",
    ),
    "a negative length": (b"POST /inbox HTTP/1.1\r\nHost: here.test\r\nContent-Length: -4\r\n", b"{}"),
    "a length in words": (b"POST /inbox HTTP/1.1\r\nHost: here.test\r\nContent-Length: +4\r\n", b"{}{}"),
    "chunks that are none": (
        b"POST /sign-in HTTP/1.1\r\nHost: here.test\r\nTransfer-Encoding: chunked\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n",
        b"ZZ\r\nabcd",
    ),
    "a form that is not packed as it says": (
        b"POST /sign-in HTTP/1.1\r\nHost: here.test\r\nContent-Encoding: gzip\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4\r\n",
        b"abcd",
    ),
    "a form without its boundary": (
        b"POST /new HTTP/1.1\r\nHost: here.test\r\nContent-Type: multipart/form-data\r\nContent-Length: 4\r\n"
        b"Cookie: __Host-session=carol-ttttttttttttttttttttttttttttttttttttt\r\n",
        b"abcd",
    ),
    "a range that is none": (b"GET /static/app.css HTTP/1.1\r\nHost: here.test\r\nRange: bytes=9-1,\xff\r\n", b""),
    "a header on two lines": (b"GET /sign-in HTTP/1.1\r\nHost: here.test\r\nX-A: b\r\n c\r\n", b""),
    "a header without a name": (b"GET /sign-in HTTP/1.1\r\nHost: here.test\r\n: b\r\n", b""),
    "no HTTP at all": (b"\x16\x03\x01\x02\x00\x01\x00\x01", b""),
}


@pytest.mark.parametrize("what", RAW)
async def test_requests_that_break_the_rules(either_house: House, what: str) -> None:
    """However a request is cut, glued or filled with bytes that are no text, it is refused or answered plainly."""
    house = either_house
    head, body = RAW[what]
    before = await house.counts()
    answer = await house.raw(head + b"Connection: close\r\n\r\n" + body)
    status = int(answer.split(b" ", 2)[1])
    assert status < 500, answer[:200]
    assert await house.counts() == before


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"GET /sign-in", "a page"),
        (b"GET /static/app.css", "a file"),
        (b"POST /inbox", "what other servers send"),
        (b"GET /nowhere", "no such address"),
        (b"DELETE /sign-in", "no such method there"),
    ],
)
async def test_only_one_thing_can_be_expected(
    house: House, line: bytes, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever expects what nobody knows, or what is no text, is told so wherever they ask, and nothing breaks."""
    for value, status in ((b"\xff\xfe", b"417"), (b"a miracle", b"417"), (b"100-Continue", b"100")):
        answer = await house.raw(
            line + b" HTTP/1.1\r\nHost: here.test\r\nExpect: " + value + b"\r\nConnection: close\r\n\r\n"
        )
        assert answer.split(b" ", 2)[1] == status, (reason, answer[:200])
        assert value not in answer or status == b"100", "it is not repeated"
    # What asyncio says may be of a task that another test left behind.
    assert [one.getMessage() for one in caplog.records if one.exc_info and one.name != "asyncio"] == []
