"""Forms from elsewhere are refused before anything happens."""

from __future__ import annotations

import pytest
from aiohttp import FormData

from tests.rossgram_fed.web.browser import Browser

OURS = "https://here.test"


ORIGINS: list[tuple[dict[str, str], int, str]] = [
    ({}, 200, "no browser, but it has the token"),
    ({"Origin": OURS}, 200, "a form of ours"),
    ({"Origin": OURS, "Sec-Fetch-Site": "same-origin"}, 200, "a form of ours, newer browser"),
    ({"Origin": "https://HERE.test"}, 200, "hosts have no case"),
    ({"Origin": "https://evil.test"}, 403, "a page of somebody else"),
    ({"Origin": "https://here.test.evil.test"}, 403, "a name that begins like ours"),
    ({"Origin": "http://here.test"}, 403, "not encrypted on the way"),
    ({"Origin": "https://here.test:8443"}, 403, "another server on our host"),
    ({"Origin": "null"}, 403, "a sandboxed page"),
    ({"Origin": "http://[broken"}, 403, "no origin at all"),
    ({"Origin": ""}, 403, "an empty origin"),
    ({"Sec-Fetch-Site": "cross-site"}, 403, "the browser says so, whatever the origin"),
    ({"Sec-Fetch-Site": "cross-site", "Origin": OURS}, 403, "the two contradict each other"),
    ({"Sec-Fetch-Site": "same-site"}, 403, "a neighbouring subdomain is not us"),
    ({"Sec-Fetch-Site": "none"}, 403, "nobody types a POST into the address bar"),
]


async def test_origin(browser: Browser) -> None:
    """A form with a right token counts only when the browser says it was ours, or is none."""
    token = await browser.token("/form")
    for headers, status, why in ORIGINS:
        response = await browser.fetch("POST", "/form", data={"csrf": token, "a": "1"}, **headers)
        assert response.status == status, why


async def test_another_address_is_named(browser: Browser) -> None:
    """Somebody who opened the server at another address is told the right one."""
    token = await browser.token("/form")
    host = f"127.0.0.1:{browser.client.port}"
    response = await browser.fetch("POST", "/form", data={"csrf": token}, Origin=f"http://{host}")
    assert response.status == 403
    assert OURS in await response.text()


async def test_token(browser: Browser) -> None:
    """Without the token of this very browser nothing is done."""
    right = await browser.token("/form")
    stranger = Browser(browser.client)
    foreign = await stranger.token("/form")
    tokens = {"missing": None, "empty": "", "short": right[:-1], "another browser's": foreign, "odd": "😀"}
    for why, token in tokens.items():
        fields = {"a": "1"} if token is None else {"a": "1", "csrf": token}
        response = await browser.fetch("POST", "/form", data=fields, Origin=OURS)
        assert response.status == 403, why
    assert (await browser.fetch("POST", "/form", Origin=OURS)).status == 403, "no body at all"
    assert (await browser.fetch("POST", "/form", data={"csrf": right}, Origin=OURS)).status == 200


async def test_token_of_before_sign_in_is_void_after_it(browser: Browser) -> None:
    """The token changes with the session, so what was learned before sign-in is worth nothing after it."""
    before = await browser.token("/form")
    await browser.post("/enter", at="/form")
    assert await browser.token("/form") != before
    assert (await browser.fetch("POST", "/form", data={"csrf": before}, Origin=OURS)).status == 403


async def test_upload_token(browser: Browser) -> None:
    """A form with files is checked like any other before its handler runs."""
    await browser.post("/enter", at="/form")
    for token, status in ((await browser.token("/form"), 200), ("0" * 64, 403)):
        data = FormData()
        data.add_field("csrf", token)
        data.add_field("photo", b"12345", filename="a.jpg", content_type="image/jpeg")
        response = await browser.fetch("POST", "/upload", data=data, Origin=OURS)
        assert response.status == status


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_every_unsafe_method(browser: Browser, method: str) -> None:
    """No method that changes something escapes the check, and those that no page takes are 405."""
    response = await browser.fetch(method, "/form", data={"a": "1"}, Origin="https://evil.test")
    assert response.status == (403 if method == "POST" else 405)


async def test_machines(browser: Browser) -> None:
    """Endpoints for servers take posts without token and without cookies."""
    response = await browser.fetch("POST", "/inbox", data=b"{}", Content_Type="application/activity+json")
    assert response.status == 202
    assert not browser.set_cookies


@pytest.mark.parametrize(
    ("content_type", "body", "status", "why"),
    [
        ("application/json", b"{}", 415, "pages elsewhere can be made to send JSON"),
        ("text/plain", b"csrf=x", 415, "a form that pretends"),
        ("multipart/form-data; boundary=x", b"--x--\r\n", 415, "files where none are taken"),
        ("application/x-www-form-urlencoded", b"a=" + b"x" * (1 << 20), 413, "a form is small"),
        ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(1001)), 400, "a form has few fields"),
        ("application/x-www-form-urlencoded; charset=utf-9", b"\xff\xfe=%ff", 403, "odd letters harm nobody"),
    ],
)
async def test_bodies(browser: Browser, content_type: str, body: bytes, status: int, why: str) -> None:
    """What is no form, or too much of one, is refused with a page in words."""
    response = await browser.fetch("POST", "/form", data=body, Content_Type=content_type)
    assert response.status == status, why
    assert "<h1>" in await response.text()
