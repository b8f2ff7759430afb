"""A whole site over one instance: every page there is, and browsers that somebody is signed in with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.abc import AbstractResolver

from rossgram_fed.federation.network import NETWORK, build_network
from rossgram_fed.instance import Instance
from rossgram_fed.media.storage import STORAGE, Folder
from rossgram_fed.models import Account, User
from rossgram_fed.routes import add_routes
from rossgram_fed.web import sessions
from rossgram_fed.web.cookies import cookie_name
from tests.rossgram_fed.web.browser import Browser, browser_for, plain_app


class Site:
    """One application; whoever is signed in talks to the same one."""

    def __init__(self, instance: Instance, visitor: Browser) -> None:
        self.instance = instance
        self.visitor = visitor
        """A browser that nobody is signed in with."""

    async def browser(self, account: Account) -> Browser:
        """A browser that somebody is signed in with."""
        token = sessions.new_token()
        async with self.instance.change() as change:
            user = await User.get(account_id=account.id)
            await sessions.start(change, user_id=user.id, token=token)
        browser = Browser(self.visitor.client)
        browser.cookies[cookie_name(self.instance.settings, sessions.COOKIE)] = token
        return browser


@asynccontextmanager
async def opened_site(instance: Instance, *, resolver: AbstractResolver | None = None) -> AsyncIterator[Site]:
    """Open a site, which finds others by ``resolver``; closed with the block."""
    app: web.Application = plain_app(instance)
    network = app[NETWORK] = build_network(instance, resolver=resolver)
    app[STORAGE] = Folder(instance.settings.media_folder)
    app[STORAGE].prepare()
    add_routes(app)
    visitor = await browser_for(app)
    try:
        yield Site(instance, visitor)
    finally:
        await visitor.client.close()
        await network.close()
