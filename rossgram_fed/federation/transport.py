"""The one outward door: every request to a stranger, for whatever purpose, goes through ``Door.send``.

It opens connections to public addresses only and checks the address at the moment of connecting, so neither a literal,
a redirect nor a name that changes its mind gets past it. It follows no redirect, keeps no cookie, obeys no proxy
variable, and bounds every answer in bytes and in seconds.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import (
    AddrInfoType,
    ClientConnectorError,
    ClientError,
    ClientOSError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    ServerDisconnectedError,
    TCPConnector,
)
from aiohttp.abc import AbstractResolver
from multidict import CIMultiDict
from yarl import URL

from activitypub.errors import AddressRefused, MalformedDocument, Unreachable
from activitypub.http import Request, Response
from activitypub.origin import host_of
from rossgram_fed.config import Settings
from rossgram_fed.federation.bodies import ACCEPT_ENCODING, BodyRefused, read
from rossgram_fed.federation.domain_rules import DomainRules
from rossgram_fed.federation.guard import is_literal, may_connect
from rossgram_fed.federation.names import Names

MEBIBYTE = 1024 * 1024
PER_WORKER = 8
"""How many deliveries may be under way for each worker, those that wait for slow servers included."""
_PORTS = frozenset({80, 443})
_POST_ANSWER = 64 * 1024
"""Bytes of an answer to a POST that we look at; nobody needs what it says, only its status."""

_FAILURES = (ClientError, OSError, ValueError, TimeoutError, BodyRefused)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds until we hang up: for everything, for the connection, and between two reads."""

    total: float = 30
    connect: float = 5
    read: float = 10


FILE_DEADLINES = Deadlines(total=900, connect=5, read=20)
"""For what is large and read piece by piece."""


