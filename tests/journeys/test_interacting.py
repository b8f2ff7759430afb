"""Visitors with an account elsewhere: from a photo to their own server, where they are asked, and back."""

from __future__ import annotations

from urllib.parse import urlsplit

import orjson
import pytest
from aiohttp import web

from rossgram_fed.interact import pages
from tests.journeys.conftest import World
from tests.journeys.pages import Page
from tests.journeys.visitor import NAVIGATION, PASSWORD, Visitor
from tests.rossgram_fed.media.samples import a_file

PHOTO = ("one.jpg", a_file())


async def sent_on(visitor: Visitor, page: Page, handle: str) -> str:
    """Type a handle on a page that asks for it; return where the browser is sent."""
    fields = page.form("/interact").filled({"handle": handle})
    headers = NAVIGATION | {"Origin": str(visitor.url.origin()), "Sec-Fetch-Site": "same-origin"}
    async with visitor._session.post(
        visitor.url.with_path("/interact"), data=fields, headers=headers, allow_redirects=False
    ) as response:
        assert response.status == 303, await response.text()
        assert "https:" in response.headers["Content-Security-Policy"]
        return response.headers["Location"]


async def test_following_and_liking_from_elsewhere(world: World) -> None:
    """Bo, not signed in at alpha, presses Follow and Like there, says who he is, signs in at beta, is asked, and only
    what he presses there happens.
    """
    ana, bo = await world.admin("alpha", "ana"), await world.admin("beta", "bo")
    posted = await ana.post("Look", [PHOTO], descriptions=["A hill"])
    passing = world.stranger("alpha")
    for start, intent in (("/@ana", "do=follow"), (posted.path, "do=like"), (posted.path, "do=comment")):
        (link,) = [link for link in (await passing.get(start)).links if intent in link]
        page = await passing.get(link)
        there = await sent_on(passing, page, bo.handle)
        assert there.startswith("https://beta.test/authorize_interaction?uri=https%3A%2F%2Falpha.test%2F")
        way = f"{urlsplit(there).path}?{urlsplit(there).query}"
        nobody = world.stranger("beta")
        nobody.username = "bo"
        page = await nobody.get(way)
        assert page.path == "/sign-in"
        page = await nobody.submit(page, "/sign-in", username="bo", password=PASSWORD)
        assert page.path == "/authorize_interaction", "back to what they came for"
        assert "Nothing has been done yet" in page.text
        await world.settle()
        if intent == "do=follow":
            assert await world.rows("beta", "SELECT id FROM follows") == []
            await nobody.submit(page, "follow")
        elif intent == "do=like":
            assert await world.rows("beta", "SELECT id FROM likes") == []
            await nobody.submit(page, "like")
    await world.settle()
    assert "Bo follows you" in (await ana.get("/notifications")).text.replace("bo follows", "Bo follows")
    assert len(await world.rows("alpha", "SELECT id FROM likes")) == 1
    page = await bo.get("/authorize_interaction?uri=https%3A%2F%2Falpha.test%2Fp%2F1")
    assert page.status == 404
    assert (await bo.get("/authorize_interaction?uri=javascript:alert(1)")).status == 404


async def test_where_nobody_is_sent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not for everybody cannot be acted on from elsewhere; a server that names no way, an address that is none
    or no server at all gets a sentence; and one visitor makes us ask only so often.
    """
    ana = await world.admin("alpha", "ana")
    secret = await ana.post("Mine", [PHOTO], descriptions=["A hill"], visibility="followers")
    uri = f"https://alpha.test{secret.path}"
    visitor, peer = world.stranger("alpha"), await world.fediverse.peer("there.test")
    for asked in (uri, "https://elsewhere.test/p/1", "javascript:alert(1)", ""):
        assert (await visitor.get(f"/interact?do=like&uri={asked}")).status == 404
    assert (await visitor.get("/interact?do=pay&uri=https://alpha.test/users/ana")).status == 404

    ask = "/interact?do=follow&uri=https://alpha.test/users/ana"
    assert (await ana.get(ask)).path == "/@ana", "who is signed in needs no other server"
    page = await visitor.get(ask)
    for handle in ("sam", "@sam@", "not a handle"):
        assert (await visitor.submit(page, "/interact", handle=handle)).status == 422, handle
    assert peer.received == []
    peer.actor("sam")
    page = await visitor.submit(page, "/interact", handle="@sam@there.test")
    assert "does not say where to send you" in page.text
    assert "https://alpha.test/users/ana" in page.text
    for template in ("http://there.test/?uri={uri}", "javascript:alert('{uri}')", "https://{uri}/"):
        await _offers(peer, template)
        page = await visitor.submit(page, "/interact", handle="@sam@there.test")
        assert "does not say where to send you" in page.text, template
    peer.serve("/.well-known/webfinger", {}, status=404)
    asked = len(peer.received)
    page = await visitor.submit(page, "/interact", handle="@nobody@there.test")
    assert page.status == 422
    await visitor.submit(page, "/interact", handle="@nobody@there.test")
    assert len(peer.received) == asked + 1, "a failure is remembered"
    await _offers(peer, "https://there.test/")
    monkeypatch.setattr(pages, "BY_ADDRESS", pages.Limit("interact:few", tries=1, minutes=15))
    asked = len(peer.received)
    await visitor.submit(page, "/interact", handle="@sam@there.test")
    page = await visitor.submit(page, "/interact", handle="@sam@there.test")
    assert page.status == 429
    assert len(peer.received) == asked + 1


async def _offers(peer: object, template: str) -> None:
    """Let Sam's server name a way."""
    links = [{"rel": "http://ostatus.org/schema/1.0/subscribe", "template": template}]
    actor = {"rel": "self", "type": "application/activity+json", "href": "https://there.test/users/sam"}
    body = orjson.dumps({"subject": "acct:sam@there.test", "links": [actor, *links]})

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/jrd+json")

    peer.answers["/.well-known/webfinger"] = answer  # type: ignore[attr-defined]
