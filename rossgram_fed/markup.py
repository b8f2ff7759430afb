"""HTML from strangers, made harmless, and HTML turned into plain words.

An allow-list, applied to everything that did not come from our own templates. It never raises: whatever a document
contains, some text comes out.
"""

from __future__ import annotations

from html import unescape

import nh3

LONGEST = 60_000
"""Characters of a stranger's HTML that are read; the rest is cut before it costs anything."""

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_LINES = {"p", "br", "ul", "ol", "li", "blockquote", "pre"}
_WORDS = {"a", "span", "em", "strong", "b", "i", "u", "del", "s", "code"}

_CLEANER = nh3.Cleaner(
    tags=_HEADINGS | _LINES | _WORDS,
    clean_content_tags={"script", "style", "iframe", "object", "embed", "noscript", "template", "svg", "math"},
    attributes={"a": {"href"}},
    allowed_classes={"a": {"mention", "hashtag", "u-url"}, "span": {"mention", "hashtag", "h-card"}},
    url_schemes={"http", "https"},
    url_relative="deny",
    link_rel="nofollow noopener",
)
_STRIPPER = nh3.Cleaner(tags=set(), clean_content_tags={"script", "style"}, attributes={})


def clean(html: str) -> str:
    """Return only what may stand in our pages: plain text markup and links to http(s), with nothing that runs."""
    return _CLEANER.clean(_encodable(html[:LONGEST])) if html else ""


def text_of(html: str, limit: int = 300) -> str:
    """Return the words of a piece of HTML without its markup, at most ``limit`` characters, for titles and previews."""
    spaced = html[:LONGEST].replace("<br", " <br").replace("</p>", " </p>")
    words = " ".join(unescape(_STRIPPER.clean(_encodable(spaced))).split())
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


def _encodable(text: str) -> str:
    """Replace lone surrogates, which JSON can smuggle into a string and no encoder takes."""
    return text.encode("utf-8", "replace").decode("utf-8")
