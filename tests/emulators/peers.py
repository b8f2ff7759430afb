"""Servers that behave as three real ones do towards us: they verify, validate, and note what they would not take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web
from multidict import CIMultiDict

from tests.emulators import gotosocial, mastodon, pixelfed
from tests.emulators.signing import flaws, signature_of
from tests.fediverse import Fediverse
from tests.strangers import FakePeer, Received

OPEN = ("/.well-known/", "/nodeinfo/")


@dataclass
class Emulator(FakePeer):
    """A server of one make. Whatever reaches its inboxes is judged; ``refused`` stays empty if all is well."""

    make: str = "mastodon"
    refused: list[str] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def kinds(self) -> set[str]:
        """Types of what was taken, with the type of what is inside where it is whole: ``Undo Follow``."""
        found = set()
        for activity in self.taken:
            inner = activity["object"]
            found.add(f"{activity['type']} {inner['type']}" if isinstance(inner, dict) else activity["type"])
        return found

    async def respond(self, request: web.Request) -> web.StreamResponse:
        received = Received(request.method, request.path_qs, CIMultiDict(request.headers), await request.read())
        status, problems = await self._judge(received)
        if problems:
            what = f"{received.method} {received.path} {received.body[:2000].decode(errors='replace')}"
            self.refused += [f"{self.host}: {problem}: {what}" for problem in problems]
            self.received.append(received)
            return web.Response(status=status)
        return await super().respond(request)

    async def _judge(self, received: Received) -> tuple[int, list[str]]:
        if received.method == "GET":
            closed = self.make == "gotosocial" and not received.path.startswith(OPEN)
            refusal = gotosocial.get_refusal(received) if closed else None
            return (refusal[0], [refusal[1]]) if refusal else (200, [])
        if self.make == "gotosocial" and (refusal := gotosocial.post_refusal(received)):
            return refusal[0], [refusal[1]]
        if "Signature-Input" in received.headers and self.make == "pixelfed":
            return 200, ["a signature it cannot read, so that it drops the activity"]
        return await self._judge_activity(received)

    async def _judge_activity(self, received: Received) -> tuple[int, list[str]]:
        signature = signature_of(received.headers)
        if signature is None:
            return 401, ["not signed"]
        problems = flaws(received, await self._key(signature.key_id), now=self.now())
        if problems:
            return 401, problems
        activity = received.document
        if self.make == "pixelfed":
            problems = pixelfed.drops(activity, key_id=signature.key_id, now=self.now())
        else:
            reads = gotosocial.READ if self.make == "gotosocial" else mastodon.READ
            problems = mastodon.refusals(activity, by=signature.key_id.partition("#")[0], reads=reads)
        if not problems:
            self.taken.append(activity)
        return 200 if self.make == "pixelfed" else 422, problems

    async def _key(self, key_id: str) -> str:
        """Fetch an actor, check it and its handle as Mastodon does, and remember its key."""
        if key_id not in self.keys:
            url = key_id.partition("#")[0]
            actor = await self._get(url, "application/activity+json")
            self.refused += [f"{self.host}: {flaw}: {url}" for flaw in mastodon.actor_refusals(actor, url=url)]
            host = urlsplit(url).netloc
            handle = f"{actor['preferredUsername']}@{host}"
            jrd = await self._get(
                f"https://{host}/.well-known/webfinger?resource=acct:{handle}", "application/jrd+json"
            )
            problems = mastodon.loop_refusals(jrd, handle=handle, actor=url)
            self.refused += [f"{self.host}: {flaw}: {handle}" for flaw in problems]
            self.keys[key_id] = actor["publicKey"]["publicKeyPem"]
        return self.keys[key_id]

    async def _get(self, url: str, accept: str) -> dict[str, Any]:
        async with self.session.get(url, headers={"Accept": accept, "User-Agent": self.make}) as response:
            assert response.status == 200, (url, response.status)
            assert response.content_type == accept, (url, response.content_type)
            document: dict[str, Any] = orjson.loads(await response.read())
            return document


async def emulator(fediverse: Fediverse, make: str, clock: Any) -> Emulator:
    """Start a server of a make at https://MAKE.test."""
    peer = Emulator(f"{make}.test", fediverse.session, clock, make=make)
    fediverse.peers[peer.host] = peer
    await fediverse.bring_back(peer)
    return peer
