"""Handles: ``@name@host``, ``acct:`` URIs, and hosts in one spelling.

The rule: two handles that mean the same person compare equal. Hosts are kept in lower case and IDNA; the name is kept
as written and compared without regard to case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import idna

from webfinger.errors import MalformedHandle

MAX_HANDLE = 500
MAX_HOST = 253

_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]{0,198}[A-Za-z0-9_\-])?")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PORT = re.compile(r"[1-9][0-9]{0,4}")


@dataclass(frozen=True, slots=True)
class Handle:
    """A name at a host; ``host`` carries a port when it has an unusual one."""

    username: str = field(compare=False)
    host: str
    _key: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_key", self.username.lower())

    def __str__(self) -> str:
        """``alice@photos.example``."""
        return f"{self.username}@{self.host}"

    @property
    def acct(self) -> str:
        """The handle as an ``acct:`` URI (RFC 7565)."""
        return f"acct:{self}"


def parse_handle(text: str) -> Handle:
    """Read ``@alice@host``, ``alice@host`` or ``acct:alice@host``; raise ``MalformedHandle`` otherwise."""
    if len(text) > MAX_HANDLE:
        raise MalformedHandle("That handle is too long.")
    bare = text.strip()
    if bare[:5].lower() == "acct:":
        bare = bare[5:]
    username, at, host = bare.removeprefix("@").partition("@")
    if not at or not _NAME.fullmatch(username):
        raise MalformedHandle("A handle looks like @name@example.org.")
    return Handle(username, normal_host(host))


def normal_host(host: str) -> str:
    """Bring a host, with or without port, to its one spelling; raise ``MalformedHandle`` if it is no name."""
    name, colon, port = host.partition(":")
    if colon and not (_PORT.fullmatch(port) and int(port) < 65536):
        raise MalformedHandle("The port in that handle is no port.")
    # The length is checked first: idna takes time that grows with its square.
    if not name or len(name) > MAX_HOST:
        raise MalformedHandle("A handle looks like @name@example.org.")
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError) as error:
            raise MalformedHandle("The host in that handle is no valid name.") from error
    name = name.lower().removesuffix(".")
    labels = name.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or _NUMBER.fullmatch(labels[-1]):
        raise MalformedHandle("The host in that handle is no valid name.")
    return f"{name}:{port}" if colon and port != "443" else name
