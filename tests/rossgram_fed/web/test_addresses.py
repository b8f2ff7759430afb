"""Where a request comes from, with proxies in between."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from rossgram_fed.web.addresses import UNKNOWN, address_group, client_among

TRUSTED = (ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"), ip_network("fd00::/8"), ip_network("::1/128"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client", "why"),
    [
        ("203.0.113.7", [], "203.0.113.7", "no proxy"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7", "a client that writes the header itself"),
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1", "our proxy"),
        ("127.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1", "left of it stands what the client wrote"),
        ("127.0.0.1", ["198.51.100.1, 10.1.2.3"], "198.51.100.1", "two proxies of ours"),
        ("127.0.0.1", ["1.1.1.1", "198.51.100.1"], "198.51.100.1", "two headers are one list"),
        ("127.0.0.1", ["10.0.0.9, 10.0.0.8"], "10.0.0.9", "only ours: the first of them"),
        ("127.0.0.1", [], "127.0.0.1", "the proxy itself"),
        ("127.0.0.1", ["198.51.100.1, nonsense"], "127.0.0.1", "a proxy that writes nonsense"),
        ("127.0.0.1", [""], "127.0.0.1", "an empty header"),
        ("127.0.0.1", ["198.51.100.1:4711"], "198.51.100.1", "with a port"),
        ("::1", ["2001:db8::5"], "2001:db8::5", "IPv6"),
        ("::1", ["[2001:db8::5]:4711"], "2001:db8::5", "IPv6 with a port"),
        ("::1", ['"[2001:db8::5]"'], "2001:db8::5", "IPv6 in quotes"),
        ("fd00::1%eth0", ["2001:db8::5"], "2001:db8::5", "a peer with a zone"),
        ("::ffff:127.0.0.1", ["198.51.100.1"], "198.51.100.1", "a mapped proxy is the proxy"),
        ("::ffff:203.0.113.7", ["1.1.1.1"], "203.0.113.7", "a mapped client is the client"),
        ("127.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1", "a mapped client behind the proxy"),
        ("127.0.0.1", ["::ffff:10.0.0.4"], "10.0.0.4", "a mapped proxy behind the proxy"),
        ("", ["198.51.100.1"], UNKNOWN, "no peer, no trust"),
    ],
)
def test_client(peer: str, forwarded: list[str], client: str, why: str) -> None:
    """The client is the rightmost address that no trusted proxy has."""
    assert client_among(peer, forwarded, TRUSTED) == client, why


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("nonsense", UNKNOWN),
    ],
)
def test_group(address: str, group: str) -> None:
    """One IPv6 line counts once, however many addresses it has."""
    assert address_group(address) == group
