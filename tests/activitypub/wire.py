"""A client whose transport leads to a server that is a function."""

from __future__ import annotations

from collections.abc import Callable

from multidict import CIMultiDict

from activitypub.client import Client
from activitypub.errors import SignatureError
from activitypub.http import ACTIVITY_JSON, Request, Response
from activitypub.signatures import Scheme, check, claim_of
from tests.activitypub.signed import NOW, rsa_key, signing_key

Server = Callable[[Request], Response]
KEY = signing_key()


class Wire:
    """A transport to a server that is a function; remembers what was sent."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.sent: list[Request] = []

    async def send(self, request: Request) -> Response:
        self.sent.append(request)
        return self.server(request)

    @property
    def schemes(self) -> list[Scheme]:
        return [claim_of(request).scheme for request in self.sent]


def a_client(server: Server, *, allow_http: bool = False) -> tuple[Client, Wire]:
    wire = Wire(server)
    return Client(wire, "Rossgram/1.0 (+https://here.test/)", lambda: NOW, allow_http=allow_http), wire


def answer(status: int = 200, body: bytes = b'{"id":"x"}', **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, "", CIMultiDict({"Content-Type": ACTIVITY_JSON, **named}), body)


def redirects(*targets: str, status: int = 302) -> Server:
    """A server that sends each request on to the next target and answers at the last."""
    steps = iter(targets)

    def serve(request: Request) -> Response:
        target = next(steps, None)
        return answer() if target is None else answer(status, Location=target)

    return serve


def verifying(accepts: Scheme | None) -> Server:
    """A server that checks every signature and understands one scheme only, or any."""

    def serve(request: Request) -> Response:
        try:
            claim = claim_of(request)
            check(request, claim, rsa_key().public_key(), now=NOW)
        except SignatureError:
            return answer(401)
        return answer(202 if request.method == "POST" else 200) if accepts in {None, claim.scheme} else answer(401)

    return serve
