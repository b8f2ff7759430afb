"""Which addresses we open connections to. The table is the whole policy; the transport asks it at every step.

Everything that is not plainly a public unicast address is refused, also when it is wrapped in another notation
(IPv4-mapped, NAT64, 6to4, Teredo). Only the development switch opens listed private networks.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from rossgram_fed.config import DevelopmentSettings

_REFUSED_IPV4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)

_GLOBAL_IPV6 = IPv6Network("2000::/3")
"""The only part of IPv6 that is given out for unicast; ``::1``, ULA, link-local, multicast and NAT64 lie outside."""

_REFUSED_IPV6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, among them Teredo
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 carries any IPv4 address
        "3fff::/20",  # documentation
    )
)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Say whether an address belongs to the public internet (IANA special-purpose registries, RFC 6890)."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        return address in _GLOBAL_IPV6 and not any(address in network for network in _REFUSED_IPV6)
    return not any(address in network for network in _REFUSED_IPV4)


def may_connect(address: str, development: DevelopmentSettings) -> bool:
    """Say whether federation may open a connection to an IP address; anything that is not one is refused."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if is_public(parsed):
        return True
    if not development.allow_http_and_private_networks:
        return False
    plain = parsed.ipv4_mapped or parsed if isinstance(parsed, IPv6Address) else parsed
    return any(plain.version == network.version and plain in network for network in development.private_networks)


def is_literal(host: str) -> bool:
    """Say whether a URL's host is an IP address or a number that some resolvers would take for one."""
    bare = host.strip("[]").rstrip(".")
    if ":" in bare:
        return True
    last = bare.rpartition(".")[2]
    return last.isdigit() or last.lower().startswith("0x")
