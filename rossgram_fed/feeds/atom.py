"""Feeds as Atom documents (RFC 4287, paging after RFC 5005 section 3); pure.

The document is built as a tree and written by the XML library, never pasted together. Letters that XML cannot carry are
left out, since one of them would make the whole feed unreadable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
MEDIA_TYPE = "application/atom+xml"

_NAMESPACE = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere else; ``media_type`` may be empty."""

    rel: str
    href: str
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One post. Instants are milliseconds since 1970 UTC."""

    id: str
    title: str
    published: int
    updated: int
    author: str
    author_uri: str
    html: str
    language: str = ""
    categories: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of posts, the newest first."""

    id: str
    title: str
    author: str
    updated: int
    links: tuple[Link, ...]
    entries: tuple[Entry, ...]
    icon: str = ""


def document(feed: Feed) -> bytes:
    """Write a feed down; the same feed always gives the same bytes."""
    root = Element("feed", {"xmlns": _NAMESPACE})
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "updated", _moment(feed.updated))
    _text(SubElement(root, "author"), "name", feed.author)
    if feed.icon:
        _text(root, "icon", feed.icon)
    _links(root, feed.links)
    for entry in feed.entries:
        _entry(root, entry)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def clean(text: str) -> str:
    """Return text without the letters that XML 1.0 cannot carry (section 2.2)."""
    return _NOT_XML.sub("", text)


def _entry(root: Element, entry: Entry) -> None:
    element = SubElement(root, "entry", {"xml:lang": clean(entry.language)} if entry.language else {})
    _text(element, "id", entry.id)
    _text(element, "title", entry.title)
    _text(element, "published", _moment(entry.published))
    _text(element, "updated", _moment(entry.updated))
    author = SubElement(element, "author")
    _text(author, "name", entry.author)
    _text(author, "uri", entry.author_uri)
    _links(element, entry.links)
    for category in entry.categories:
        SubElement(element, "category", {"term": clean(category)})
    _text(element, "content", entry.html, type="html")


def _links(parent: Element, links: tuple[Link, ...]) -> None:
    for link in links:
        attributes = {"rel": link.rel, "href": clean(link.href)}
        if link.media_type:
            attributes["type"] = link.media_type
        SubElement(parent, "link", attributes)


def _text(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = clean(text)


def _moment(instant: int) -> str:
    return datetime.fromtimestamp(instant / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
