"""NodeInfo 2.0 and 2.1 (FEP-f1d5, FEP-0151): what a server says it is.

The rule: we publish no figure that is not true, and believe a stranger's software name for nothing but manners.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from webfinger.errors import MalformedDescriptor

VERSIONS = ("2.0", "2.1")
_SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"
_SOFTWARE = re.compile(r"[a-z0-9-]{1,64}")
_APPLICATION_REL = "https://www.w3.org/ns/activitystreams#Application"
MAX_LINKS = 20
MAX_VERSION = 100


@dataclass(frozen=True, slots=True)
class Usage:
    """How much a server is used; active means signed in within the period."""

    users: int
    active_month: int
    active_half_year: int
    posts: int
    comments: int = 0


@dataclass(frozen=True, slots=True)
class Software:
    """What a server runs."""

    name: str
    version: str = ""
    repository: str = ""


def discovery(base_url: str, *, server_actor: str = "") -> dict[str, Any]:
    """Write ``/.well-known/nodeinfo``: both versions, newest last, and the server's actor (FEP-2677)."""
    links = [{"rel": f"{_SCHEMA}{version}", "href": f"{base_url}/nodeinfo/{version}"} for version in VERSIONS]
    if server_actor:
        links.append({"rel": _APPLICATION_REL, "href": server_actor})
    return {"links": links}


def document(
    version: str,
    *,
    software: Software,
    usage: Usage,
    open_registrations: bool,
    node_name: str,
    node_description: str,
    features: Iterable[str] = (),
) -> dict[str, Any]:
    """Write NodeInfo of one of ``VERSIONS``; ``repository`` is a property of 2.1 only."""
    described = {"name": software.name, "version": software.version}
    if version == "2.1" and software.repository:
        described["repository"] = software.repository
    return {
        "version": version,
        "software": described,
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": open_registrations,
        "usage": {
            "users": {
                "total": usage.users,
                "activeMonth": usage.active_month,
                "activeHalfyear": usage.active_half_year,
            },
            "localPosts": usage.posts,
            "localComments": usage.comments,
        },
        "metadata": {"nodeName": node_name, "nodeDescription": node_description, "features": list(features)},
    }


def content_type(version: str) -> str:
    """Return the media type of a version's document."""
    return f'application/json; profile="{_SCHEMA}{version}#"'


def document_url(found: object, site: str) -> str:
    """Return where a stranger's NodeInfo is, newest version first, or ``""``.

    Only on the very site that was asked: a link elsewhere could send us anywhere.
    """
    if not isinstance(found, Mapping) or not isinstance(found.get("links"), list):
        raise MalformedDescriptor("The answer is no list of NodeInfo links.")
    by_rel: dict[str, str] = {
        link["rel"]: link["href"]
        for link in found["links"][:MAX_LINKS]
        if isinstance(link, Mapping) and isinstance(link.get("rel"), str) and isinstance(link.get("href"), str)
    }
    for version in reversed(VERSIONS):
        href = by_rel.get(f"{_SCHEMA}{version}", "")
        if href and _site(href) == _site(site):
            return href
    return ""


def _site(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return (parts.scheme, parts.netloc.lower()) if parts.netloc else None


def software_of(found: object) -> Software:
    """Read what a stranger's NodeInfo says it runs; odd names are empty. Raises ``MalformedDescriptor``."""
    if not isinstance(found, Mapping) or not isinstance(found.get("software"), Mapping):
        raise MalformedDescriptor("The answer is no NodeInfo document.")
    name, version = found["software"].get("name"), found["software"].get("version")
    named = name.lower() if isinstance(name, str) and _SOFTWARE.fullmatch(name.lower()) else ""
    return Software(name=named, version=version[:MAX_VERSION] if isinstance(version, str) else "")
