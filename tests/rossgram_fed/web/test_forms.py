"""Text from forms, addresses to go on to, files, pages of lists and throttles."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import FormData
from aiohttp.test_utils import make_mocked_request
from multidict import MultiDict

from rossgram_fed.instance import Instance
from rossgram_fed.web.errors import TooMany
from rossgram_fed.web.forms import Form, safe_next
from rossgram_fed.web.paging import cursor_of, page_of
from rossgram_fed.web.throttle import Limit, count_try, forget_tries
from rossgram_fed.web.words import ago, count
from rossgram_fed.web.words import browser as browser_name
from tests.conftest import NOON, SettableClock
from tests.rossgram_fed.web.browser import Browser


@pytest.mark.parametrize(
    ("goal", "safe", "why"),
    [
        ("/p/1?a=b#c", "/p/1?a=b#c", "a page of ours"),
        ("/@alice", "/@alice", "a profile"),
        ("", "/", "nothing"),
        ("https://evil.test/", "/", "another host"),
        ("//evil.test/", "/", "another host without a scheme"),
        ("/\\evil.test", "/", "browsers read a backslash as a slash"),
        ("\\\\evil.test", "/", "two of them"),
        ("/\t/evil.test", "/", "browsers drop tabs"),
        ("/\n/evil.test", "/", "and line breaks"),
        ("/\r\nSet-Cookie: a=b", "/", "a header of somebody else's"),
        ("javascript:alert(1)", "/", "a script"),
        (" /x", "/", "a space before it"),
        ("/" + "x" * 9000, "/", "endless"),
        ("/x\x00y", "/", "a null"),
    ],
)
def test_safe_next(goal: str, safe: str, why: str) -> None:
    """After a form nobody is led to another host."""
    assert safe_next(goal) == safe, why


def test_text_is_cleaned() -> None:
    """Text comes out composed, trimmed and without control characters; too much or too little is said."""
    form = Form(MultiDict({"a": " e\u0301\x00\x1b[1m\r\nb\t ", "long": "x" * 11, "b": "  "}))
    assert form.text("a", most=99) == "é[1m b"
    assert form.text("a", most=99, lines=True) == "é[1m\nb"
    assert form.ok
    form.text("long", most=10)
    form.text("b", most=10, least=1)
    assert form.errors == {"long": "This is 11 characters long; 10 is the most.", "b": "This is needed."}
    assert form.value("long") == "x" * 11, "what was typed stays for showing it again"


async def test_uploads(browser: Browser) -> None:
    """Files arrive in order with harmless names; an empty input is none."""
    await browser.post("/enter", at="/form")
    token = await browser.token("/form")
    parts = [
        ('name="csrf"', token.encode()),
        ('name="photo"; filename=""', b""),
        ('name="photo"; filename="..\\..\\a/b/evil.jpg"', b"x" * 300_000),
        ('name="photo"; filename="two.png"', b"two"),
        ('name="caption"', "Grüße".encode()),
    ]
    body = b"".join(
        b"--x\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + part + b"\r\n"
        for head, part in parts
    )
    response = await browser.fetch(
        "POST", "/upload", data=body + b"--x--\r\n", Content_Type="multipart/form-data; boundary=x"
    )
    answer = await response.json()
    assert answer["files"] == [["photo", "evil.jpg", 300_000, False], ["photo", "two.png", 3, False]]
    assert answer["fields"]["caption"] == "Grüße"


async def test_uploads_are_for_people_who_are_signed_in(browser: Browser) -> None:
    """Nobody else's files are even read."""
    data = FormData()
    data.add_field("csrf", await browser.token("/form"))
    data.add_field("photo", b"x", filename="a.jpg")
    response = await browser.fetch("POST", "/upload", data=data)
    assert response.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "body",
    [
        b"--x\r\nno header end",
        b"nothing of the kind",
        b"--x\r\nContent-Disposition: form-data\r\n\r\nnameless\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\ncut of',
    ],
)
async def test_broken_uploads(browser: Browser, body: bytes) -> None:
    """A multipart body that is none is refused in words."""
    await browser.post("/enter", at="/form")
    response = await browser.fetch("POST", "/upload", data=body, Content_Type="multipart/form-data; boundary=x")
    assert response.status in (400, 403)
    assert "<h1>" in await response.text()


