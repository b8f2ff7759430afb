"""The nouns of signing: the two schemes, the key one signs with, and what a request claims about its signature."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from activitypub.keys import PrivateKey

ALSO_COVERED = ("collection-synchronization",)
"""Headers that are signed wherever they are sent, since they mean something only when they are."""


class Scheme(StrEnum):
    """The two ways to sign a request that servers of the fediverse use."""

    CAVAGE = "cavage"
    """draft-cavage-http-signatures-12: what nearly everybody verifies."""
    RFC9421 = "rfc9421"
    """HTTP Message Signatures: its successor, which some try first."""

    @property
    def other(self) -> Scheme:
        """The scheme for the second knock."""
        return Scheme.RFC9421 if self is Scheme.CAVAGE else Scheme.CAVAGE


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One of our actors' keys, parsed once."""

    key_id: str
    private_key: PrivateKey


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request says about its signature. Nothing in it is proved before ``check`` returned."""

    scheme: Scheme
    key_id: str
    algorithm: str
    """As sent, in lower case; empty when the sender did not name one."""
    covered: tuple[str, ...]
    """The signed parts in their scheme's words: ``(request-target)`` and header names, or ``@method`` and the like."""
    signature: bytes
    created: int | None = None
    """Seconds since 1970."""
    expires: int | None = None
    """Seconds since 1970."""
    label: str = ""
    """Which of several signatures is meant (RFC 9421 only)."""
    signature_input: str = ""
    """The Signature-Input of this signature alone (RFC 9421 only)."""
