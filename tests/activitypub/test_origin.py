"""Who may speak for an id."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub import origin
from activitypub.errors import MalformedDocument

TRICKS = [
    ("https://user@a.example/", "user information (security row 31)"),
    ("https://user:pw@a.example/", "user information with a password"),
    ("https://a.example@evil.example/", "a host that is user information"),
    ("https://a.example%40evil.example/", "user information, escaped (security row 33)"),
    ("https://a%2eexample/", "an escaped dot"),
    ("https://a.example%00.evil.example/", "an escaped end of string"),
    ("https://a.example\\.evil.example/", "a backslash"),
    ("https://a.example\\@evil.example/", "a backslash and user information"),
    ("https://a.example:80:90/", "two ports"),
    ("https://a.example:0/", "port zero"),
    ("https://a.example:99999/", "a port that is none"),
    ("https://a.example:x/", "a port in letters"),
    ("https://a.example:\u0664\u0664\u0663/", "a port in digits of another script"),
    ("https://a..example/", "an empty label"),
    ("https://.a.example/", "a leading dot"),
    ("https://a.example../", "two trailing dots"),
    ("https://-a.example/", "a label that begins with a hyphen"),
    ("https://a .example/", "a space"),
    ("https://a.example\n/", "a line break"),
    ("https://a\tb.example/", "a tab, which some parsers drop"),
    ("https://" + "a" * 64 + ".example/", "a label too long"),
    ("https://" + "a." * 130 + "example/", "a host too long"),
    ("https://" + "ä" * 200_000 + "/", "a host that would cost idna minutes"),
    ("https://127.1/", "an address to some, a name to others (security row 102)"),
    ("https://2130706433/", "an address as one number"),
    ("https://0x7f.1/", "an address in hex"),
    ("https://0x7f000001/", "an address as one number in hex"),
    ("https://[::1/", "half a bracket"),
    ("https://[nonsense]/", "no address in brackets"),
    ("https://a.example]/", "a bracket astray"),
    ("https://\u2024a.example/", "a character that becomes a dot"),
    ("https:///path", "no host"),
    ("https://", "nothing"),
    ("//a.example/", "no scheme"),
    ("ftp://a.example/", "another scheme"),
    ("javascript://a.example/%0aalert(1)", "a script that looks like an address (security row 32)"),
    ("data:text/html,https://a.example/", "data"),
    ("https:/a.example/", "one slash"),
    ("a.example", "no address"),
    ("", "nothing at all"),
]


@pytest.mark.parametrize(("url", "reason"), TRICKS)
def test_tricks_are_refused(url: str, reason: str) -> None:
    """An address two parsers could read in two ways has no host, no origin, and may not be used."""
    with pytest.raises(MalformedDocument):
        origin.host_of(url)
        pytest.fail(reason)
    assert not origin.same_origin(url, url), reason
    assert not origin.same_host(url, url), reason
    assert not origin.is_http_url(url, True), reason


@pytest.mark.parametrize(
    ("url", "host", "reason"),
    [
        ("https://a.example/x", "a.example", "the usual"),
        ("HTTPS://A.Example/x", "a.example", "letter case"),
        ("https://a.example./x", "a.example", "a trailing dot"),
        ("https://a.example:443/x", "a.example", "the scheme's own port"),
        ("http://a.example:80/x", "a.example", "the scheme's own port"),
        ("https://a.example:0443/x", "a.example", "the same with a zero before"),
        ("https://a.example:8443/x", "a.example:8443", "another port"),
        ("http://a.example:443/x", "a.example:443", "the other scheme's port"),
        ("https://bücher.example/x", "xn--bcher-kva.example", "a name in letters beyond ASCII"),
        ("https://BÜCHER.example/x", "xn--bcher-kva.example", "in capitals"),
        ("https://bu\u0308cher.example/x", "xn--bcher-kva.example", "decomposed"),
        ("https://xn--bcher-kva.example/x", "xn--bcher-kva.example", "already encoded"),
        ("https://ａ.example/x", "a.example", "full-width letters"),
        ("https://a。example/x", "a.example", "an ideographic full stop"),
        ("https://a.example?x", "a.example", "a query without path"),
        ("https://a.example#x", "a.example", "a fragment without path"),
        ("https://192.0.2.1/x", "192.0.2.1", "an IPv4 address"),
        ("https://[2001:DB8::0:1]/x", "[2001:db8::1]", "an IPv6 address"),
        ("http://localhost:8000/x", "localhost:8000", "a bare name with a port"),
    ],
)
def test_hosts_have_one_spelling(url: str, host: str, reason: str) -> None:
    """The same host in any spelling is one host (security row 33)."""
    assert origin.host_of(url) == host, reason


@pytest.mark.parametrize(
    ("a", "b", "same", "reason"),
    [
        ("https://a.example/1", "https://A.example.:443/2", True, "one origin in two spellings"),
        ("https://a.example/1", "http://a.example/1", False, "another scheme"),
        ("https://a.example/1", "https://a.example:8443/1", False, "another port"),
        ("https://a.example/1", "https://b.a.example/1", False, "a subdomain"),
        ("https://a.example/1", "https://a.example.evil.example/1", False, "a longer name"),
        ("https://a.example/1", "https://evil.example/https://a.example/1", False, "the name in a path"),
        ("https://a.example/1", "https://evil.example/#https://a.example/", False, "the name in a fragment"),
        ("https://аpple.example/1", "https://apple.example/1", False, "a Cyrillic letter that looks Latin"),
    ],
)
def test_origins(a: str, b: str, same: bool, reason: str) -> None:
    """Scheme, host and port make an origin (FEP-fe34; security rows 18, 21 and 23)."""
    assert origin.same_origin(a, b) is same, reason
    assert origin.same_origin(b, a) is same, reason


def test_same_host_whatever_the_scheme() -> None:
    """Hosts are compared with their ports, not their schemes."""
    assert origin.same_host("http://a.example/1", "https://a.example/2")
    assert not origin.same_host("https://a.example:8443/1", "https://a.example/2")


@pytest.mark.parametrize(
    ("url", "usable", "in_development", "actor", "reason"),
    [
        ("https://a.example/u", True, True, True, "the usual"),
        ("https://a.example:8443/u", True, True, False, "a port: no actor's address (security row 31)"),
        ("https://a.example/u#me", True, True, False, "a fragment: a part of a document"),
        ("http://a.example/u", False, True, False, "no TLS"),
        ("https://192.0.2.1/u", False, True, False, "an IP address (security row 31)"),
        ("https://[2001:db8::1]/u", False, True, False, "an IPv6 address"),
        ("http://localhost:8000/u", False, True, False, "this machine"),
    ],
)
def test_usable_addresses(url: str, usable: bool, in_development: bool, actor: bool, reason: str) -> None:
    """Strangers are reached by https and name; development admits http, IP addresses and ports."""
    assert origin.is_http_url(url, False) is usable, reason
    assert origin.is_http_url(url, True) is in_development, reason
    assert origin.is_actor_id(url, False) is actor, reason
    assert origin.is_actor_id(url, True) is ("#" not in url), reason


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_else_is_raised(a: str, b: str) -> None:
    """Whatever text comes as an address, the answer is a value or ``MalformedDocument``."""
    for url in (a, f"https://{a}", f"https://{a}/{b}", f"http://{a}:{b}"):
        assert origin.same_origin(url, b) in (True, False)
        with contextlib.suppress(MalformedDocument):
            assert origin.host_of(url)
