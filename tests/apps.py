"""A whole site with its API over one instance, and apps that act for people there."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import FormData
from aiohttp.test_utils import TestClient
from multidict import CIMultiDict

from rossgram_fed.announcements.board import Board
from rossgram_fed.api.routes import ROUTES
from rossgram_fed.api.serving import add_api
from rossgram_fed.federation.network import NETWORK, build_network
from rossgram_fed.instance import Change, Instance
from rossgram_fed.media.arriving import ARRIVING, Arriving
from rossgram_fed.media.proofs import PROOFS, Proofs
from rossgram_fed.media.storage import STORAGE, Folder
from rossgram_fed.media.studio import STUDIO, Studio
from rossgram_fed.models import AccessToken, Account, App, User
from rossgram_fed.oauth.callers import CALLERS, Callers
from rossgram_fed.routes import add_routes
from rossgram_fed.web.rendering import NOTICE
from rossgram_fed.web.sessions import token_hash
from tests.rossgram_fed.site import Site
from tests.rossgram_fed.web.browser import browser_for, plain_app

ALL = "read write follow push"


@dataclass
class Reply:
    """What the API said."""

    status: int
    body: Any
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict)

    @property
    def ids(self) -> list[str]:
        """The ids of a list."""
        return [one["id"] for one in self.body]

    def link(self, rel: str) -> str:
        """The path of a page that the Link header leads to; empty without one."""
        for part in self.headers.get("Link", "").split(", "):
            if part.endswith(f'rel="{rel}"'):
                address = part[1 : part.index(">")]
                return "/" + address.split("/", 3)[3]
        return ""


class Client:
    """One app with a token, or (with none) anybody."""

    def __init__(self, client: TestClient[Any, Any], token: str | None) -> None:
        self._client = client
        self.token = token

    async def call(self, method: str, path: str, *, data: Any = None, headers: Any = None, **json_body: Any) -> Reply:
        """Call an endpoint; keywords become a JSON body."""
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent.update(headers or {})
        body = data
        if json_body:
            body, sent["Content-Type"] = json.dumps(json_body).encode(), "application/json"
        response = await self._client.request(method, path, data=body, headers=sent, allow_redirects=False)
        raw = await response.read()
        is_json = response.content_type == "application/json" and raw
        return Reply(response.status, json.loads(raw) if is_json else raw, CIMultiDict(response.headers))

    async def get(self, path: str, **headers: str) -> Reply:
        return await self.call("GET", path, headers=headers)

    async def post(self, path: str, **body: Any) -> Reply:
        return await self.call("POST", path, **body)

    async def put(self, path: str, **body: Any) -> Reply:
        return await self.call("PUT", path, **body)

    async def patch(self, path: str, **body: Any) -> Reply:
        return await self.call("PATCH", path, **body)

    async def delete(self, path: str, **body: Any) -> Reply:
        return await self.call("DELETE", path, **body)

    async def form(self, method: str, path: str, fields: list[tuple[str, str]] | FormData) -> Reply:
        """Call an endpoint with a form, as most apps do."""
        return await self.call(method, path, data=fields if isinstance(fields, FormData) else FormData(fields))


async def an_app(change: Change, *, name: str = "An app", scopes: str = ALL) -> App:
    """An app that somebody registered; its secret is ``secret``."""
    return await App.create(
        id=change.new_id(),
        client_id=f"client-{change.new_id()}",
        secret_hash=token_hash("secret"),
        name=name,
        redirect_uris='["urn:ietf:wg:oauth:2.0:oob"]',
        scopes=scopes,
        created_at=change.now,
    )


async def a_token(change: Change, app: App, user: User | None, token: str, *, scopes: str) -> None:
    """A token of an app, for somebody or for itself."""
    await AccessToken.create(
        id=change.new_id(),
        app_id=app.id,
        user_id=user.id if user is not None else None,
        token_hash=token_hash(token),
        scopes=scopes,
        created_at=change.now,
        seen_at=change.now,
    )


class ApiSite(Site):
    """A site whose people use apps."""

    @property
    def nobody(self) -> Client:
        """Somebody without a token."""
        return Client(self.visitor.client, None)

    async def app(self, account: Account | None, *, scopes: str = ALL, name: str = "An app") -> Client:
        """An app that acts for somebody here, or, without an account, for itself."""
        async with self.instance.change() as change:
            user = None if account is None else await User.get(account_id=account.id)
            token = f"token-{change.new_id()}"
            await a_token(change, await an_app(change, name=name, scopes=scopes), user, token, scopes=scopes)
        return Client(self.visitor.client, token)


@asynccontextmanager
async def opened_api(instance: Instance) -> AsyncIterator[ApiSite]:
    """Open a site with its API, which finds nobody on the network; closed with the block."""
    app = plain_app(instance)
    network = app[NETWORK] = build_network(instance)
    folder = app[STORAGE] = Folder(instance.settings.media_folder)
    folder.prepare()
    studio = app[STUDIO] = Studio(instance.settings.limits)
    app[PROOFS] = Proofs(studio, folder)
    app[ARRIVING] = Arriving(instance.settings.storage.data / "arriving")
    app[CALLERS] = Callers(instance)
    app[NOTICE] = Board(instance).unread
    add_routes(app)
    add_api(app, ROUTES)
    visitor = await browser_for(app)
    try:
        yield ApiSite(instance, visitor)
    finally:
        await visitor.client.close()
        await studio.close()
        await network.close()
