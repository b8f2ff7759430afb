"""The question of a WebFinger client, well put and badly put."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webfinger.errors import MalformedQuery
from webfinger.query import parse_query


@pytest.mark.parametrize(
    ("query", "handle", "url", "reason"),
    [
        ("resource=acct:alice@photos.example", "alice@photos.example", "", "as it is written down"),
        ("resource=acct%3Aalice%40photos.example", "alice@photos.example", "", "encoded, as RFC 7033 wants it"),
        ("resource=alice@photos.example", "alice@photos.example", "", "without the scheme"),
        ("resource=acct:@alice@photos.example", "alice@photos.example", "", "with an @ too many"),
        ("x=1&resource=acct:alice@photos.example&y", "alice@photos.example", "", "among other parameters"),
        ("resource=https%3A%2F%2Fphotos.example%2F%40alice", "", "https://photos.example/@alice", "a profile"),
        ("resource=https://photos.example/", "", "https://photos.example/", "the server itself (FEP-d556)"),
        (
            "resource=http://photos.example/@alice",
            "",
            "http://photos.example/@alice",
            "without TLS: for us to not know",
        ),
    ],
)
def test_resources_read(query: str, handle: str, url: str, reason: str) -> None:
    """A resource is a handle or an address, encoded or not."""
    found = parse_query(query)
    assert (str(found.handle or ""), found.url) == (handle, url), reason


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "no resource"),
        ("resource=", "an empty one"),
        ("resource", "a name without value"),
        ("Resource=acct:alice@photos.example", "another parameter"),
        ("resource=acct:a@photos.example&resource=acct:b@photos.example", "two resources"),
        ("resource=acct:a@photos.example&resource=acct:a@photos.example", "the same twice"),
        ("resource=acct:alice", "no host"),
        ("resource=alice", "a bare name"),
        ("resource=mailto:alice@photos.example", "another scheme"),
        ("resource=https://", "no host"),
        ("resource=https://u:p@photos.example/", "user information"),
        ("resource=https://[photos.example/", "half a bracket"),
        ("resource=https://photos.example/a%20b", "a space"),
        ("resource=acct:alice%2540photos.example", "encoded twice"),
        ("resource=acct:%FF@photos.example", "no UTF-8"),
        ("resource=acct:alice@photos.example%00", "a NUL"),
        ("&".join(f"a{number}=1" for number in range(99)) + "&resource=acct:a@b.example", "too many parameters"),
        ("resource=acct:" + "a" * 5000 + "@photos.example", "too long"),
    ],
)
def test_resources_refused(query: str, reason: str) -> None:
    """RFC 7033, section 4.2: a missing or malformed resource is the asker's error, and is said to be one."""
    with pytest.raises(MalformedQuery) as caught:
        parse_query(query)
    assert str(caught.value).endswith("."), reason


def test_rels() -> None:
    """Kinds of link are asked for one by one, each once."""
    query = "resource=acct:a@b.example&rel=self&rel=http%3A%2F%2Fx.example%2Fr&rel=self&rel="
    assert parse_query(query).rels == ("self", "http://x.example/r")
    assert parse_query("resource=acct:a@b.example").rels == ()


@given(st.text(max_size=80))
def test_nothing_else_is_raised(text: str) -> None:
    """Any query is read or refused."""
    for query in (text, f"resource={text}", f"resource=https://{text}", f"resource=acct:a@{text}"):
        with contextlib.suppress(MalformedQuery):
            parse_query(query)
