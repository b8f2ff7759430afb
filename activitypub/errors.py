"""Everything that can go wrong in this package, as one tree.

ActivityPubError
├── MalformedDocument          not a document we can read
├── ForeignId                  an id on a host that may not speak for it (FEP-fe34)
├── SignatureError
│   ├── MissingSignature       unsigned
│   ├── MalformedSignature     a header that no sender may write
│   └── BadSignature           well-formed, and wrong: key, coverage, age or digest
└── RequestFailed              the other side, or the way there, refused
    ├── Unreachable            no answer (DNS, TCP, TLS, time)
    │   └── AddressRefused     our own guard refused the address
    └── Refused                an answer that is no success; carries its status
"""

from __future__ import annotations


class ActivityPubError(Exception):
    """Root of this package's errors; its text is one sentence fit for a log and for the sender."""


class MalformedDocument(ActivityPubError):
    """The document is not JSON, not an object, or lacks what its type must have."""


class ForeignId(ActivityPubError):
    """Something was claimed in the name of a host that did not say it."""


class SignatureError(ActivityPubError):
    """The request does not prove who sent it."""


class MissingSignature(SignatureError):
    """The request carries no signature."""


class MalformedSignature(SignatureError):
    """The signature headers cannot be read."""


class BadSignature(SignatureError):
    """The signature was read and does not hold."""


class RequestFailed(ActivityPubError):
    """An outward request brought nothing usable."""


class Unreachable(RequestFailed):
    """Nobody answered: name, connection, TLS, or time ran out."""


class AddressRefused(Unreachable):
    """Our guard does not open connections to that address."""


class Refused(RequestFailed):
    """The other side answered with something that is no success."""

    def __init__(self, message: str, *, status: int, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        """Seconds the other side asked us to wait, if it did."""
