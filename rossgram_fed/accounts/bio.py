"""What people write about themselves, as HTML: the bio with its links, #tags and @mentions, and the profile links.

A handle in a bio becomes a link when it is that of an account we know, as in captions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from html import escape

import orjson

from rossgram_fed import caption
from rossgram_fed.accounts.mentions import resolve
from rossgram_fed.config import Settings
from rossgram_fed.database import Reader
from rossgram_fed.federation import addresses
from rossgram_fed.markup import text_of

LONGEST_ADDRESS = 2000


@dataclass(frozen=True, slots=True)
class Link:
    """A name and what it leads to, as the column ``Account.links`` keeps it."""

    name: str
    value: str
    """Sanitised HTML."""
    verified_host: str = ""
    """Where the page was found that says it is this account's; empty when none does, as far as we looked."""
    verified_at: int = 0
    """When it was last found there, in milliseconds since 1970 UTC."""

    @property
    def address(self) -> str:
        """The web address that the link is, or nothing."""
        text = text_of(self.value, LONGEST_ADDRESS)
        return text if caption.is_web_address(text) else ""


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
    return tuple(
        Link(link["name"], link["value"], link.get("verified_host", ""), link.get("verified_at", 0))
        for link in orjson.loads(column or "[]")
    )


def typed_links(links: Sequence[Link]) -> list[tuple[str, str]]:
    """Return links as their owner typed them."""
    return [(link.name, text_of(link.value, LONGEST_ADDRESS)) for link in links]


def links_column(links: Sequence[tuple[str, str]], *, before: Sequence[Link] = ()) -> str:
    """Return what the column keeps for links as typed; what was verified ``before`` still is."""
    verified = {link.value: link for link in before if link.verified_host}
    made = (link_from(name, value) for name, value in links)
    return column_of([replace(verified.get(link.value, link), name=link.name) for link in made])


def column_of(links: Sequence[Link]) -> str:
    """Return what the column keeps for links; what is not verified says nothing of it."""
    kept = []
    for link in links:
        one: dict[str, str | int] = {"name": link.name, "value": link.value}
        if link.verified_host:
            one |= {"verified_host": link.verified_host, "verified_at": link.verified_at}
        kept.append(one)
    return orjson.dumps(kept).decode()
