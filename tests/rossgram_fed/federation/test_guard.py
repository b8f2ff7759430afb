"""Which addresses federation may reach: the table of special ranges (cases 80 to 85, 92 and 102)."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from rossgram_fed.config import DevelopmentSettings
from rossgram_fed.federation.guard import is_literal, is_public, may_connect

REFUSED = [
    ("0.0.0.0", "this network"),
    ("10.1.2.3", "private"),
    ("100.64.0.1", "carrier-grade NAT"),
    ("127.0.0.1", "loopback"),
    ("127.255.255.254", "loopback"),
    ("169.254.169.254", "cloud metadata"),
    ("172.16.0.1", "private"),
    ("172.31.255.255", "private"),
    ("192.0.0.8", "protocol assignments"),
    ("192.0.2.1", "documentation"),
    ("192.88.99.1", "6to4 relay"),
    ("192.168.1.1", "private"),
    ("198.18.0.1", "benchmarks"),
    ("198.19.255.255", "benchmarks"),
    ("198.51.100.7", "documentation"),
    ("203.0.113.7", "documentation"),
    ("224.0.0.1", "multicast"),
    ("239.255.255.255", "multicast"),
    ("240.0.0.1", "reserved"),
    ("255.255.255.255", "broadcast"),
    ("::", "unspecified"),
    ("::1", "loopback"),
    ("::ffff:127.0.0.1", "loopback, mapped"),
    ("::ffff:10.0.0.1", "private, mapped"),
    ("::127.0.0.1", "loopback, in the old notation"),
    ("64:ff9b::7f00:1", "loopback through NAT64"),
    ("64:ff9b:1::1", "local NAT64"),
    ("100::1", "discard"),
    ("2001::1", "Teredo"),
    ("2001:2::1", "benchmarks"),
    ("2001:db8::1", "documentation"),
    ("2002:7f00:1::", "loopback through 6to4"),
    ("3fff::1", "documentation"),
    ("fc00::1", "private"),
    ("fd12:3456::1", "private"),
    ("fe80::1", "link-local"),
    ("fec0::1", "site-local"),
    ("ff02::1", "multicast"),
    ("localhost", "a name is no address"),
    ("", "nothing"),
]

PUBLIC = ["1.1.1.1", "93.184.216.34", "192.0.1.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1", "::ffff:1.1.1.1"]


@pytest.mark.parametrize(("address", "reason"), REFUSED)
def test_special_addresses_are_refused(address: str, reason: str) -> None:
    """No connection is opened to an address that is not plainly public."""
    assert not may_connect(address, DevelopmentSettings()), reason


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_open(address: str) -> None:
    """The guard lets the public internet through."""
    assert is_public(ip_address(address))
    assert may_connect(address, DevelopmentSettings())


def test_the_development_switch_opens_what_is_listed_and_nothing_else() -> None:
    """Listed private networks open only with the switch on, and others stay shut."""
    listed = (ip_network("127.0.0.0/8"), ip_network("fd00::/8"))
    switched_on = DevelopmentSettings(allow_http_and_private_networks=True, private_networks=listed)
    assert may_connect("127.0.0.1", switched_on)
    assert may_connect("::ffff:127.0.0.1", switched_on)
    assert may_connect("fd00::1", switched_on)
    assert not may_connect("10.0.0.1", switched_on)
    assert not may_connect("::1", switched_on)
    assert not may_connect("127.0.0.1", DevelopmentSettings(private_networks=listed))
    assert not may_connect("127.0.0.1", DevelopmentSettings(allow_http_and_private_networks=True))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "::1", "2130706433", "0x7f.1", "127.1", "10.0.0.1.", "0x7f000001"]
)
def test_numbers_count_as_literals(host: str) -> None:
    """Whatever some resolver would read as an address is treated as one."""
    assert is_literal(host)


@pytest.mark.parametrize("host", ["example.org", "1.example.org", "xn--bcher-kva.example", "10-0-0-1.example"])
def test_names_are_no_literals(host: str) -> None:
    """A name with digits in it is a name."""
    assert not is_literal(host)
