"""What an endpoint is: address, scope, who may call, what it takes and gives. Routing, checks and OpenAPI read this.

Each module of endpoints ends with ``ROUTES``; ``routes.py`` gathers them. A handler is ``async (call, params)`` or,
when it takes nothing, ``async (call)``, and returns what is sent: a value that msgspec encodes, or an ``Answer``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import msgspec

from rossgram_fed.oauth.scopes import SCOPES


class Who(Enum):
    """Who may call an endpoint."""

    CLIENT = auto()
    """Whoever shows a client's own id and secret, or needs neither; a token that is sent along is not looked at."""
    ANYBODY = auto()
    """With a token or without one; a token that was sent must be good and carry the scope."""
    APP = auto()
    """An app, with or without somebody for whom it acts."""
    USER = auto()
    """An app that acts for somebody."""
    STAFF = auto()
    """An app that acts for a moderator or an admin."""


class Nothing(msgspec.Struct):
    """An empty object: it is done, and there is nothing to say of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent when 200 and a value do not say it all."""

    value: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint."""

    method: str
    path: str
    """As aiohttp writes it: ``/api/v1/statuses/{id}``; the same with a slash behind it is served as well."""
    handler: Callable[..., Any]
    scope: str = ""
    """The scope a token needs; empty: any token will do."""
    who: Who = Who.USER
    takes: type | None = None
    """A ``msgspec.Struct``; its fields come from the query, a form or JSON alike."""
    gives: Any = None
    """The type of the answer, for the description of the API."""
    statuses: tuple[int, ...] = (200,)
    """The statuses of success that it answers with, and refusals beyond the usual ones (``openapi.py``)."""
    files: tuple[str, ...] = ()
    """The fields by which a multipart form may bring files."""
    limit: str = ""
    """A stricter limit of calls than the usual one (``limits.py``)."""
    undocumented: bool = False
    """An alias that the description of the API leaves out."""

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a route that any token could change something by."""
        if self.scope and self.scope not in SCOPES:
            raise ValueError(f"{self.method} {self.path} names a scope that there is not: {self.scope}.")
        if not self.scope and self.method != "GET" and self.who is not Who.CLIENT:
            raise ValueError(f"{self.method} {self.path} changes something and names no scope that lets an app do it.")
