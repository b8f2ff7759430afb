"""What people write about themselves, as HTML: the bio with its links, #tags and @mentions, and the profile links.

A handle in a bio becomes a link when it is that of an account we know, as in captions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html import escape

import orjson

from rossgram_fed import caption
from rossgram_fed.accounts.mentions import resolve
from rossgram_fed.config import Settings
from rossgram_fed.database import Reader
from rossgram_fed.federation import addresses
from rossgram_fed.markup import text_of


@dataclass(frozen=True, slots=True)
class Link:
    """A name and what it leads to, as the column ``Account.links`` keeps it."""

    name: str
    value: str
    """Sanitised HTML."""


async def bio_html(reader: Reader, settings: Settings, text: str) -> str:
    """Return a bio as HTML paragraphs."""
    mentioned = await resolve(reader, settings, text)
    return caption.render(text, tag_url=partial(addresses.tag_url, settings), mentioned=mentioned)


def link_from(name: str, value: str) -> Link:
    """Return a profile link: an address says that it is the owner's own (``rel="me"``), anything else is text."""
    shown = escape(value)
    if caption.is_web_address(value):
        shown = f'<a href="{shown}" rel="me nofollow noopener">{shown}</a>'
    return Link(name=name, value=shown)


def links_from(column: str) -> tuple[Link, ...]:
    """Read the column ``Account.links``."""
    return tuple(Link(link["name"], link["value"]) for link in orjson.loads(column or "[]"))


def typed_links(links: Sequence[Link]) -> list[tuple[str, str]]:
    """Return links as their owner typed them."""
    return [(link.name, text_of(link.value, 2000)) for link in links]


def links_column(links: Sequence[tuple[str, str]]) -> str:
    """Return what the column keeps for links as typed."""
    return orjson.dumps([link_from(name, value) for name, value in links]).decode()