class Incoming:
    """A large file on its way: an answer whose body is still to be read. Close it, or its connection stays open."""

    def __init__(self, answer: ClientResponse, url: str) -> None:
        self._answer = answer
        self.response = Response(answer.status, url, CIMultiDict(answer.headers))
        """Without its body."""

    @property
    def size(self) -> int | None:
        """How many bytes its server says are coming; None when it does not say."""
        return self._answer.content_length

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body, a little at a time; raise ``Unreachable`` when it breaks off or comes compressed."""
        if self._answer.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            raise Unreachable(f"{urlsplit(self.response.url).netloc[:255]} compressed what was asked for plain.")
        content = self._answer.content
        while True:
            try:
                piece = await content.readany()
            except _FAILURES as error:
                raise _as_failure(error, self.response.url) from error
            if not piece:
                return
            yield piece

    def close(self) -> None:
        """Hang up."""
        self._answer.close()


class _Forbidden(OSError):
    """Raised from inside the connector, at the last moment before a connection would be opened."""


class Door:
    """A ``Transport`` over aiohttp with a guard in it. Close it, or its connections outlive it."""

    def __init__(
        self,
        settings: Settings,
        *,
        user_agent: str,
        rules: DomainRules | None = None,
        resolver: AbstractResolver | None = None,
        deadlines: Deadlines | None = None,
    ) -> None:
        self._development = settings.development
        self._rules = rules
        self._deadlines = deadlines or Deadlines()
        self._tls = ssl.create_default_context()
        if settings.federation.extra_ca_file is not None:
            self._tls.load_verify_locations(settings.federation.extra_ca_file)
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": ACCEPT_ENCODING}
        self._names = None if resolver is not None else Names()
        self._resolver = resolver or self._names
        per_host = settings.federation.connections_per_host
        everywhere = 64 + PER_WORKER * settings.federation.workers
        self._session = self._session_over(limit=everywhere, per_host=per_host, keep_alive=True)
        self._fresh = self._session_over(limit=everywhere, per_host=per_host, keep_alive=False)

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()
        await self._fresh.close()
        if self._names is not None:
            await self._names.close()

    async def send(
        self, request: Request, *, limit: int = MEBIBYTE, deadlines: Deadlines | None = None, file: bool = False
    ) -> Response:
        """Send one request and return the answer, whatever its status.

        ``file`` says that a picture is asked for: those of an allowed server may lie with anybody but the suspended.
        Raises ``AddressRefused`` when our own guard or the admins say no and ``Unreachable`` when there is no usable
        answer: no name, no connection, bad TLS, too late, or larger than ``limit`` bytes.
        """
        self.check(request.url)
        await self._check_rules(request.url, file=file)
        times = deadlines or self._deadlines
        try:
            return await self._send(self._session, request, limit, times)
        except (ServerDisconnectedError, ClientOSError) as error:
            # Some servers (snac) close a kept-alive connection without saying so; the next request finds out.
            if isinstance(error, ClientConnectorError):
                raise _as_failure(error, request.url) from error
        except _FAILURES as error:
            raise _as_failure(error, request.url) from error
        try:
            return await self._send(self._fresh, request, limit, times)
        except _FAILURES as error:
            raise _as_failure(error, request.url) from error

    async def open(self, request: Request, *, deadlines: Deadlines = FILE_DEADLINES) -> Incoming:
        """Send one request for a large file and return its answer, to be read piece by piece and closed.

        How much of it is read is the caller's to bound. Raises as ``send`` does.
        """
        self.check(request.url)
        await self._check_rules(request.url, file=True)
        try:
            answer = await self._fresh.request(
                request.method,
                URL(request.url.partition("#")[0], encoded=True),
                headers=request.with_headers({"Accept-Encoding": "identity"}).headers,
                allow_redirects=False,
                timeout=ClientTimeout(total=deadlines.total, sock_connect=deadlines.connect, sock_read=deadlines.read),
            )
        except _FAILURES as error:
            raise _as_failure(error, request.url) from error
        return Incoming(answer, request.url)

    def check(self, url: str) -> None:
        """Raise ``AddressRefused`` for a URL that no connection may be opened for, whatever its name resolves to."""
        try:
            parts = urlsplit(url)
            port, host = parts.port, parts.hostname or ""
        except ValueError as error:
            raise AddressRefused("We do not open addresses that cannot be read.") from error
        development = self._development.allow_http_and_private_networks
        if parts.scheme != "https" and not (development and parts.scheme == "http"):
            raise AddressRefused(f"We open https addresses only, not {parts.scheme[:20]!r} ones.")
        if parts.username is not None or parts.password is not None:
            raise AddressRefused("We do not open addresses with a user name in them.")
        if not host or not url.isascii():
            raise AddressRefused("We open only addresses with a plain host name.")
        if port is not None and port not in _PORTS and not development:
            raise AddressRefused(f"We do not open port {port}.")
        if is_literal(host) and not may_connect(host, self._development):
            raise AddressRefused(f"{host[:80]} is not a public address.")

    async def _check_rules(self, url: str, *, file: bool) -> None:
        """Raise ``AddressRefused`` for servers that the admins keep out."""
        if self._rules is None:
            return
        try:
            host = host_of(url)
        except MalformedDocument as error:
            raise AddressRefused("We do not open addresses that cannot be read.") from error
        rule = await self._rules.written_for(host) if file else await self._rules.of(host)
        if rule is not None and rule.closed:
            raise AddressRefused(rule.sentence)

    async def _send(self, session: ClientSession, request: Request, limit: int, times: Deadlines) -> Response:
        posting = request.method == "POST"
        async with session.request(  # the body is read here, so that the deadlines cover it
            request.method,
            URL(request.url.partition("#")[0], encoded=True),
            headers=request.headers,
            data=request.body or None,
            allow_redirects=False,
            timeout=ClientTimeout(total=times.total, sock_connect=times.connect, sock_read=times.read),
        ) as answer:
            body = await _drain(answer) if posting else await read(answer, limit=limit)
            return Response(answer.status, request.url, CIMultiDict(answer.headers), body)

    def _session_over(self, *, limit: int, per_host: int, keep_alive: bool) -> ClientSession:
        connector = TCPConnector(
            ssl=self._tls,
            resolver=self._resolver,
            socket_factory=self._socket,
            limit=limit,
            limit_per_host=per_host,
            force_close=not keep_alive,
            keepalive_timeout=None if not keep_alive else 30,
        )
        return ClientSession(
            connector=connector,
            headers=self._headers,
            cookie_jar=DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
        )

    def _socket(self, address: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, peer = address
        if not may_connect(str(peer[0]).partition("%")[0], self._development):
            raise _Forbidden(f"{peer[0]} is not a public address")
        return socket.socket(family=family, type=kind, proto=protocol)


async def _drain(answer: ClientResponse) -> bytes:
    """Read the answer to a POST so that the connection can be used again; keep the beginning, for the log."""
    beginning, total = b"", 0
    async for chunk in answer.content.iter_any():
        beginning = beginning or chunk[:1024]
        total += len(chunk)
        if total > _POST_ANSWER:
            answer.close()
            break
    return beginning


def _as_failure(error: Exception, url: str) -> Unreachable:
    host = urlsplit(url).netloc[:255]
    if isinstance(error, BodyRefused):
        return Unreachable(f"{host} cannot be understood: {error}.")
    if isinstance(error, TimeoutError):
        return Unreachable(f"{host} took too long to answer.")
    cause = error.os_error if isinstance(error, ClientConnectorError) else error
    if isinstance(cause, _Forbidden):
        return AddressRefused(f"{host} has no public address.")
    return Unreachable(f"{host} cannot be reached: {str(cause)[:300] or type(cause).__name__}.")
