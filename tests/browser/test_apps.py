"""An app sends somebody here to sign in, in a real browser, whose rules about forms decide whether they get back."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Request, Route

from tests.browser.conftest import Window
from tests.peers.here import PASSWORD

CALLBACK = "https://app.example/callback"


async def registered(window: Window, redirect_uri: str) -> str:
    """The page to which a new app sends people."""
    answer = await window.page.request.post(
        window.url("/api/v1/apps"),
        data={"client_name": "Dunes", "redirect_uris": redirect_uri, "website": "https://app.example"},
    )
    asked = {
        "response_type": "code",
        "client_id": (await answer.json())["client_id"],
        "redirect_uri": redirect_uri,
        "state": "s",
    }
    return f"/oauth/authorize?{urlencode(asked)}"


async def arrivals(window: Window) -> list[Request]:
    """What reaches the app's page, which is not on the network."""
    reached: list[Request] = []

    async def answer(route: Route) -> None:
        reached.append(route.request)
        await route.fulfill(status=200, content_type="text/html", body="<title>Dunes</title>")

    await window.page.route("https://app.example/**", answer)
    return reached


def refused_by_policy(window: Window) -> list[str]:
    return [complaint for complaint in window.complaints if "Content Security Policy" in complaint]


@pytest.mark.parametrize("button", ["allow", "deny"])
async def test_back_to_a_web_app(window: Window, button: str) -> None:
    """Somebody signs in, answers, and is back at the app with what they said."""
    reached = await arrivals(window)
    await window.open(await registered(window, CALLBACK))
    await window.page.fill("input[name=username]", "alice")
    await window.page.fill("input[name=password]", PASSWORD)
    await window.page.click("main form button")
    await window.page.click(f"button[value={button}]")
    await window.page.wait_for_url("https://app.example/**")
    answer = parse_qs(urlsplit(reached[0].url).query)
    assert ("code" in answer) is (button == "allow")
    assert answer["state"] == ["s"]
    assert refused_by_policy(window) == []


async def test_back_to_an_app_on_a_phone(window: Window) -> None:
    """The browser follows the answer to an app's own scheme, and no policy of ours holds it back."""
    sent: list[dict[str, Any]] = []
    window.page.on("response", lambda response: sent.append({"status": response.status, **response.headers}))
    await window.sign_in()
    await window.open(await registered(window, "duneapp://callback"))
    assert (await Axe().run(window.page)).response["violations"] == []
    await window.page.click("button[value=allow]")
    while not any("location" in one and one["location"].startswith("duneapp:") for one in sent):
        await window.page.wait_for_event("response")
    await window.page.evaluate("() => new Promise(resolve => setTimeout(resolve, 100))")
    assert refused_by_policy(window) == []


async def test_a_form_carries_the_answer(window: Window) -> None:
    """An answer that travels as a form arrives by itself, and by a button where nothing may run."""
    reached = await arrivals(window)
    await window.sign_in()
    await window.open(await registered(window, CALLBACK) + "&response_mode=form_post")
    await window.page.click("button[value=allow]")
    await window.page.wait_for_url(CALLBACK)
    assert reached[0].method == "POST"
    assert "code=" in (reached[0].post_data or "")
    assert refused_by_policy(window) == []
