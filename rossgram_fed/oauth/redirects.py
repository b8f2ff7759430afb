"""Where people are sent back to: which addresses an app may register, and how an answer is put into one.

A browser that follows such an address must never run anything in it, nor send a code over the open network: addresses
of web pages are https, or http on the machine itself (RFC 8252, section 7.3), and schemes that browsers interpret are
refused. Addresses are compared letter by letter (RFC 9700, section 2.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import quote, urlencode, urlsplit

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
"""In place of an address: the code is shown, and the person carries it over."""
MOST = 20
LONGEST = 2000

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_PRINTABLE = re.compile(r"[!-~]+")
_HOST_SOURCE = re.compile(r"[a-z0-9.-]+(:[0-9]+)?")
_FORBIDDEN = frozenset(
    {
        "about",
        "blob",
        "data",
        "feed",
        "file",
        "filesystem",
        "ftp",
        "intent",
        "jar",
        "javascript",
        "mailto",
        "resource",
        "sms",
        "tel",
        "urn",
        "vbscript",
        "view-source",
        "ws",
        "wss",
    }
)


class Mode(StrEnum):
    """How an answer travels (OAuth 2.0 Multiple Response Types; OAuth 2.0 Form Post Response Mode)."""

    QUERY = "query"
    FRAGMENT = "fragment"
    FORM_POST = "form_post"


def redirect_uris_from(given: str | Sequence[str]) -> tuple[str, ...]:
    """Read the addresses of a registration: a list, or a text that has them separated by white space."""
    pieces = given.split() if isinstance(given, str) else [piece.strip() for piece in given]
    return tuple(dict.fromkeys(piece for piece in pieces if piece))


def redirect_problem(uri: str, *, plain_http: bool) -> str:
    """Return what is wrong with an address, as Mastodon's clients know it; empty when an app may have it.

    ``plain_http``: this server itself is reached without TLS, so that an app's address may be as well.
    """
    if uri == OUT_OF_BAND:
        return ""
    scheme = _SCHEME.match(uri)
    if scheme is None or len(uri) > LONGEST or not _PRINTABLE.fullmatch(uri):
        return "Redirect URI must be an absolute URI."
    name = scheme[1].lower()
    if name in _FORBIDDEN:
        return "Redirect URI is forbidden by the server."
    if "#" in uri:
        return "Redirect URI cannot contain a fragment."
    if name in ("http", "https"):
        return _web_problem(uri, may_be_plain=name == "https" or plain_http)
    return ""


def _web_problem(uri: str, *, may_be_plain: bool) -> str:
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "Redirect URI must be an absolute URI."
    if not host or "@" in parts.netloc or "\\" in uri:
        return "Redirect URI must be an absolute URI."
    return "" if may_be_plain or _is_this_machine(host) else "Redirect URI must be an HTTPS/SSL URI."


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_web(uri: str) -> bool:
    """Say whether an address is that of a web page, rather than of an app on the machine."""
    return uri.lower().startswith(("https://", "http://"))


def with_answer(uri: str, answer: Mapping[str, str], *, mode: Mode) -> str:
    """Return a registered address with an answer in its query, or behind ``#``."""
    written = urlencode(answer, quote_via=quote, safe="")
    if mode is Mode.FRAGMENT:
        return f"{uri}#{written}"
    return f"{uri}{'&' if '?' in uri else '?'}{written}"


def shown(uri: str) -> str:
    """Return what people are told of where they go next: a host, or the scheme by which an app is opened."""
    return urlsplit(uri).netloc if is_web(uri) else uri.partition(":")[0]


def form_target(uri: str) -> str:
    """Return the source expression (CSP 3, section 2.3.1) that lets a form of ours lead to an address.

    What has no host source, as an IPv6 address has none, is allowed by its scheme.
    """
    scheme = uri.partition(":")[0].lower()
    if not is_web(uri):
        return f"{scheme}:"
    place = urlsplit(uri).netloc.lower()
    return f"{scheme}://{place}" if _HOST_SOURCE.fullmatch(place) else f"{scheme}:"
