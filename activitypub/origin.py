"""May this host speak for that id? Origins compared as FEP-fe34 wants: scheme, host and port.

The rule: an address that two parsers could read in two ways is refused, not repaired. What has one meaning and several
spellings (letter case, IDNA, a trailing dot, the scheme's own port) is brought to one spelling first.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import idna

from activitypub.errors import MalformedDocument

MAX_URL = 2048
MAX_HOST = 253

_URL = re.compile(r"(https?)://([^\s\x00-\x20\x7f\"<>\\/?#]+)(?:[/?#][^\s\x00-\x20\x7f\"<>\\]*)?", re.IGNORECASE)
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[^:@%\[\]]+)(?::([0-9]{1,5}))?", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_OWN_PORTS = {"http": 80, "https": 443}


def is_http_url(url: str, allow_http: bool) -> bool:
    """Whether a stranger's address is one we may use: https, a host by name, no user information.

    ``allow_http`` is the development switch: it admits http and hosts given as IP addresses too.
    """
    try:
        scheme, host, _ = _origin(url)
    except MalformedDocument:
        return False
    return allow_http or (scheme == "https" and not _is_ip(host))


def is_actor_id(url: str, allow_http: bool) -> bool:
    """Whether an address may name an actor: one we may use, without fragment and, but in development, port."""
    return is_http_url(url, allow_http) and "#" not in url and (allow_http or ":" not in host_of(url))


def same_origin(a: str, b: str) -> bool:
    """Whether two addresses have the same scheme, host and port; ``False`` when either cannot be read."""
    try:
        return _origin(a) == _origin(b)
    except MalformedDocument:
        return False


def same_host(a: str, b: str) -> bool:
    """Whether two addresses have the same host and port, whatever their schemes; ``False`` when unreadable."""
    try:
        return host_of(a) == host_of(b)
    except MalformedDocument:
        return False


def host_of(url: str) -> str:
    """Return the host in its one spelling: lower case, IDNA, no trailing dot, with the port only if unusual.

    Raises ``MalformedDocument`` for what is no http(s) address, or one that parsers could disagree about. It never
    returns an empty string, so two unreadable addresses are never "the same host".
    """
    scheme, host, port = _origin(url)
    return host if port == _OWN_PORTS[scheme] else f"{host}:{port}"


def _origin(url: str) -> tuple[str, str, int]:
    match = _URL.fullmatch(url) if len(url) <= MAX_URL else None
    if match is None:
        raise MalformedDocument("That is not an http address.")
    return _authority(match[1].lower(), match[2])


@lru_cache(maxsize=4096)
def _authority(scheme: str, authority: str) -> tuple[str, str, int]:
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise MalformedDocument("The address has user information, an escape or a bracket where its host should be.")
    port = int(match[2] or _OWN_PORTS[scheme])
    if not 0 < port < 65536:
        raise MalformedDocument("The address has no valid port.")
    return scheme, _host(match[1]), port


def _host(host: str) -> str:
    """Bring a host to its one spelling, or raise."""
    if host.startswith("["):
        try:
            return f"[{IPv6Address(host[1:-1]).compressed}]"
        except AddressValueError as error:
            raise MalformedDocument("The address has no valid IPv6 address.") from error
    # The length is checked first: idna takes time that grows with its square.
    if len(host) > MAX_HOST:
        raise MalformedDocument("The address has a host that is too long.")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError) as error:
            raise MalformedDocument("The address has a host that is no valid name.") from error
    host = host.lower().removesuffix(".")
    labels = host.split(".")
    if len(host) > MAX_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        raise MalformedDocument("The address has a host that is no valid name.")
    # 127.1, 0x7f.1 and 2130706433 are addresses to some parsers and names to others.
    if _NUMBER.fullmatch(labels[-1]) and not _is_ip(host):
        raise MalformedDocument("The address has a host that is neither a name nor a plain IP address.")
    return host


def _is_ip(host: str) -> bool:
    if host.startswith("["):
        return True
    try:
        IPv4Address(host)
    except AddressValueError:
        return False
    return True
