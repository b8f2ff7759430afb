"""Invented strangers: servers whose answers are functions, who sign with any key, and who note what reaches them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from aiohttp import ClientSession, web
from multidict import CIMultiDict
from yarl import URL

from activitypub.http import ACTIVITY_JSON, Request
from activitypub.keys import PrivateKey, make_rsa, public_pem
from activitypub.signatures import Scheme, SigningKey, sign

AS2 = "https://www.w3.org/ns/activitystreams"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@lru_cache(maxsize=8)
def a_key(number: int = 0) -> PrivateKey:
    """An RSA key; the same number is the same key, because making one takes long."""
    return make_rsa()


@dataclass
class Received:
    """A request that reached a stranger."""

    method: str
    path: str
    headers: CIMultiDict[str]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        read: dict[str, Any] = orjson.loads(self.body)
        return read


@dataclass
class Actor:
    """Somebody who lives on a stranger's server."""

    id: str
    key: PrivateKey
    document: dict[str, Any]

    @property
    def signing_key(self) -> SigningKey:
        return SigningKey(f"{self.id}#main-key", self.key)


@dataclass
class FakePeer:
    """A stranger whose answers are functions and who writes down what reaches them.

    ``answers`` maps a path to a function; whatever is not there is a 404, except for inboxes, which take everything.
    """

    host: str
    session: ClientSession
    now: Callable[[], int]
    answers: dict[str, Answer] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    actors: dict[str, Actor] = field(default_factory=dict)
    inbox_status: int = 202
    runner: web.AppRunner | None = None

    def actor(self, name: str = "sam", /, *, key: int = 0, **changes: object) -> Actor:
        """Somebody with an actor document and a handle, served at once."""
        identity = f"https://{self.host}/users/{name}"
        private = a_key(key)
        document = {
            "@context": [AS2, "https://w3id.org/security/v1"],
            "id": identity,
            "type": "Person",
            "preferredUsername": name,
            "name": name.title(),
            "inbox": f"{identity}/inbox",
            "outbox": f"{identity}/outbox",
            "followers": f"{identity}/followers",
            "endpoints": {"sharedInbox": f"https://{self.host}/inbox"},
            "publicKey": {"id": f"{identity}#main-key", "owner": identity, "publicKeyPem": public_pem(private)},
        } | changes
        actor = Actor(identity, private, document)
        self.actors[name] = actor
        self.serve(f"/users/{name}", document)
        return actor

    def serve(
        self, path: str, document: object, *, content_type: str = ACTIVITY_JSON, status: int = 200, **headers: str
    ) -> None:
        """Answer a path with a document."""
        body = document if isinstance(document, bytes) else orjson.dumps(document)

        async def respond(_: web.Request) -> web.Response:
            return web.Response(body=body, status=status, headers={"Content-Type": content_type, **headers})

        self.answers[path] = respond

    def asked_for(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(one.path.partition("?")[0] == path for one in self.received)

    @property
    def posts(self) -> list[Received]:
        """What was posted here."""
        return [one for one in self.received if one.method == "POST"]

    def signed(
        self,
        url: str,
        document: object,
        by: Actor | SigningKey,
        *,
        scheme: Scheme = Scheme.CAVAGE,
        now: int | None = None,
        method: str = "POST",
    ) -> Request:
        """A request signed by anybody, with any key, at any time (milliseconds since 1970)."""
        key = by.signing_key if isinstance(by, Actor) else by
        moment = datetime.fromtimestamp((self.now() if now is None else now) / 1000, UTC)
        body = b"" if method == "GET" else document if isinstance(document, bytes) else orjson.dumps(document)
        headers = CIMultiDict({"Accept" if method == "GET" else "Content-Type": ACTIVITY_JSON})
        return sign(Request(method, url, headers, body), key, scheme=scheme, now=moment)

    async def send(self, request: Request) -> tuple[int, Any]:
        """Send a request just as it is; return status and decoded answer."""
        async with self.session.request(
            request.method, URL(request.url, encoded=True), headers=request.headers, data=request.body or None
        ) as response:
            body = await response.read()
            try:
                return response.status, orjson.loads(body) if body else None
            except orjson.JSONDecodeError:
                return response.status, body.decode(errors="replace")

    async def post(self, url: str, document: object, by: Actor | SigningKey, **how: Any) -> tuple[int, Any]:
        """Post a signed activity."""
        return await self.send(self.signed(url, document, by, **how))

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Note a request and answer it."""
        body = await request.read()
        self.received.append(Received(request.method, request.path_qs, CIMultiDict(request.headers), body))
        if (answer := self.answers.get(request.path)) is not None:
            return await answer(request)
        if request.path == "/.well-known/webfinger":
            return self._webfinger(request)
        if request.method == "POST":
            return web.Response(status=self.inbox_status)
        return web.Response(status=404)

    def _webfinger(self, request: web.Request) -> web.Response:
        name = request.query.get("resource", "").removeprefix("acct:").partition("@")[0]
        if name not in self.actors:
            return web.Response(status=404)
        links = [{"rel": "self", "type": ACTIVITY_JSON, "href": self.actors[name].id}]
        document = {"subject": f"acct:{name}@{self.host}", "links": links}
        return web.Response(body=orjson.dumps(document), content_type="application/jrd+json")
