"""What people write about themselves, as HTML: the bio with its links, #tags and @mentions, and the profile links.

Text is escaped and only then are addresses made into links; what comes out is cleaned once more like a stranger's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import TypedDict
from urllib.parse import quote, urlsplit

import orjson

from rossgram_fed.config import Settings
from rossgram_fed.federation import addresses
from rossgram_fed.markup import clean, text_of

_FIND = re.compile(
    r"(?P<link>\bhttps?://[^\s<>\"]{1,500}[^\s<>\".,:;!?')\]])"
    r"|(?<![\w/@&#])#(?P<tag>\w{1,100})"
    r"|(?<![\w/@&#.])@(?P<user>\w[\w.-]{0,62})(?:@(?P<host>[\w-][\w.-]{1,252}(?::\d{1,5})?))?",
    re.IGNORECASE,
)


class Link(TypedDict):
    """A name and what it leads to, as the column ``Account.links`` keeps it."""

    name: str
    value: str
    """Sanitised HTML."""


def bio_html(text: str, settings: Settings) -> str:
    """Return a bio as HTML paragraphs."""
    paragraphs = re.split(r"\n{2,}", text.strip())
    written = (_linked(paragraph, settings).replace("\n", "<br>") for paragraph in paragraphs if paragraph)
    return clean("".join(f"<p>{paragraph}</p>" for paragraph in written))


def _linked(text: str, settings: Settings) -> str:
    out, done = [], 0
    for found in _FIND.finditer(text):
        out.append(escape(text[done : found.start()]))
        out.append(_link(found, settings))
        done = found.end()
    out.append(escape(text[done:]))
    return "".join(out)


def _link(found: re.Match[str], settings: Settings) -> str:
    shown = escape(found[0])
    if found["link"]:
        return f'<a href="{shown}">{shown}</a>' if is_web_address(found[0]) else shown
    if found["tag"]:
        if found["tag"].isdigit():
            return shown
        href = addresses.tag_url(settings, quote(found["tag"].casefold()))
        return f'<a class="mention hashtag" href="{escape(href)}">{shown}</a>'
    handle = f"{found['user']}@{found['host']}" if found["host"] else found["user"].lower()
    return f'<a class="u-url mention" href="{escape(settings.base_url)}/@{quote(handle, safe="@:")}">{shown}</a>'


def is_web_address(text: str) -> bool:
    """Say whether a text is an http(s) address that shows where it leads: with a host, without a user name in it."""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and "@" not in parts.netloc and " " not in text


def link_from(name: str, value: str) -> Link:
    """Return a profile link: an address says that it is the owner's own (``rel="me"``), anything else is text."""
    shown = escape(value)
    if is_web_address(value):
        shown = f'<a href="{shown}" rel="me nofollow noopener">{shown}</a>'
    return Link(name=name, value=shown)


def links_from(text: str) -> list[Link]:
    """Read the column ``Account.links``."""
    links: list[Link] = orjson.loads(text or "[]")
    return links


def typed_links(text: str) -> list[tuple[str, str]]:
    """Return the column's links as their owner typed them."""
    return [(link["name"], text_of(link["value"], 2000)) for link in links_from(text)]


def links_column(links: Sequence[tuple[str, str]]) -> str:
    """Return what the column keeps for links as typed."""
    return orjson.dumps([link_from(name, value) for name, value in links]).decode()
