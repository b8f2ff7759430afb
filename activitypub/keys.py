"""Make, load and dump the keys that requests and documents are signed with.

Only RSA of 2048 bits or more and Ed25519 exist here. What comes from outside is checked; what we
stored ourselves is not checked again, because validating an RSA private key takes as long as making one.
"""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from activitypub.errors import BadSignature
from activitypub.multibase import decode, encode

PrivateKey = RSAPrivateKey | Ed25519PrivateKey
PublicKey = RSAPublicKey | Ed25519PublicKey

SMALLEST_RSA = 2048
LARGEST_RSA = 8192
"""Bits. A larger key only makes us work: each check takes longer than a whole request should."""
LONGEST_PEM = 8192
"""Characters; an RSA key of 8192 bits takes 1,500."""

_ED25519_PREFIX = b"\xed\x01"


def make_rsa() -> RSAPrivateKey:
    """Make an RSA-2048 key; takes about 100 ms, so call it in a thread."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def make_ed25519() -> Ed25519PrivateKey:
    """Make an Ed25519 key."""
    return Ed25519PrivateKey.generate()


def dump_private(key: PrivateKey) -> str:
    """Write a private key as unencrypted PKCS#8 PEM, the form in which we store it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def load_private(pem: str) -> PrivateKey:
    """Read back what ``dump_private`` wrote; raise ``ValueError`` when it is no RSA or Ed25519 key."""
    key = load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise ValueError("The stored private key is neither RSA nor Ed25519.")
    return key


def public_pem(key: PrivateKey | PublicKey) -> str:
    """Write the public half as SPKI PEM, the form of ``publicKeyPem``."""
    return _public(key).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def load_public(pem: str) -> PublicKey:
    """Read a stranger's ``publicKeyPem``; raise ``BadSignature`` when it is no key we accept."""
    if len(pem) > LONGEST_PEM:
        raise BadSignature("The public key is too long.")
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadSignature("The public key cannot be read.") from error
    return acceptable(key)


def acceptable(key: object) -> PublicKey:
    """Return ``key`` if signatures by it may count; raise ``BadSignature`` for another kind or a weak one."""
    if isinstance(key, Ed25519PublicKey):
        return key
    if not isinstance(key, RSAPublicKey):
        raise BadSignature("The public key is neither RSA nor Ed25519.")
    if key.key_size < SMALLEST_RSA:
        raise BadSignature(f"The RSA key has {key.key_size} bits; {SMALLEST_RSA} are the least.")
    if key.key_size > LARGEST_RSA:
        raise BadSignature(f"The RSA key has {key.key_size} bits; {LARGEST_RSA} are the most.")
    return key


def multibase(key: Ed25519PublicKey) -> str:
    """Write an Ed25519 key as ``publicKeyMultibase`` (FEP-521a): z, then base58 of the marked raw key."""
    return encode(_ED25519_PREFIX + key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def load_multibase(text: str) -> Ed25519PublicKey:
    """Read a stranger's ``publicKeyMultibase``; raise ``BadSignature`` for anything but an Ed25519 key."""
    try:
        data = decode(text)
        if not data.startswith(_ED25519_PREFIX):
            raise ValueError("another kind of key")
        return Ed25519PublicKey.from_public_bytes(data[len(_ED25519_PREFIX) :])
    except ValueError as error:
        raise BadSignature("The Multikey is not an Ed25519 key.") from error


def _public(key: PrivateKey | PublicKey) -> PublicKey:
    return key.public_key() if isinstance(key, RSAPrivateKey | Ed25519PrivateKey) else key
