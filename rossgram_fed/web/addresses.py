"""Where does a request come from, when proxies stand in between?

``X-Forwarded-For`` is believed only as far as trusted proxies wrote it: from the right, the first address that is not
one of them. Whatever stands left of it was written by the client and proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from aiohttp import web

from rossgram_fed.config import Network
from rossgram_fed.instance import INSTANCE

Address = IPv4Address | IPv6Address
UNKNOWN = "unknown"
_MARKS_OF_PROXIES = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")


def read_address(text: str) -> Address | None:
    """Read one address: plain, ``[v6]:port``, ``v4:port``, with a zone, IPv4 within IPv6; None when it is none."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def client_among(peer: str, forwarded: Iterable[str], trusted: Sequence[Network]) -> str:
    """Return the address of the client, given who connected and the ``X-Forwarded-For`` headers in order."""
    address = read_address(peer)
    if address is None:
        return UNKNOWN
    hops = [hop for header in forwarded for hop in header.split(",")]
    while hops and _is_trusted(address, trusted):
        hop = read_address(hops.pop())
        if hop is None:
            break
        address = hop
    return str(address)


def client_address(request: web.Request) -> str:
    """Return the address of whoever sent this request."""
    trusted = request.app[INSTANCE].settings.server.trusted_proxies
    return client_among(request.remote or "", request.headers.getall("X-Forwarded-For", ()), trusted)


def comes_from(request: web.Request, networks: Sequence[Network]) -> bool:
    """Say whether a request comes from one of these networks.

    What a proxy passed on that nobody named, or that does not say for whom, comes from nowhere: seen from here it would
    seem to come from the proxy's own machine.
    """
    peer = read_address(request.remote or "")
    if peer is None:
        return False
    passed_on = any(name in request.headers for name in _MARKS_OF_PROXIES)
    trusted = request.app[INSTANCE].settings.server.trusted_proxies
    if passed_on and not (_is_trusted(peer, trusted) and "X-Forwarded-For" in request.headers):
        return False
    client = read_address(client_address(request))
    return client is not None and _is_trusted(client, networks)


def address_group(address: str) -> str:
    """Return what is counted as one place: an IPv4 address, or the /64 network that one IPv6 line has to itself."""
    read = read_address(address)
    if isinstance(read, IPv6Address):
        return str(ip_network((read, 64), strict=False))
    return UNKNOWN if read is None else str(read)


def _is_trusted(address: Address, trusted: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in trusted)
