"""Which addresses the client asks, in which spelling, and where it lets itself be sent."""

from __future__ import annotations

import pytest

from activitypub.errors import AddressRefused, Refused, Unreachable
from activitypub.signatures import Scheme, check, claim_of
from tests.activitypub.signed import ACTOR, BODY, INBOX, NOW, rsa_key
from tests.activitypub.wire import KEY, a_client, redirects, verifying

BAD_ADDRESSES = [
    ("plain http", "http://here.test/a"),
    ("a file", "file:///etc/passwd"),
    ("inline data", "data:application/activity+json,{}"),
    ("a user name", "https://here.test@evil.test/"),
    ("an IP address", "https://127.0.0.1/a"),
    ("an IPv6 address", "https://[::1]/a"),
    ("a number for a host", "https://2130706433/a"),
    ("another scheme", "gopher://here.test/a"),
    ("a broken host", "https://[/a"),
    ("a space", "https://here.test/a b"),
    ("a line break", "https://here.test/a\r\nHost: evil.test"),
]


@pytest.mark.parametrize(("reason", "address"), BAD_ADDRESSES, ids=[row[0] for row in BAD_ADDRESSES])
async def test_an_address_that_is_not_asked(reason: str, address: str) -> None:
    """Neither directly nor after a redirect is anything sent to it, by any of the three calls."""
    client, wire = a_client(redirects(address))
    for call in (client.get(address, key=KEY), client.get_json(address, "x/y"), client.post(address, BODY, key=KEY)):
        with pytest.raises(AddressRefused):
            await call
    assert wire.sent == []
    with pytest.raises(AddressRefused):
        await client.get(ACTOR, key=KEY)
    assert len(wire.sent) == 1


async def test_development_may_use_http_and_addresses() -> None:
    """With the switch on, http on an IP address and port is asked."""
    client, wire = a_client(verifying(None), allow_http=True)
    await client.get("http://127.0.0.1:8000/users/a", key=KEY)
    assert wire.sent[0].headers["Host"] == "127.0.0.1:8000"


@pytest.mark.parametrize(
    ("reason", "address", "sent"),
    [
        ("a fragment", "https://here.test/a#main-key", "https://here.test/a"),
        ("capitals in the host", "HTTPS://Here.Test/A", "https://here.test/A"),
        ("its own port", "https://here.test:443/a", "https://here.test/a"),
        ("no path", "https://here.test", "https://here.test/"),
        ("no path but a query", "https://here.test?a", "https://here.test/?a"),
        ("letters", "https://bücher.test/ü?ö", "https://xn--bcher-kva.test/%C3%BC?%C3%B6"),
        ("escapes", "https://here.test/%E3%81%82%40", "https://here.test/%E3%81%82%40"),
        ("brackets and bars", "https://here.test/a[0]|b", "https://here.test/a%5B0%5D%7Cb"),
    ],
)
async def test_addresses_go_over_the_wire_in_one_spelling(reason: str, address: str, sent: str) -> None:
    """What is signed is what is sent, in either scheme."""
    for scheme in Scheme:
        client, wire = a_client(verifying(scheme))
        assert (await client.get(address, key=KEY, first=scheme)).url == sent
        assert [request.url for request in wire.sent] == [sent]


async def test_an_address_that_cannot_be_signed() -> None:
    """A stray percent sign has no meaning to RFC 9421: an error of ours, and nothing is sent."""
    client, wire = a_client(verifying(None))
    with pytest.raises(Unreachable, match="cannot be signed"):
        await client.get("https://here.test/100%", key=KEY, first=Scheme.RFC9421)
    assert wire.sent == []


@pytest.mark.parametrize(
    ("reason", "target", "status"),
    [
        ("another host", "https://there.test/inbox", 307),
        ("another port", "https://here.test:8443/inbox", 308),
        ("a GET instead", "/inbox", 303),
        ("nowhere", "", 307),
    ],
)
async def test_a_post_is_not_carried_elsewhere(reason: str, target: str, status: int) -> None:
    """A delivery follows redirects on its own host only, and never turns into a GET."""
    client, wire = a_client(redirects(target, status=status))
    with pytest.raises(Refused):
        await client.post(INBOX, BODY, key=KEY)
    assert len(wire.sent) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_post_follows_its_host(status: int) -> None:
    """An inbox that moved on its host gets the same body, signed for the new address."""
    client, wire = a_client(redirects("/inbox", status=status))
    await client.post(INBOX, BODY, key=KEY)
    moved = wire.sent[1]
    assert (moved.method, moved.url, moved.body) == ("POST", "https://here.test/inbox", BODY)
    check(moved, claim_of(moved), rsa_key().public_key(), now=NOW)
