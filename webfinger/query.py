"""The question a WebFinger client asks (RFC 7033, section 4.1): whom, and which kinds of link.

The rule: exactly one ``resource``, and a URI we could know; anything else is the caller's 400. Whether we know it is
the caller's to say, with a 404.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from webfinger.errors import MalformedHandle, MalformedQuery
from webfinger.handles import Handle, parse_handle

MAX_QUERY = 4_096
MAX_PARAMETERS = 50


@dataclass(frozen=True, slots=True)
class Query:
    """A question, read."""

    resource: str
    """As asked, decoded."""
    handle: Handle | None
    """Set when the resource is an ``acct:`` URI or a bare handle."""
    url: str
    """Set when the resource is an http(s) address; else empty."""
    rels: tuple[str, ...] = ()
    """Kinds of link asked for; empty: all."""


def parse_query(query_string: str) -> Query:
    """Read the raw query of a request; raise ``MalformedQuery`` with the sentence to send along with the 400."""
    if len(query_string) > MAX_QUERY:
        raise MalformedQuery("The query is too long.")
    try:
        # A + is a plus here: it is not a form that is sent, and names may not contain a space.
        parameters = parse_qsl(
            query_string.replace("+", "%2B"),
            keep_blank_values=True,
            max_num_fields=MAX_PARAMETERS,
            encoding="utf-8",
            errors="strict",
        )
    except ValueError as error:
        raise MalformedQuery("The query cannot be decoded.") from error
    resources = [value for name, value in parameters if name == "resource"]
    if len(resources) != 1 or not resources[0]:
        raise MalformedQuery("Say which resource you ask about, once: ?resource=acct:name@host.")
    handle, url = _subject(resources[0])
    rels = tuple(dict.fromkeys(value for name, value in parameters if name == "rel" and value))
    return Query(resource=resources[0], handle=handle, url=url, rels=rels)


def _subject(resource: str) -> tuple[Handle | None, str]:
    if resource[:7].lower() == "http://" or resource[:8].lower() == "https://":
        try:
            parts = urlsplit(resource)
        except ValueError as error:
            raise MalformedQuery("The resource is no valid address.") from error
        if not parts.hostname or parts.username is not None or any(letter.isspace() for letter in resource):
            raise MalformedQuery("The resource is no valid address.")
        return None, resource
    try:
        return parse_handle(resource), ""
    except MalformedHandle as error:
        raise MalformedQuery("The resource is neither acct:name@host nor an http address.") from error
