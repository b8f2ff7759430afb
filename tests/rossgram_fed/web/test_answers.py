"""What every answer carries, and what refusals look like."""

from __future__ import annotations

import asyncio
import gzip
import logging

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from rossgram_fed.instance import Instance
from rossgram_fed.web.headers import CONTENT_SECURITY_POLICY
from rossgram_fed.web.negotiation import wants_activity
from rossgram_fed.web.static import static_files, static_url
from tests.rossgram_fed.web.browser import Browser, plain_app

PATHS = ["/form", "/gone", "/broken", "/nowhere", "/static/app.css", "/private", "/document", "/throttled"]


@pytest.mark.parametrize("path", PATHS)
async def test_headers(browser: Browser, path: str) -> None:
    """Every answer, good or bad, keeps browsers from running, sniffing, framing and telling."""
    response = await browser.get(path)
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "Python" not in response.headers["Server"]


def test_policy_runs_nothing() -> None:
    """No directive of the policy lets a script, an inline style or another host in."""
    directives = dict(part.split(" ", 1) for part in CONTENT_SECURITY_POLICY.split("; "))
    assert directives["default-src"] == directives["frame-ancestors"] == directives["base-uri"] == "'none'"
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    assert "script-src" not in directives


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/gone", 410, "has been deleted"),
        ("/nowhere", 404, "nothing at this address"),
        ("/throttled", 429, "Come back later."),
        ("/broken", 500, "Something went wrong here"),
    ],
)
async def test_refusals(browser: Browser, path: str, status: int, words: str) -> None:
    """A refusal is a page in words with the right status, and a line of JSON for those who asked for it."""
    response = await browser.get(path)
    assert response.status == status
    assert words in await response.text()
    assert response.headers["Cache-Control"] == "private, no-cache"
    response = await browser.get(path, Accept="application/activity+json")
    assert response.status == status
    assert words in (await response.json())["error"]


async def test_no_mistake_is_shown(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    """Our own mistakes are logged under the id that the page shows, and nothing of them is shown."""
    with caplog.at_level(logging.ERROR):
        page = await browser.text("/broken")
    assert "secret of the house" not in page
    assert "Traceback" not in page
    [record] = [record for record in caplog.records if record.name == "rossgram_fed.web.error_pages"]
    assert record.getMessage().split("(")[1].rstrip(")") in page


async def test_who_hangs_up_is_no_mistake_of_ours(instance: Instance, caplog: pytest.LogCaptureFixture) -> None:
    """An upload that breaks off in the middle is no error in the log."""
    came, ended = asyncio.Event(), asyncio.Event()

    async def read(request: web.Request) -> web.Response:
        came.set()
        try:
            return web.Response(body=await request.read())
        finally:
            ended.set()

    app = plain_app(instance)
    app.router.add_get("/read", read)
    runner = web.AppRunner(app)  # aiohttp's server for tests would cancel the handler, which a real one does not
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    _, writer = await asyncio.open_connection(*runner.addresses[0])
    writer.write(b"GET /read HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
    await came.wait()
    writer.close()
    await ended.wait()
    await runner.cleanup()
    # What asyncio says may be of a task that another test left behind.
    errors = [one for one in caplog.records if one.levelno >= logging.ERROR and one.name != "asyncio"]
    assert [one.getMessage() for one in errors] == []


async def test_wrong_method_and_retry(browser: Browser) -> None:
    """405 says what is allowed, 429 says when to come back."""
    response = await browser.fetch("DELETE", "/private")
    assert response.status == 405
    assert set(response.headers["Allow"].split(",")) == {"GET", "HEAD", "POST"}
    assert (await browser.get("/throttled")).headers["Retry-After"] == "91"


@pytest.mark.parametrize(
    ("accept", "json", "why"),
    [
        ("", False, "the default is a page"),
        ("*/*", False, "anything is a page"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False, "a browser"),
        ("application/activity+json", True, "a server"),
        ('application/ld+json; profile="https://www.w3.org/ns/activitystreams"', True, "a server, in full"),
        (
            'application/ld+json;profile="https://www.w3.org/ns/activitystreams", application/activity+json',
            True,
            "both",
        ),
        ("application/json", True, "a script"),
        ("APPLICATION/Activity+JSON", True, "types have no case"),
        ("text/html, application/activity+json;q=0.9", False, "a page rather"),
        ("text/html;q=0.5, application/activity+json;q=0.9", True, "JSON rather"),
        ("application/activity+json, text/html;q=0.1", True, "a page if need be"),
        ("text/html, application/activity+json", False, "alike: the first"),
        ("application/activity+json, text/html", True, "alike: the first, the other way"),
        ("application/activity+json;q=0", False, "none of that"),
        ("application/activity+json;q=nonsense", False, "no quality at all"),
        ("application/activity+json;q=2", False, "no quality either"),
        ("application/activity+jsonx", False, "another type"),
        (",;,=;json", False, "noise"),
    ],
)
def test_negotiation(accept: str, json: bool, why: str) -> None:
    """One address serves people and servers, by what they prefer."""
    assert wants_activity(make_mocked_request("GET", "/", headers={"Accept": accept})) is json, why


async def test_documents(browser: Browser) -> None:
    """A document says that it depends on what was asked for, so that no cache confuses it with the page."""
    response = await browser.get("/document", Accept="application/activity+json")
    assert response.content_type == "application/activity+json"
    assert response.headers["Vary"] == "Accept"


async def test_static_files(browser: Browser) -> None:
    """A file asked for by its content's name is kept for ever; nothing outside the folder is served."""
    response = await browser.get(static_url("app.css"), Accept_Encoding="gzip")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Encoding"] == "gzip"
    plain = await browser.get("/static/app.css?v=old", Accept_Encoding="identity")
    assert plain.headers["Cache-Control"] == "no-cache"
    assert await plain.read() == static_files()["app.css"].body
    again = await browser.get("/static/app.css", If_None_Match=plain.headers["ETag"])
    assert again.status == 304
    for path in ("/static/../web/csrf.py", "/static/%2e%2e/web/csrf.py", "/static//etc/passwd", "/static/"):
        assert (await browser.get(path)).status == 404, path


def test_style_is_small() -> None:
    """The one style sheet stays under 10 kB packed, and the icons under 2 kB."""
    assert len(gzip.compress(static_files()["app.css"].body, 9)) < 10_000
    assert len(gzip.compress(static_files()["icons.svg"].body, 9)) < 2_000
