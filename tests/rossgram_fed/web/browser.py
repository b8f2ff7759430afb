"""A browser for tests: keeps cookies as browsers do, and fills in forms that a page really showed."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie

from aiohttp import ClientResponse, FormData, web
from aiohttp.test_utils import TestClient, TestServer

from rossgram_fed.instance import INSTANCE, Instance
from rossgram_fed.secrets_file import Secrets
from rossgram_fed.web import plumbing

SECRETS = Secrets(csrf=b"k" * 32, setup_token="a-token-of-the-first-run")
_TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


def plain_app(instance: Instance) -> web.Application:
    """An application with the plumbing and no page."""
    app = web.Application()
    app[INSTANCE] = instance
    plumbing.install(app, secrets=SECRETS)
    return app


class Browser:
    """One person's browser, talking to one application."""

    def __init__(self, client: TestClient[web.Request, web.Application]) -> None:
        self.client = client
        self.cookies: dict[str, str] = {}
        self.set_cookies: list[str] = []
        """The ``Set-Cookie`` headers of the last answer."""

    async def fetch(
        self, method: str, path: str, *, data: FormData | dict[str, str] | bytes | None = None, **headers: str
    ) -> ClientResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies and "Cookie" not in sent:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        response = await self.client.request(method, path, data=data, headers=sent, allow_redirects=False)
        self.set_cookies = response.headers.getall("Set-Cookie", [])
        for header in self.set_cookies:
            for name, morsel in SimpleCookie(header).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return response

    async def get(self, path: str, **headers: str) -> ClientResponse:
        return await self.fetch("GET", path, **headers)

    async def text(self, path: str, **headers: str) -> str:
        return await (await self.get(path, **headers)).text()

    async def token(self, path: str) -> str:
        """The form token that the page at ``path`` shows."""
        found = _TOKEN.search(await self.text(path))
        assert found, f"{path} shows no form"
        return found[1]

    async def post(
        self, path: str, fields: dict[str, str] | None = None, *, at: str = "", **headers: str
    ) -> ClientResponse:
        """Send the form that stands on the page ``at`` (by default, on the page at the same address)."""
        token = await self.token(at or path)
        return await self.fetch("POST", path, data={"csrf": token, **(fields or {})}, **headers)


async def browser_for(app: web.Application) -> Browser:
    """A fresh browser with a server of its own for this application; close ``browser.client`` afterwards."""
    client = TestClient(TestServer(app))
    await client.start_server()
    return Browser(client)
