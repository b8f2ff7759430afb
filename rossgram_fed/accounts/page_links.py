"""Which links on a page say ``rel="me"``: read in one pass over the bytes, whatever the page is made of.

Every byte is looked at a bounded number of times: no expression, no tree. Comments, scripts, styles and text in which
tags mean nothing are skipped; a tag that does not end ends the reading, as it does in browsers.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape

_SPACE = b" \t\n\r\f"
_BETWEEN = _SPACE + b"/"
_ENDS_NAME = _SPACE + b"/>"
_ENDS_ATTRIBUTE = _SPACE + b"/>="
_ENDS_VALUE = _SPACE + b">"
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyz")
_NO_TAGS_INSIDE = frozenset(
    (b"iframe", b"noembed", b"noframes", b"noscript", b"script", b"style", b"template", b"textarea", b"title", b"xmp")
)
_LONGEST_NAME = 20
_LONGEST_VALUE = 4096

Attributes = dict[bytes, bytes]


def own_links(page: bytes) -> Iterator[str]:
    """Give the addresses of the ``<a>`` and ``<link>`` elements with ``rel="me"``, as they are written, in order."""
    lower = page.lower()  # of bytes: only ASCII changes, and nothing changes its place
    at = lower.find(b"<")
    while at >= 0:
        if lower.startswith(b"<!--", at):
            end = lower.find(b"-->", at + 4)
            at = lower.find(b"<", end) if end >= 0 else -1
            continue
        if lower[at + 1 : at + 2] == b"/" or lower[at + 1 : at + 2] == b"" or lower[at + 1] not in _LETTERS:
            at = lower.find(b"<", at + 1)
            continue
        name, attributes, end = _tag(page, lower, at + 1)
        if end < 0:
            return
        if name in (b"a", b"link") and b"me" in attributes.get(b"rel", b"").lower().split():
            yield unescape(attributes.get(b"href", b"").decode("utf-8", "replace")).strip()
        if name in _NO_TAGS_INSIDE:
            end = lower.find(b"</" + name, end)
            if end < 0:
                return
            end += 1  # past the "<" of the closing tag
        at = lower.find(b"<", end)


def _tag(page: bytes, lower: bytes, at: int) -> tuple[bytes, Attributes, int]:
    """Read the tag whose name begins at ``at``: its name, its attributes and where it ends, -1 if nowhere."""
    end = _until(lower, at, _ENDS_NAME)
    name, attributes = lower[at : min(end, at + _LONGEST_NAME)], Attributes()
    at, size = end, len(lower)
    while at < size:
        if lower[at] in _BETWEEN:
            at += 1
        elif lower[at] == 0x3E:
            return name, attributes, at + 1
        else:
            at = _attribute(page, lower, at, attributes)
    return name, attributes, -1


def _attribute(page: bytes, lower: bytes, at: int, attributes: Attributes) -> int:
    """Read one attribute into ``attributes``, where the first of a name counts; return where it ends."""
    end = _until(lower, at + 1, _ENDS_ATTRIBUTE)
    name = lower[at : min(end, at + _LONGEST_NAME)]
    at = _past(lower, end, _SPACE)
    if lower[at : at + 1] != b"=":
        attributes.setdefault(name, b"")
        return end
    at = _past(lower, at + 1, _SPACE)
    quote = lower[at : at + 1]
    if quote in (b'"', b"'"):
        end = lower.find(quote, at + 1)
        end = len(lower) if end < 0 else end
        attributes.setdefault(name, page[at + 1 : min(end, at + 1 + _LONGEST_VALUE)])
        return end + 1
    end = _until(lower, at, _ENDS_VALUE)
    attributes.setdefault(name, page[at : min(end, at + _LONGEST_VALUE)])
    return end


def _until(text: bytes, at: int, ends: bytes) -> int:
    """Return where the first of these bytes stands from ``at`` on, or the end of the text."""
    while at < len(text) and text[at] not in ends:
        at += 1
    return at


def _past(text: bytes, at: int, skipped: bytes) -> int:
    """Return where something else than these bytes stands from ``at`` on."""
    while at < len(text) and text[at] in skipped:
        at += 1
    return at
