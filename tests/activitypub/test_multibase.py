"""base58btc, both ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub import multibase
from activitypub.errors import BadSignature
from activitypub.keys import load_multibase
from activitypub.keys import multibase as written
from tests.activitypub.signed import ed25519_key


@given(st.binary(max_size=100))
def test_what_is_written_reads_back(data: bytes) -> None:
    """Every byte string, leading zeros included."""
    assert multibase.decode(multibase.encode(data)) == data


def test_known_texts() -> None:
    """The samples of the base58 draft."""
    assert multibase.encode(b"Hello World!") == "z2NEpo7TZRRrLZSi2U"
    assert multibase.encode(bytes.fromhex("0000287fb4cd")) == "z11233QC4"


@pytest.mark.parametrize("text", ["", "2NEpo7", "mSGVsbG8", "z0", "zO", "zl", "z é", "z" + "2" * 1024])
def test_what_is_no_base58_is_refused(text: str) -> None:
    """Another base, a letter that is not in the alphabet, or too much raises ``ValueError``."""
    with pytest.raises(ValueError):
        multibase.decode(text)


def test_a_multikey_reads_back() -> None:
    """An Ed25519 key is what it was."""
    key = ed25519_key().public_key()
    assert load_multibase(written(key)).public_bytes_raw() == key.public_bytes_raw()


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("not base58", "hello"),
        ("nothing in it", "z"),
        ("too short", multibase.encode(b"\xed\x01" + b"a" * 31)),
        ("a P-256 key", multibase.encode(b"\x80\x24" + b"a" * 33)),
        ("no mark", multibase.encode(b"k" * 31 + b"\x00")),
    ],
)
def test_other_multikeys_are_refused(why: str, text: str) -> None:
    """Only Ed25519 keys count."""
    with pytest.raises(BadSignature):
        load_multibase(text)
