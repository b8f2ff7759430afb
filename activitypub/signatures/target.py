"""What a signature says of the request's address, read off the text of the URL without changing a character of it.

The URL is the public one. Host is always taken from there, never from the header: a signature made for another host
fails.
"""

from __future__ import annotations

import re

from activitypub.errors import MalformedSignature
from activitypub.http import Request

_URL = re.compile(r"(https?)://(?:[^/?#@]*@)?([^/?#]+)([^?#]*)(\?[^#]*)?", re.IGNORECASE)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


def authority(url: str) -> str:
    """Return host and unusual port in lower case, as the Host header has them; raise ``ValueError`` for no http URL."""
    scheme, host, _path, _query = _split(url)
    return host.lower().removesuffix(_DEFAULT_PORTS[scheme.lower()])


def request_target(url: str, *, with_query: bool = True) -> str:
    """Return the path, by default with the query, as it stands on the request line."""
    _scheme, _host, path, query = _split(url)
    return (path or "/") + (query if with_query else "")


def has_body(request: Request) -> bool:
    """Whether the digest must be signed: whatever posts something, even nothing, or carries a body."""
    return bool(request.body) or request.method in _WITH_BODY


def single_header(request: Request, name: str) -> str:
    """Return a header that must be there exactly once; raise ``MalformedSignature`` otherwise."""
    values = request.headers.getall(name, [])
    if len(values) != 1:
        raise MalformedSignature(f"The request must carry one {name} header and carries {len(values)}.")
    return values[0]


def _split(url: str) -> tuple[str, str, str, str]:
    match = _URL.match(url)
    if match is None:
        raise ValueError(f"Not an http address: {url!r}")
    return match[1], match[2], match[3], match[4] or ""
