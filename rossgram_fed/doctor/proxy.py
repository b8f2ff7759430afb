"""The proxy: does it pass on what the server must know, unchanged?

When the server is not running, the examination takes its place at ``server.listen`` for a moment, sends itself one
request through the public address, and looks at what arrives.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from rossgram_fed.config import Settings
from rossgram_fed.doctor.asking import SECONDS, get
from rossgram_fed.doctor.findings import Finding, unsure, well, wrong

SUBJECT = "proxy"
_QUERY = "%40name?resource=acct%3Aa%2Fb"
"""Written with escapes: a proxy that rewrites them breaks every signature."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request as the proxy handed it to us."""

    target: str
    headers: Mapping[str, str]
    peer: str


async def examine_proxy(settings: Settings) -> AsyncIterator[Finding]:
    """Look at the configuration, then at a real request if the server's place is free."""
    if not settings.https:
        yield well(SUBJECT, f"{settings.base_url} is served without a proxy.")
        return
    if not settings.server.trusted_proxies:
        yield wrong(
            SUBJECT,
            "server.trusted_proxies is empty, so every visitor seems to come from the proxy's own address, "
            "and one visitor's wrong passwords lock everybody out.",
            'Name the proxy\'s address; for one on this machine: trusted_proxies = ["127.0.0.1/32", "::1/128"]',
        )
    target = f"/.well-known/rossgram-doctor/{secrets.token_urlsafe(12)}/{_QUERY}"
    try:
        arrived = await _through(settings, target)
    except _PlaceTaken:
        async for finding in _examine_running(settings):
            yield finding
    else:
        for finding in _judge(settings, target, arrived):
            yield finding


def _judge(settings: Settings, target: str, arrived: Arrived | str) -> Iterator[Finding]:
    listen = settings.server.listen
    if isinstance(arrived, str):
        yield wrong(
            SUBJECT,
            f"A request to {settings.base_url} does not arrive at {listen}: {arrived}.",
            f"Let the proxy pass every path of {settings.host} on to http://{listen}; README.md has an example.",
        )
        return
    faults = list(_faults(settings, target, arrived))
    yield from faults
    if not faults:
        yield well(SUBJECT, f"{settings.base_url} arrives at {listen} with all that the server must know.")


def _faults(settings: Settings, target: str, arrived: Arrived) -> Iterator[Finding]:
    if arrived.target != target:
        yield wrong(
            SUBJECT,
            f"The proxy rewrites addresses: {target} arrived as {arrived.target}. Signatures cover the address.",
            "In nginx write proxy_pass http://ADDRESS; with nothing after the port, not even a slash.",
        )
    host = arrived.headers.get("host", "")
    if host != settings.host:
        yield wrong(
            SUBJECT,
            f"The proxy says Host: {host or 'nothing'} instead of {settings.host}. Signatures cover it.",
            "nginx: proxy_set_header Host $host; Apache: ProxyPreserveHost On",
        )
    if arrived.headers.get("x-forwarded-proto") != "https":
        yield wrong(
            SUBJECT,
            "The proxy does not say that visitors come by https.",
            "nginx: proxy_set_header X-Forwarded-Proto $scheme;",
        )
    if "x-forwarded-for" not in arrived.headers:
        yield wrong(
            SUBJECT,
            "The proxy does not say who its visitors are.",
            "nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        )
    trusted = settings.server.trusted_proxies
    if trusted and not any(ip_address(arrived.peer) in network for network in trusted):
        yield wrong(
            SUBJECT,
            f"The proxy comes from {arrived.peer}, which server.trusted_proxies does not name.",
            f'Add "{arrived.peer}" to trusted_proxies.',
        )


class _PlaceTaken(Exception):
    """Something, probably the server itself, listens at ``server.listen``."""


async def _through(settings: Settings, target: str) -> Arrived | str:
    """Listen in the server's place, ask for ``target`` from outside; return what arrived or why nothing did."""
    arrived: asyncio.Future[Arrived] = asyncio.get_running_loop().create_future()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            request = _read(head, str(writer.get_extra_info("peername")[0]))
            if _nonce(request.target) == _nonce(target) and not arrived.done():
                arrived.set_result(request)
            writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, IndexError):
            pass  # not our request; the visitor hears nothing
        finally:
            writer.close()

    host, _, port = settings.server.listen.rpartition(":")
    try:
        server = await asyncio.start_server(listen, host.strip("[]"), int(port))
    except OSError as error:
        raise _PlaceTaken from error
    async with server:
        try:
            answer = await get(f"{settings.base_url}{target}", settings)
        except OSError as error:
            return str(error) or "no answer"
    return arrived.result() if arrived.done() else f"something else answered with status {answer.status}"


def _read(head: str, peer: str) -> Arrived:
    lines = head.split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    return Arrived(target=lines[0].split(" ")[1], headers=headers, peer=peer)


def _nonce(target: str) -> str:
    return target.partition("rossgram-doctor/")[2].partition("/")[0]


async def _examine_running(settings: Settings) -> AsyncIterator[Finding]:
    """The server is there: see whether the public address leads to it."""
    mend = f"Let the proxy pass every path of {settings.host} on to http://{settings.server.listen}."
    try:
        answer = await get(f"{settings.base_url}/.well-known/nodeinfo", settings)
    except OSError as error:
        yield wrong(SUBJECT, f"{settings.base_url} does not answer: {error}.", mend)
        return
    if answer.status != 200 or settings.base_url.encode() not in answer.body:
        yield wrong(SUBJECT, f"{settings.base_url} answers, but this server is not behind it.", mend)
        return
    yield unsure(
        SUBJECT,
        f"{settings.base_url} leads to a running Rossgram; which headers the proxy passes on cannot be seen from here.",
        "Stop the server for a moment and run rossgram doctor again: it then takes the server's place and looks.",
    )
