"""Keys: what we make we can read back, and a stranger's weak or odd key never counts."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from activitypub.errors import BadSignature
from activitypub.keys import (
    dump_private,
    load_private,
    load_public,
    make_ed25519,
    make_rsa,
    multibase,
    public_pem,
)
from tests.activitypub.signed import ed25519_key, rsa_key


def spki(key: ec.EllipticCurvePrivateKey | dsa.DSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize("make", [make_rsa, make_ed25519])
def test_a_key_survives_being_stored(make) -> None:
    """A private key read back from its PEM has the same public half."""
    key = make()
    assert public_pem(load_private(dump_private(key))) == public_pem(key)
    assert public_pem(load_public(public_pem(key))) == public_pem(key)


def test_our_rsa_keys_have_2048_bits() -> None:
    """Servers expect RSA-2048 in publicKey."""
    assert make_rsa().key_size == 2048


def test_pkcs1_public_keys_are_read() -> None:
    """Some servers publish BEGIN RSA PUBLIC KEY."""
    pem = rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()
    assert public_pem(load_public(pem)) == public_pem(rsa_key())


@pytest.mark.parametrize(
    ("reason", "pem"),
    [
        ("nothing", ""),
        ("not a key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
        ("a private key", dump_private(ed25519_key())),
        ("a short RSA key", public_pem(rsa_key(1024))),
        ("an RSA key that only makes us work", public_pem(RSAPublicNumbers(65537, 2**8200 + 1).public_key())),
        ("an elliptic curve that nobody here signs with", spki(ec.generate_private_key(ec.SECP256R1()))),
        ("DSA", spki(dsa.generate_private_key(2048))),
        ("endless text", "A" * 10_000),
        ("lone surrogates", "\udc80"),
    ],
)
def test_a_key_that_does_not_count(reason: str, pem: str) -> None:
    """A public key that is unreadable, weak or of another kind is refused with the signature error."""
    with pytest.raises(BadSignature):
        load_public(pem)


def test_another_kind_of_private_key_is_no_signing_key() -> None:
    """Only RSA and Ed25519 keys may come out of storage."""
    pem = dump_private(ec.generate_private_key(ec.SECP256R1()))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="neither RSA nor Ed25519"):
        load_private(pem)


def test_multibase_is_base58_of_the_marked_key() -> None:
    """Read back digit by digit, the text is the two marking bytes of Ed25519 and the raw key."""
    raw = bytes(range(32))
    text = multibase(Ed25519PublicKey.from_public_bytes(raw))
    assert text.startswith("z6Mk")
    number = 0
    for letter in text[1:]:
        number = number * 58 + "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".index(letter)
    assert number.to_bytes(34) == b"\xed\x01" + raw
