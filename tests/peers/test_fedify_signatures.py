"""Our signatures and Fedify's, over real sockets: each side verifies what the other signs, in both schemes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from yarl import URL

from activitypub.actors import Actor, Multikey, PublicKey
from activitypub.client import Client
from activitypub.errors import SignatureError
from activitypub.http import ACTIVITY_JSON, Request, Response
from activitypub.keys import load_public, multibase, public_pem
from activitypub.render import actor_document, with_context
from activitypub.signatures import Claim, Scheme, SigningKey, check, claim_of, sign
from tests.activitypub.signed import ed25519_key, rsa_key
from tests.peers.fedify import FedifyPeer, fedify


class Neighbour:
    """The least server that Fedify will talk to: one actor, and an inbox that verifies and knows some schemes."""

    def __init__(self, accepts: frozenset[Scheme]) -> None:
        self.accepts = accepts
        self.origin = ""
        self.knocks: list[Scheme] = []
        self.verified: list[Claim] = []
        self.peer_pem = ""

    @property
    def actor(self) -> str:
        return f"{self.origin}/users/nina"

    @property
    def key(self) -> SigningKey:
        return SigningKey(f"{self.actor}#main-key", rsa_key())

    @property
    def proof_key(self) -> SigningKey:
        return SigningKey(f"{self.actor}#ed25519-key", ed25519_key())

    async def show_actor(self, request: web.Request) -> web.Response:
        nina = Actor(
            id=self.actor,
            kind="Person",
            preferred_username="nina",
            inbox=f"{self.actor}/inbox",
            outbox=f"{self.actor}/outbox",
            public_keys=(PublicKey(self.key.key_id, self.actor, public_pem(rsa_key())),),
            multikeys=(Multikey(self.proof_key.key_id, self.actor, multibase(ed25519_key().public_key())),),
        )
        return web.json_response(with_context(actor_document(nina)), content_type=ACTIVITY_JSON)

    async def take(self, request: web.Request) -> web.Response:
        received = Request("POST", self.origin + request.raw_path, request.headers, await request.read())
        try:
            claim = claim_of(received)
            self.knocks.append(claim.scheme)
            if claim.scheme not in self.accepts:
                return web.Response(status=401)
            check(received, claim, load_public(self.peer_pem), now=datetime.now(UTC))
        except SignatureError as error:
            return web.Response(status=401, text=str(error))
        self.verified.append(claim)
        return web.Response(status=202)


class Sockets:
    """A transport without any of the server's guards, for loopback."""

    def __init__(self, session: ClientSession) -> None:
        self.session = session

    async def send(self, request: Request) -> Response:
        async with self.session.request(
            request.method,
            URL(request.url, encoded=True),
            headers=request.headers,
            data=request.body or None,
            allow_redirects=False,
        ) as answer:
            return Response(answer.status, request.url, answer.headers, await answer.read())


@asynccontextmanager
async def two(
    first_knock: Scheme, accepts: frozenset[Scheme] = frozenset(Scheme)
) -> AsyncIterator[tuple[FedifyPeer, Neighbour, Client]]:
    """A Fedify peer, our neighbour who has its key, and a client of the neighbour's."""
    neighbour = Neighbour(accepts)
    app = web.Application()
    app.add_routes([web.get("/users/nina", neighbour.show_actor), web.post("/users/nina/inbox", neighbour.take)])
    async with TestServer(app) as server, fedify(first_knock=first_knock) as peer:
        neighbour.origin = str(server.make_url("/")).rstrip("/")
        client = Client(Sockets(peer.session), "Neighbour/1.0", lambda: datetime.now(UTC), allow_http=True)
        actor = await client.get(peer.actor, key=neighbour.key)
        neighbour.peer_pem = actor.document["publicKey"]["publicKeyPem"]  # type: ignore[index, call-overload]
        yield peer, neighbour, client


@pytest.mark.parametrize("first", list(Scheme))
async def test_we_verify_what_fedify_sends(first: Scheme) -> None:
    """Whichever scheme Fedify tries first, its first knock verifies."""
    async with two(first) as (peer, neighbour, _):
        await peer.follow(neighbour.actor)
        assert [claim.scheme for claim in neighbour.verified] == [first]
        assert neighbour.verified[0].key_id == f"{peer.actor}#main-key"


@pytest.mark.parametrize("first", list(Scheme))
async def test_a_401_brings_fedifys_second_knock(first: Scheme) -> None:
    """A server that knows the other scheme only answers 401 and is knocked at again in that one."""
    async with two(first, frozenset({first.other})) as (peer, neighbour, _):
        await peer.follow(neighbour.actor)
        assert neighbour.knocks == [first, first.other]
        assert [claim.scheme for claim in neighbour.verified] == [first.other]


async def test_fedify_verifies_what_we_sign() -> None:
    """GET and POST in both schemes pass Fedify's own check, and not with another body."""
    async with two(Scheme.RFC9421) as (peer, neighbour, _):
        for scheme in Scheme:
            for method, body in (("GET", b""), ("POST", b'{"type":"Like"}')):
                request = Request(method, f"{peer.origin}/verify", body=body).with_headers(
                    {"Content-Type": ACTIVITY_JSON, "Accept": ACTIVITY_JSON}
                )
                signed = sign(request, neighbour.key, scheme=scheme, now=datetime.now(UTC))
                said = await peer.verify(signed)
                assert said["verified"], (scheme, method, said)
                assert (said["scheme"], said["keyId"]) == (scheme.value, neighbour.key.key_id)
                changed = Request(method, signed.url, signed.headers, b'{"type":"Undo"}')
                if method == "POST":
                    assert not (await peer.verify(changed))["verified"]


@pytest.mark.parametrize(("scheme", "with_query"), [(Scheme.CAVAGE, False), (Scheme.RFC9421, True)])
async def test_fedify_verifies_a_signed_query(scheme: Scheme, with_query: bool) -> None:
    """In draft-cavage Fedify leaves the query out of what it verifies, which is why our client tries that too."""
    async with two(Scheme.CAVAGE) as (peer, neighbour, _):
        request = Request("GET", f"{peer.origin}/verify?a=b&c=%C3%BC")
        now = datetime.now(UTC)
        said = await peer.verify(sign(request, neighbour.key, scheme=scheme, now=now, with_query=with_query))
        assert said["verified"], said


@pytest.mark.parametrize("scheme", list(Scheme))
async def test_our_client_delivers_to_a_fedify_inbox(scheme: Scheme) -> None:
    """A Follow posted in either scheme is taken at the first knock, and Fedify's Accept verifies."""
    async with two(scheme) as (peer, neighbour, client):
        follow = (
            f'{{"@context":"https://www.w3.org/ns/activitystreams","id":"{neighbour.actor}#follow",'
            f'"type":"Follow","actor":"{neighbour.actor}","object":"{peer.actor}"}}'
        )
        accepted = await client.post(f"{peer.actor}/inbox", follow.encode(), key=neighbour.key, first=scheme)
        assert accepted is scheme
        (arrival,) = await peer.log()
        assert (arrival["type"], arrival["scheme"], arrival["actor"]) == ("Follow", scheme.value, neighbour.actor)
        assert (await peer.state())["followers"] == [neighbour.actor]
        assert len(neighbour.verified) == 1
