"""The doctor's look from outside: certificates and what the proxy passes on, with a real proxy over TLS."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path

import pytest
import trustme
from aiohttp import ClientSession, web

from rossgram_fed.config import FederationSettings, ServerSettings, Settings
from rossgram_fed.doctor.encryption import examine_encryption
from rossgram_fed.doctor.findings import Finding, State
from rossgram_fed.doctor.proxy import examine_proxy
from tests.ports import free_port

LOOPBACK = (ip_network("127.0.0.0/8"),)
GOOD_HEADERS = {"Host": "{host}", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}


async def gather(findings: AsyncIterator[Finding]) -> list[Finding]:
    return [finding async for finding in findings]


async def only(findings: AsyncIterator[Finding]) -> Finding:
    (finding,) = await gather(findings)
    return finding


def public_settings(port: int, authority: Path | None, **server: object) -> Settings:
    """Settings of a server whose public address is https on a port of this machine."""
    return Settings(
        server=ServerSettings(base_url=f"https://localhost:{port}", **server),  # type: ignore[arg-type]
        federation=FederationSettings(extra_ca_file=authority),
    )


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def authority_file(authority: trustme.CA, tmp_path: Path) -> Path:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return tmp_path / "ca.pem"


def server_context(authority: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


class Proxy:
    """A small reverse proxy over TLS that sends the headers it is told to."""

    def __init__(self, authority: trustme.CA, behind: str) -> None:
        self.behind = behind
        self.headers = dict(GOOD_HEADERS)
        self.rewrites = False
        self._context = server_context(authority)

    async def __aenter__(self) -> Proxy:
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self._pass_on)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        self.port = free_port()
        await web.TCPSite(self._runner, "localhost", self.port, ssl_context=self._context).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _pass_on(self, request: web.Request) -> web.Response:
        target = request.raw_path.replace("%40", "@") if self.rewrites else request.raw_path
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        head = head.format(host=f"localhost:{self.port}")
        host, _, port = self.behind.rpartition(":")
        try:
            reader, writer = await asyncio.open_connection(host, int(port))
        except OSError:
            return web.Response(status=502)
        writer.write(f"GET {target} HTTP/1.1\r\n{head}\r\n".encode())
        await reader.read()
        writer.close()
        return web.Response(status=200)


async def test_a_good_certificate(authority: trustme.CA, authority_file: Path) -> None:
    """A certificate of an authority we trust is fine, until shortly before it ends."""
    async with Proxy(authority, "127.0.0.1:1") as proxy:
        settings = public_settings(proxy.port, authority_file)
        now = ssl.cert_time_to_seconds("Jan  1 00:00:00 2026 GMT")
        assert (await only(examine_encryption(settings, now=now))).state is State.WELL
        late = ssl.cert_time_to_seconds("Dec 30 00:00:00 2999 GMT")
        assert (await only(examine_encryption(settings, now=late))).state is State.UNSURE


async def test_a_certificate_nobody_accepts(authority: trustme.CA) -> None:
    """Without the authority's file the handshake fails, and the doctor says whose fault it is."""
    async with Proxy(authority, "127.0.0.1:1") as proxy:
        finding = await only(examine_encryption(public_settings(proxy.port, None), now=0))
    assert finding.state is State.WRONG
    assert "nobody accepts" in finding.sentence


async def test_nothing_speaks_tls() -> None:
    """A port where nobody listens is named."""
    finding = await only(examine_encryption(public_settings(free_port(), None), now=0))
    assert finding.state is State.WRONG
    assert "Nothing speaks TLS" in finding.sentence


async def test_a_good_proxy(authority: trustme.CA, authority_file: Path) -> None:
    """A proxy that passes on the address, the host and the visitor is fine."""
    behind = f"127.0.0.1:{free_port()}"
    async with Proxy(authority, behind) as proxy:
        settings = public_settings(proxy.port, authority_file, listen=behind, trusted_proxies=LOOPBACK)
        finding = await only(examine_proxy(settings))
    assert finding.state is State.WELL, finding


