"""An application with the pages about accounts, on a server of which alice is a member."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from rossgram_fed.accounts import settings_pages, sign_in_pages
from rossgram_fed.accounts.new_users import create_user, prepare_user
from rossgram_fed.config import Registration
from rossgram_fed.instance import Instance
from rossgram_fed.media.storage import STORAGE, Folder
from rossgram_fed.media.studio import STUDIO, Studio
from tests.rossgram_fed.web.browser import Browser, browser_for, plain_app

PASSWORD = "correct horse battery"
Open = Callable[..., object]


def accounts_app(instance: Instance) -> web.Application:
    """An application with every page about accounts."""
    app = plain_app(instance)
    sign, own = sign_in_pages, settings_pages
    app.router.add_get("/sign-in", sign.sign_in_page)
    app.router.add_post("/sign-in", sign.sign_in)
    app.router.add_get("/sign-up", sign.sign_up_page)
    app.router.add_post("/sign-up", sign.sign_up)
    app.router.add_post("/sign-out", sign.sign_out)
    app.router.add_get("/settings", own.settings_page)
    app.router.add_get("/settings/profile", own.profile_page)
    app.router.add_post("/settings/profile", own.save_profile)
    app.router.add_get("/settings/account", own.account_page)
    app.router.add_post("/settings/account/password", own.change_password)
    app.router.add_post("/settings/account/delete", own.delete_account)
    app.router.add_get("/settings/sessions", own.sessions_page)
    app.router.add_post("/settings/sessions/{id}/end", own.end_session)
    app.router.add_post("/settings/sessions/end-all", own.end_all_sessions)
    app.router.add_get("/settings/invites", own.invites_page)
    app.router.add_post("/settings/invites", own.create_invite)
    app.router.add_post("/settings/invites/{id}/withdraw", own.withdraw_invite)
    return app


@pytest.fixture
async def opened(instance: Instance, tmp_path: Path) -> AsyncIterator[Callable[..., object]]:
    """Opens browsers: ``await opened()``, or ``await opened(Registration.OPEN)`` for another server's setting."""
    studio, browsers = Studio(instance.settings.limits), []
    folder = Folder(tmp_path / "media")
    folder.prepare()

    async def open_browser(registration: Registration = Registration.CLOSED) -> Browser:
        server = replace(instance.settings.server, registration=registration)
        app = accounts_app(replace(instance, settings=replace(instance.settings, server=server)))
        app[STUDIO], app[STORAGE] = studio, folder
        browsers.append(await browser_for(app))
        return browsers[-1]

    yield open_browser
    for browser in browsers:
        await browser.client.close()
    await studio.close()


@pytest.fixture
async def alice(instance: Instance) -> int:
    """The account id of alice, who has a password."""
    new = await prepare_user("alice", PASSWORD, name="Alice")
    async with instance.change() as change:
        return (await create_user(change, new)).account_id


@pytest.fixture
async def browser(opened: Callable[..., object], alice: int) -> Browser:
    """A browser that nobody is signed in with."""
    return await opened()


@pytest.fixture
async def signed_in(browser: Browser) -> Browser:
    """A browser that alice is signed in with."""
    response = await browser.post("/sign-in", {"username": "alice", "password": PASSWORD})
    assert response.status == 303
    return browser
