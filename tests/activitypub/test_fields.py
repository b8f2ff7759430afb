"""Readers of loose values: nothing raises, nothing odd gets through."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from activitypub import fields

MOMENT = datetime(2026, 11, 22, 5, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "read", "reason"),
    [
        ("hello", "hello", "a string is itself"),
        (None, "", "nothing is nothing"),
        (7, "", "a number is no text"),
        (["a", "b"], "a", "the first of several"),
        ([], "", "an empty list"),
        ({"@value": "x", "@language": "und"}, "x", "Pleroma's wrapped strings after compaction"),
        ("a\0b", "ab", "PostgreSQL stores no NUL"),
        ("a\ud800b", "ab", "UTF-8 has no lone surrogate"),
        ("häß", "häß", "letters beyond ASCII stay"),
    ],
)
def test_text(value: Any, read: str, reason: str) -> None:
    """Text is read out of every shape that carries it."""
    assert fields.text(value) == read, reason


def test_text_is_bounded() -> None:
    """No text is longer than its limit."""
    assert fields.text("x" * 50, 10) == "x" * 10


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("javascript:alert(1)", "a script"),
        ("JaVaScRiPt:alert(1)", "a script in odd letters"),
        ("data:text/html,x", "data"),
        ("file:///etc/passwd", "a file"),
        ("ftp://a.example/x", "another scheme"),
        ("//a.example/x", "no scheme"),
        ("/users/alice", "relative"),
        ("https://", "no host"),
        ("https:///path", "an empty host"),
        ("https://user:pw@a.example/", "user information"),
        ("https://good.example@evil.example/", "user information that looks like a host"),
        ("https://a.example/a b", "a space"),
        ("https://a.example\\@evil.example/", "a backslash, which browsers read as a slash"),
        ("https://a.example/\x00", "a control character"),
        ("https://a.example/\nx", "a line break"),
        ('https://a.example/"onload=', "a quote"),
        ("https://a.example/<b>", "angle brackets"),
        ("https://a.example/\u202egpj.exe", "a character that turns text around"),
        ("https://a.example/\u2028x", "a line separator"),
        ("https://a.example/" + "x" * 2048, "too long"),
        ("https://a.example/\ud800", "a lone surrogate"),
        (5, "a number"),
        ({"id": 5}, "an object whose id is a number"),
        ({"name": "x"}, "an object without id"),
        ([], "an empty list"),
        ([["https://a.example/"]], "a list in a list"),
    ],
)
def test_addresses_refused(value: Any, reason: str) -> None:
    """What is no plain http(s) address is read as none (security rows 31 and 32)."""
    assert fields.address(value) == "", reason


@pytest.mark.parametrize(
    ("value", "read", "reason"),
    [
        ("https://a.example/x?y=1#z", "https://a.example/x?y=1#z", "with query and fragment"),
        ("HTTPS://A.example/x", "HTTPS://A.example/x", "in capitals"),
        (
            "https://t.example/@alice@t.example/",
            "https://t.example/@alice@t.example/",
            "Takahē's ids have an @ in the path",
        ),
        (" https://a.example/x\n", "https://a.example/x", "white space around it"),
        ({"id": "https://a.example/1", "href": "https://b.example/"}, "https://a.example/1", "an object by its id"),
        ({"type": "Link", "href": "https://a.example/2"}, "https://a.example/2", "a link by its href"),
        ({"@id": "https://a.example/3"}, "https://a.example/3", "JSON-LD's own id"),
        (["https://a.example/4", "https://a.example/5"], "https://a.example/4", "the first of several"),
        ("https://a.example/größe", "https://a.example/größe", "an IRI"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x", "an IPv6 host: for the caller to refuse"),
    ],
)
def test_addresses_read(value: Any, read: str, reason: str) -> None:
    """Addresses are read out of strings, objects, links and lists."""
    assert fields.address(value) == read, reason


@pytest.mark.parametrize(
    ("value", "read", "reason"),
    [
        (None, [], "nothing"),
        ("x", ["x"], "one thing"),
        (["x", "y"], ["x", "y"], "a list"),
        ({"0": "x", "1": "y"}, ["x", "y"], "Pixelfed's object with numbers for keys"),
        ({"id": "x"}, [{"id": "x"}], "one object"),
        ({}, [{}], "an empty object is an object"),
        ({"@list": ["x"]}, ["x"], "JSON-LD's list"),
        ({"@set": "x"}, ["x"], "JSON-LD's set of one"),
        (list(range(9)), [0, 1, 2], "no more than asked for"),
    ],
)
def test_items(value: Any, read: list[Any], reason: str) -> None:
    """One, several or oddly wrapped things are read as a bounded list."""
    assert fields.items(value, 3) == read, reason


@pytest.mark.parametrize(
    ("value", "read", "reason"),
    [
        ("2026-11-22T05:00:00.123456Z", MOMENT, "the usual"),
        ("2026-11-22T05:00:00.1234567Z", MOMENT, "seven decimals (Fedify)"),
        ("2026-11-22T05:00:00.123456789+00:00", MOMENT, "nine decimals (Fedify)"),
        ("2026-11-22T07:00:00.123456+02:00", MOMENT, "another offset"),
        ("2026-11-22T05:00:00.123456", MOMENT, "no offset is UTC"),
        ({"@value": "2026-11-22T05:00:00.123456Z", "@type": "xsd:dateTime"}, MOMENT, "JSON-LD's wrapped value"),
        ("yesterday", None, "words"),
        ("", None, "empty"),
        (1795330256, None, "a number"),
        ("0001-01-01T00:00:00+14:00", None, "before the first year"),
        ("2026-13-45T99:00:00Z", None, "no such day"),
        ("2026-11-22T05:00:00Z" + "0" * 100, None, "too long"),
    ],
)
def test_time(value: Any, read: datetime | None, reason: str) -> None:
    """Instants are read as aware UTC; what is none costs only itself."""
    found = fields.time(value)
    assert found == read, reason
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "read", "reason"),
    [
        (5, 5, "a number"),
        ("5", 5, "a string of digits"),
        (5.0, 5, "a float without a fraction"),
        ({"@value": 5}, 5, "JSON-LD's wrapped value"),
        (0, 0, "none"),
        (-1, None, "negative"),
        (11, None, "over the maximum"),
        (5.5, None, "a fraction"),
        (float("inf"), None, "infinity"),
        (10**30, None, "absurd"),
        (True, None, "a yes is no number"),
        ("٣", None, "digits of another script"),
        (None, None, "nothing"),
    ],
)
def test_count(value: Any, read: int | None, reason: str) -> None:
    """Whole numbers are read within bounds."""
    assert fields.count(value, 10) == read, reason


@pytest.mark.parametrize(
    ("value", "read"),
    [(True, True), ({"@value": True}, True), (False, False), ("true", False), (1, False), (None, False)],
)
def test_flag(value: Any, read: bool) -> None:
    """Only true is a yes."""
    assert fields.flag(value) is read


def test_number_takes_no_infinity() -> None:
    """A coordinate is finite and of sane size, or none."""
    assert [fields.number(value) for value in (0.5, 1, float("nan"), float("inf"), 10**400, "1", True)] == [
        0.5, 1.0, None, None, None, None, None,
    ]  # fmt: skip


def test_language_map_is_bounded_and_skips_what_is_no_text() -> None:
    """A language map gives text by language, for at most so many languages."""
    assert fields.language_map({"en": "a", "de": None, "fr": ["b"]}) == {"en": "a", "fr": "b"}
    assert len(fields.language_map({f"x{number}": "a" for number in range(100)})) == fields.MAX_LANGUAGES
    assert fields.language_map("en") == {}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("Note", "Note"),
        (["Note", "Other"], "Note"),
        ("as:Note", "Note"),
        ("https://www.w3.org/ns/activitystreams#Note", "Note"),
        ("toot:Emoji", "toot:Emoji"),
        (None, ""),
        ([3], ""),
        ("x" * 500, "x" * 100),
    ],
)
def test_kind(value: Any, read: str) -> None:
    """A type is one bounded name without the vocabulary's prefix."""
    assert fields.kind(value) == read


def test_addresses_come_once_and_bounded() -> None:
    """Several addresses are read each once, in order; what is none is passed over."""
    assert fields.addresses(["https://a.example/1", 5, "https://a.example/1", {"id": "https://a.example/2"}], 9) == (
        "https://a.example/1",
        "https://a.example/2",
    )


def test_file_addresses_lose_html_escapes() -> None:
    """WordPress leaves its template's escapes in the addresses of pictures."""
    assert fields.file_address("https://a.example/x?a=1&#038;b=2&amp;c=3") == "https://a.example/x?a=1&b=2&c=3"
