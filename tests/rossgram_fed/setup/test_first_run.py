"""The first run: one person becomes the admin, once, with the token that the server printed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from rossgram_fed.instance import Instance
from rossgram_fed.models.accounts import Role
from rossgram_fed.setup import first_run, pages
from rossgram_fed.web.csrf import machine
from tests.builders import a_person
from tests.conftest import SettableClock
from tests.rossgram_fed.web.browser import SECRETS, Browser, browser_for, plain_app

ADMIN = {"token": SECRETS.setup_token, "username": "admin_anna", "password": "correct horse battery"}


async def page(request: web.Request) -> web.StreamResponse:
    return web.Response(text="page")


@pytest.fixture
async def browser(instance: Instance) -> AsyncIterator[Browser]:
    """A browser before a server that nobody runs yet."""
    app = plain_app(instance)
    first_run.install(app)
    app.router.add_get("/setup", pages.setup_page)
    app.router.add_post("/setup", pages.set_up)
    for path in ("/", "/explore", "/@alice", "/users/alice", "/.well-known/webfinger"):
        app.router.add_get(path, page)
    app.router.add_post("/inbox", machine(page))
    made = await browser_for(app)
    yield made
    await made.client.close()


async def test_everything_leads_there(browser: Browser) -> None:
    """Every page leads to the first run; what other servers ask for, and the style, does not."""
    for path in ("/", "/explore", "/@alice", "/nowhere"):
        response = await browser.get(path)
        assert (response.status, response.headers["Location"]) == (303, "/setup"), path
    for path in ("/users/alice", "/.well-known/webfinger", "/static/app.css"):
        assert (await browser.get(path)).status == 200, path
    assert (await browser.fetch("POST", "/inbox", data=b"{}")).status == 200


async def test_the_token_opens_it_once(browser: Browser, instance: Instance) -> None:
    """Whoever has the token becomes the admin and is signed in; from then on there is no such page."""
    assert f'value="{SECRETS.setup_token}"' in await browser.text(f"/setup?token={SECRETS.setup_token}")
    response = await browser.post("/setup", ADMIN)
    assert (response.status, response.headers["Location"]) == (303, "/")
    assert await browser.text("/") == "page"
    assert "__Host-session" in browser.cookies
    row = await instance.database.fetch_one("SELECT role, username FROM users u JOIN accounts a ON a.id = u.account_id")
    assert row is not None
    assert (row["role"], row["username"]) == (Role.ADMIN, "admin_anna")
    assert (await browser.get("/setup")).status == 404
    assert (await browser.fetch("POST", "/setup", data=ADMIN)).status in (403, 404)


@pytest.mark.parametrize(
    "token", ["", "a", SECRETS.setup_token[:-1], SECRETS.setup_token.upper(), "é" * 30, "x" * 5000]
)
async def test_without_the_token(browser: Browser, instance: Instance, token: str) -> None:
    """Nothing but the token opens it, and nothing is left behind."""
    response = await browser.post("/setup", {**ADMIN, "token": token})
    assert response.status == 422
    assert "not the token" in await response.text()
    assert await instance.database.fetch("SELECT id FROM accounts") == []


async def test_guessing_is_slow(browser: Browser, clock: SettableClock) -> None:
    """After ten wrong tokens even the right one waits."""
    for _ in range(10):
        await browser.post("/setup", {**ADMIN, "token": "wrong"})
    assert (await browser.post("/setup", ADMIN)).status == 429
    clock.advance(15 * 60_000)
    assert (await browser.post("/setup", ADMIN)).status == 303


async def test_an_admin_made_elsewhere_ends_it(browser: Browser, instance: Instance) -> None:
    """An admin made on the command line ends the first run, also for a form that is open already."""
    token = await browser.token("/setup")
    async with instance.change() as change:
        await a_person(change, "root_rita", role=Role.ADMIN)
    assert (await browser.fetch("POST", "/setup", data={"csrf": token, **ADMIN})).status == 404
    assert await browser.text("/") == "page"
    assert await instance.database.fetch_value("SELECT count(*) FROM users") == 1


async def test_members_do_not_end_it(browser: Browser, instance: Instance) -> None:
    """Somebody without rights does not stand in for an admin."""
    async with instance.change() as change:
        await a_person(change, "bob")
    assert (await browser.get("/")).headers["Location"] == "/setup"


async def test_another_host_is_warned_of(browser: Browser) -> None:
    """Opened at an address that is not the configured one, the page says so before anything is minted."""
    assert "settings say that this server is" in await browser.text("/setup", Host="localhost:9999")
    assert "settings say that this server is" not in await browser.text("/setup", Host="HERE.test")
    assert "<script" not in await browser.text("/setup", Host="<script>")


async def test_no_token_no_setup(browser: Browser) -> None:
    """A foreign page cannot run the first run, even with the token."""
    response = await browser.post("/setup", ADMIN, Origin="https://evil.test")
    assert response.status == 403