async def test_too_large_file_is_named_and_others_kept(browser: Browser, instance: Instance) -> None:
    """A file that is too large is marked, and the one beside it arrives."""
    await browser.post("/enter", at="/form")
    most = instance.settings.limits.photo_megabytes << 20
    data = FormData()
    data.add_field("csrf", await browser.token("/form"))
    data.add_field("photo", b"x" * (most + 1), filename="big.jpg")
    data.add_field("photo", b"small", filename="small.jpg")
    answer = await (await browser.fetch("POST", "/upload", data=data)).json()
    assert answer["files"] == [["photo", "big.jpg", most + 1, True], ["photo", "small.jpg", 5, False]]


@pytest.mark.parametrize(
    ("query", "cursor"),
    [("", None), ("12", 12), ("0", None), ("-1", None), ("1.5", None), ("x", None), ("٣", None), ("9" * 19, None),
     ("9223372036854775807", 2**63 - 1), ("9223372036854775808", None), ("1" * 400, None)],
)  # fmt: skip
def test_cursor(query: str, cursor: int | None) -> None:
    """A cursor that is none shows the first page."""
    assert cursor_of(make_mocked_request("GET", f"/?before={query}")) == cursor


def test_page() -> None:
    """The item too many only says that there are older ones."""
    page = page_of([9, 8, 7], 2, id_of=lambda item: item)
    assert (page.items, page.older, page.newer) == ((9, 8), 8, False)
    page = page_of([7], 2, id_of=lambda item: item, before=8)
    assert (page.items, page.older, page.newer) == ((7,), None, True)


async def test_throttle(instance: Instance, clock: SettableClock) -> None:
    """So many tries are free; the next waits for the window's end; a success begins anew."""
    limit = Limit("test", tries=3, minutes=15)
    for _ in range(3):
        await count_try(instance, limit, subject="alice")
    clock.advance(60_000)
    with pytest.raises(TooMany) as refused:
        await count_try(instance, limit, subject="alice")
    assert refused.value.sentence == "That was tried too often. Try again in 14 minutes."
    assert refused.value.retry_at == NOON + 15 * 60_000, "trying on does not push the end away"
    await count_try(instance, limit, subject="bob")
    await forget_tries(instance, limit, subject="alice")
    await count_try(instance, limit, subject="alice")
    clock.advance(15 * 60_000)
    await count_try(instance, limit, subject="bob")
    assert await instance.database.fetch_value("SELECT count(*) FROM attempts") == 1, "what ran out is forgotten"


async def test_throttle_counts_tries_at_once(instance: Instance) -> None:
    """Many tries at the same moment are counted one by one."""
    limit = Limit("test", tries=5, minutes=15)
    outcomes = await asyncio.gather(
        *(count_try(instance, limit, subject="x" * 5000) for _ in range(12)), return_exceptions=True
    )
    assert sum(isinstance(outcome, TooMany) for outcome in outcomes) == 7


def test_words() -> None:
    """Numbers and instants read as people say them."""
    assert [count(n) for n in (0, 999, 1234, 12_345, 999_999, 4_560_000)] == [
        "0",
        "999",
        "1,234",
        "12.3k",
        "999.9k",
        "4.5M",
    ]
    assert [ago(NOON - ms, NOON) for ms in (0, 30_000, 300_000, 7_200_000, 172_800_000, 10**9)] == [
        "now", "30 s", "5 min", "2 h", "2 d", "17 May 2026",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Version/26.0 Safari/604.1", "Safari on iPhone"),
        ("curl/8", "curl/8"),
        ("", "A browser that did not say what it is"),
    ],
)
def test_browser_names(user_agent: str, name: str) -> None:
    """People recognise their browsers in a list."""
    assert browser_name(user_agent) == name
