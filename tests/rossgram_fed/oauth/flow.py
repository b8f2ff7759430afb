"""An app as it signs somebody in: registers, sends them to the page, reads the answer, brings the code."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import ClientResponse

from rossgram_fed.models import Account
from tests.apps import ApiSite, Client, Reply
from tests.rossgram_fed.web.browser import Browser

CALLBACK = "https://app.example/callback"
OOB = "urn:ietf:wg:oauth:2.0:oob"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@dataclass
class TestedApp:
    """One registered app."""

    __test__ = False

    site: ApiSite
    client_id: str
    client_secret: str
    redirect_uri: str
    scopes: str

    @property
    def asking(self) -> dict[str, str]:
        """A question without a mistake."""
        return {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self.scopes,
            "state": "a state & more",
        }

    def page(self, **other: str) -> str:
        """The page that asks; empty values leave a parameter out."""
        given = {name: value for name, value in {**self.asking, **other}.items() if value}
        return f"/oauth/authorize?{urlencode(given)}"

    async def answered(self, browser: Browser, answer: str = "allow", **other: str) -> ClientResponse:
        """What follows when somebody presses a button on that page."""
        given = {name: value for name, value in {**self.asking, **other}.items() if value}
        return await browser.post("/oauth/authorize", {**given, "answer": answer}, at=self.page(**other))

    async def code(self, browser: Browser, **other: str) -> str:
        """The code that they hand to the app."""
        response = await self.answered(browser, **other)
        assert response.status == 303
        return answer_in(response)["code"]

    async def exchange(self, code: str, **other: str) -> Reply:
        """What the app gets for a code."""
        given = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "redirect_uri": self.redirect_uri,
            **other,
        }
        return await self.site.nobody.form("POST", "/oauth/token", list(given.items()))

    async def client(self, account: Account, **other: str) -> Client:
        """The app signed in for somebody, the whole way."""
        browser = await self.site.browser(account)
        reply = await self.exchange(await self.code(browser, **other))
        assert reply.status == 200, reply.body
        return Client(self.site.visitor.client, reply.body["access_token"])


def answer_in(response: ClientResponse) -> dict[str, str]:
    """The answer in the address that somebody is sent to."""
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["Location"]).query).items()}


async def an_app(site: ApiSite, *, redirect_uri: str = CALLBACK, scopes: str = "read write", **other: Any) -> TestedApp:
    """Register an app."""
    fields = {"client_name": "Dunes", "website": "https://app.example", **other}
    reply = await site.nobody.post("/api/v1/apps", redirect_uris=redirect_uri, scopes=scopes, **fields)
    assert reply.status == 200, reply.body
    return TestedApp(site, reply.body["client_id"], reply.body["client_secret"], redirect_uri, scopes)
