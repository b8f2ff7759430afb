"""RFC 8785: one spelling for every JSON document."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activitypub.canonical.jcs import canonical_json

NUMBERS = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]
"""The samples of RFC 8785, appendix B: the bits of a double, and how it is written."""


@pytest.mark.parametrize(("bits", "written"), NUMBERS)
def test_numbers_are_written_as_ecmascript_writes_them(bits: str, written: str) -> None:
    """Every sample of the RFC comes out as printed there."""
    (value,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical_json(value).decode() == written


SPELLINGS: list[tuple[str, Any, str]] = [
    ("words", [None, True, False], "[null,true,false]"),
    ("whole floats lose their point", [1.0, -3.0, 100.0], "[1,-3,100]"),
    ("whole numbers beyond doubles are rounded as doubles are", 2**53 + 1, "9007199254740992"),
    ("nothing is escaped that need not be", "€/<\u007f\u2028é", '"€/<\u007f\u2028é"'),
    ("control characters have one spelling", '\x0f\n\t\b\f\r"\\', '"\\u000f\\n\\t\\b\\f\\r\\"\\\\"'),
    ("names are sorted, at every depth", {"b": {"d": 1, "c": 2}, "a": []}, '{"a":[],"b":{"c":2,"d":1}}'),
    (
        "names are sorted by UTF-16 (RFC 8785, 3.2.3)",
        {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7},
        '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"\U0001f600":5,"\ufb33":3}',
    ),
]


@pytest.mark.parametrize(("why", "value", "written"), SPELLINGS, ids=[row[0] for row in SPELLINGS])
def test_a_document_has_one_spelling(why: str, value: Any, written: str) -> None:
    """Each rule of the RFC."""
    assert canonical_json(value).decode() == written, why


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", {"\udfff": 1}])
def test_what_i_json_has_not_is_refused(value: Any) -> None:
    """NaN, infinities and lone surrogates raise ``ValueError``."""
    with pytest.raises(ValueError):
        canonical_json(value)


@pytest.mark.parametrize("value", [b"bytes", {1: "a"}, {"a": object()}])
def test_what_json_has_not_is_refused(value: Any) -> None:
    """Other Python values raise ``TypeError``."""
    with pytest.raises(TypeError):
        canonical_json(value)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150)
@given(json_values)
def test_the_spelling_says_the_same_as_the_value(value: Any) -> None:
    """What is written reads back as what was meant, and is written the same again."""
    written = canonical_json(value)
    read = json.loads(written, parse_int=float)
    assert read == value
    assert canonical_json(read) == written