@pytest.mark.parametrize(
    ("header", "value", "says"),
    [
        pytest.param("Host", "backend", "says Host: backend", id="its own host"),
        pytest.param("X-Forwarded-Proto", None, "come by https", id="no scheme"),
        pytest.param("X-Forwarded-Proto", "http", "come by https", id="wrong scheme"),
        pytest.param("X-Forwarded-For", None, "who its visitors are", id="no visitor"),
    ],
)
async def test_a_proxy_that_forgets(
    authority: trustme.CA, authority_file: Path, header: str, value: str | None, says: str
) -> None:
    """Each header that the server needs is asked for by name, with the line that mends it."""
    behind = f"127.0.0.1:{free_port()}"
    async with Proxy(authority, behind) as proxy:
        proxy.headers = {name: text for name, text in {**GOOD_HEADERS, header: value}.items() if text is not None}
        settings = public_settings(proxy.port, authority_file, listen=behind, trusted_proxies=LOOPBACK)
        finding = await only(examine_proxy(settings))
    assert finding.state is State.WRONG
    assert says in finding.sentence
    assert "nginx" in finding.mend


async def test_a_proxy_that_rewrites_addresses(authority: trustme.CA, authority_file: Path) -> None:
    """Signatures cover the address, so an escape that is undone on the way is found."""
    behind = f"127.0.0.1:{free_port()}"
    async with Proxy(authority, behind) as proxy:
        proxy.rewrites = True
        settings = public_settings(proxy.port, authority_file, listen=behind, trusted_proxies=LOOPBACK)
        assert "rewrites addresses" in (await only(examine_proxy(settings))).sentence


@pytest.mark.parametrize(
    ("trusted", "says"),
    [
        pytest.param((), "trusted_proxies is empty", id="none trusted"),
        pytest.param((ip_network("10.0.0.0/8"),), "which server.trusted_proxies does not name", id="another trusted"),
    ],
)
async def test_a_proxy_that_is_not_trusted(
    authority: trustme.CA, authority_file: Path, trusted: tuple[object, ...], says: str
) -> None:
    """An unnamed proxy makes every visitor look alike."""
    behind = f"127.0.0.1:{free_port()}"
    async with Proxy(authority, behind) as proxy:
        settings = public_settings(proxy.port, authority_file, listen=behind, trusted_proxies=trusted)
        assert says in (await gather(examine_proxy(settings)))[0].sentence


async def test_a_proxy_that_leads_elsewhere(authority: trustme.CA, authority_file: Path) -> None:
    """A request that never arrives is found, whatever its answer was."""
    async with Proxy(authority, f"127.0.0.1:{free_port()}") as proxy:
        listen = f"127.0.0.1:{free_port()}"
        settings = public_settings(proxy.port, authority_file, listen=listen, trusted_proxies=LOOPBACK)
        finding = await only(examine_proxy(settings))
    assert finding.state is State.WRONG
    assert "does not arrive" in finding.sentence


async def test_the_place_is_free_again(authority: trustme.CA, authority_file: Path) -> None:
    """The doctor stands in for the server only for as long as it looks."""
    behind = f"127.0.0.1:{free_port()}"
    async with Proxy(authority, behind) as proxy:
        await gather(examine_proxy(public_settings(proxy.port, authority_file, listen=behind)))
        async with ClientSession() as session:
            with pytest.raises(OSError, match="Cannot connect"):
                await session.get(f"http://{behind}/")


async def test_a_taken_place_is_asked_from_outside(authority: trustme.CA, authority_file: Path) -> None:
    """Beside a running server the doctor asks the public address; somebody else's server there is found."""
    async with Proxy(authority, f"127.0.0.1:{free_port()}") as proxy:
        listen = f"localhost:{proxy.port}"
        settings = public_settings(proxy.port, authority_file, listen=listen, trusted_proxies=LOOPBACK)
        finding = await only(examine_proxy(settings))
    assert finding.state is State.WRONG
    assert "this server is not behind it" in finding.sentence
