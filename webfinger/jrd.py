"""JSON Resource Descriptors (RFC 7033, section 4.4): build ours, read theirs.

The rule: reading is bounded and drops what is odd; only a document that is no object at all is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from webfinger.errors import MalformedDescriptor

CONTENT_TYPE = "application/jrd+json"
ACTIVITY_TYPES = frozenset(
    {"application/activity+json", 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'}
)
MAX_LINKS = 100
MAX_TEXT = 2_048


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a descriptor; empty fields are left out when it is written."""

    rel: str
    type: str = ""
    href: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True)
class Jrd:
    """A descriptor."""

    subject: str = ""
    aliases: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


def build(subject: str, aliases: Iterable[str], links: Iterable[Link], *, rels: Collection[str] = ()) -> dict[str, Any]:
    """Write a descriptor; with ``rels`` only the links of those kinds (RFC 7033, section 4.3)."""
    chosen = [link for link in links if not rels or link.rel in rels]
    return {"subject": subject, "aliases": list(aliases), "links": [_link_document(link) for link in chosen]}


def _link_document(link: Link) -> dict[str, str]:
    fields = {"rel": link.rel, "type": link.type, "href": link.href, "template": link.template}
    return {name: value for name, value in fields.items() if value}


def read(document: object) -> Jrd:
    """Read a descriptor; raise ``MalformedDescriptor`` when it is no JSON object."""
    if not isinstance(document, Mapping):
        raise MalformedDescriptor("The answer is no JSON object.")
    links = document.get("links")
    aliases = document.get("aliases")
    return Jrd(
        subject=_text(document.get("subject")),
        aliases=tuple(text for one in _list(aliases) if (text := _text(one))),
        links=tuple(_link(one) for one in _list(links) if isinstance(one, Mapping) and _text(one.get("rel"))),
    )


def _list(value: object) -> list[Any]:
    return value[:MAX_LINKS] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= MAX_TEXT else ""


def _link(document: Mapping[str, Any]) -> Link:
    get = document.get
    return Link(_text(get("rel")), _text(get("type")), _text(get("href")), _text(get("template")))


def actor_uri(jrd: Jrd) -> str:
    """Return the address of the ActivityPub actor among the links, or ``""``.

    Some servers list two ``self`` links (snac), some put spaces elsewhere in the type; the first that fits is taken.
    """
    wanted = {kind.replace(" ", "") for kind in ACTIVITY_TYPES}
    for link in jrd.links:
        if link.rel != "self" or link.type.replace(" ", "").lower() not in wanted:
            continue
        if link.href[:8].lower() == "https://" or link.href[:7].lower() == "http://":
            return link.href
    return ""
