"""Handles and hosts."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webfinger.errors import MalformedHandle
from webfinger.handles import Handle, parse_handle


@pytest.mark.parametrize(
    ("text", "username", "host", "reason"),
    [
        ("@alice@photos.example", "alice", "photos.example", "as people write it"),
        ("alice@photos.example", "alice", "photos.example", "without the first @"),
        ("acct:alice@photos.example", "alice", "photos.example", "as a URI"),
        ("ACCT:alice@photos.example", "alice", "photos.example", "schemes know no case"),
        (" @alice@photos.example\n", "alice", "photos.example", "pasted with white space"),
        ("@a.li-ce_1@photos.example", "a.li-ce_1", "photos.example", "dots and dashes, as remote names have"),
        ("@Alice@PHOTOS.example.", "Alice", "photos.example", "the host in its one spelling, the name as written"),
        ("@alice@bücher.example", "alice", "xn--bcher-kva.example", "a host beyond ASCII"),
        ("@alice@photos.example:8443", "alice", "photos.example:8443", "a port"),
        ("@alice@photos.example:443", "alice", "photos.example", "the usual port"),
        ("@alice@localhost:8000", "alice", "localhost:8000", "this machine, in development"),
        ("@photos.example@photos.example", "photos.example", "photos.example", "a server's actor"),
        ("@__system__@t.example", "__system__", "t.example", "Takahē's server actor"),
    ],
)
def test_handles_read(text: str, username: str, host: str, reason: str) -> None:
    """A handle is read in each of its forms."""
    handle = parse_handle(text)
    assert (handle.username, handle.host) == (username, host), reason
    assert parse_handle(handle.acct) == handle
    assert parse_handle(str(handle)) == handle


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "alice",
        "@alice",
        "@alice@",
        "@@photos.example",
        "alice@photos.example@evil.example",
        "al ice@photos.example",
        "alice@photos example",
        "alice@photos.example/path",
        "alice@photos.example?x",
        "alice@photos.example#x",
        "alice@photos.example:x",
        "alice@photos.example:0",
        "alice@photos.example:99999",
        "alice@-photos.example",
        "alice@photos..example",
        "alice@127.0.0.1",
        "alice@2130706433",
        "alice@[::1]",
        "alice@%70hotos.example",
        "alice\x00@photos.example",
        ".alice@photos.example",
        "alice.@photos.example",
        "<b>@photos.example",
        "acct:acct:alice@photos.example",
        "https://photos.example/@alice",
        "a" * 300 + "@photos.example",
        "alice@" + "a." * 200 + "example",
        "alice@" + "ä" * 400,
    ],
)
def test_handles_refused(text: str) -> None:
    """What is no handle, or hides something in its host, is refused with a sentence."""
    with pytest.raises(MalformedHandle, match="handle"):
        parse_handle(text)


def test_handles_compare_without_case() -> None:
    """Two spellings of one person are one person, also in a set."""
    assert parse_handle("@Alice@photos.example") == parse_handle("@alice@Photos.Example")
    assert len({Handle("Alice", "a.example"), Handle("alice", "a.example"), Handle("alice", "b.example")}) == 2


@given(st.text(max_size=80))
def test_nothing_else_is_raised(text: str) -> None:
    """Any text is a handle or is refused, and what is read can be read again."""
    for candidate in (text, f"a@{text}", f"{text}@a.example"):
        with contextlib.suppress(MalformedHandle):
            assert parse_handle(str(parse_handle(candidate))) == parse_handle(candidate)
