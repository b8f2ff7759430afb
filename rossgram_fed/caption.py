"""Captions and bios: what a person typed, read once for its #tags, @mentions and links, and written out as HTML.

The text is walked from left to right and no character is read more than a bounded number of times, so no text can
be slow. Whatever is not a link stays text and is escaped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlsplit

LONGEST_TAG = 100

_START = re.compile(r"(?<![\w/&#@.])[#@]|\bhttps?://", re.IGNORECASE)
_USERNAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?", re.ASCII)
_DOMAIN = re.compile(r"@([\w.-]{1,253}(?::\d{1,5})?)")
_LINK = re.compile(r"[^\s<>\"]{1,2000}")
_JOINERS = "_\u200c\u200d\u00b7"
_CLOSING = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a caption: ``kind`` is ``text``, ``tag``, ``mention`` or ``link``."""

    kind: str
    text: str
    """As typed, sign included."""
    value: str = ""
    """The folded tag, or the handle as typed (``bob``, ``Bob@far.example``)."""


@dataclass(frozen=True, slots=True)
class Mentioned:
    """An account that a handle in a caption stands for."""

    account_id: int
    url: str
    username: str


def fold_tag(name: str) -> str:
    """Return the form under which spellings of a tag are one: NFKC, case-folded, without the ``#``."""
    return unicodedata.normalize("NFKC", name.removeprefix("#")).casefold()


def is_web_address(text: str) -> bool:
    """Say whether a text is an http(s) address that shows where it leads: with a host, without a user name in it."""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and "@" not in parts.netloc and " " not in text


def tag_from(name: str) -> str | None:
    """Return a tag's folded name, or None when it is not one: empty, too long, digits only or with other signs."""
    folded = fold_tag(name)
    if not 0 < len(folded) <= LONGEST_TAG or not all(map(_in_tag, folded)) or not any(map(str.isalpha, folded)):
        return None
    return folded


def pieces(text: str) -> Iterator[Piece]:
    """Take a caption apart, from left to right; the texts of the pieces add up to the caption."""
    done = position = 0
    while found := _START.search(text, position):
        piece = _piece_at(text, found)
        if piece is None:
            position = found.end()
            continue
        if found.start() > done:
            yield Piece("text", text[done : found.start()])
        yield piece
        done = position = found.start() + len(piece.text)
    if done < len(text):
        yield Piece("text", text[done:])


def tags_in(text: str) -> tuple[str, ...]:
    """Return the folded tags of a caption, each once, in order."""
    return tuple(dict.fromkeys(piece.value for piece in pieces(text) if piece.kind == "tag"))


def mentions_in(text: str) -> tuple[str, ...]:
    """Return the handles of a caption, each once, in order: ``bob`` or ``bob@far.example``, as typed."""
    return tuple(dict.fromkeys(piece.value for piece in pieces(text) if piece.kind == "mention"))


def render(text: str, *, tag_url: Callable[[str], str], mentioned: Mapping[str, Mentioned]) -> str:
    """Write a caption or bio as HTML paragraphs.

    ``tag_url`` gives the address of a tag's page for its percent-encoded name; handles missing from ``mentioned``
    stay text.
    """
    written = "".join(_written(piece, tag_url, mentioned) for piece in pieces(text.replace("\r\n", "\n").strip()))
    paragraphs = (part.strip("\n") for part in re.split(r"\n{2,}", written))
    return "".join(f"<p>{part}</p>".replace("\n", "<br>") for part in paragraphs if part.strip())


def _piece_at(text: str, found: re.Match[str]) -> Piece | None:
    sign, start = found[0], found.end()
    if sign == "#":
        return _tag_at(text, start)
    if sign == "@":
        return _mention_at(text, start)
    return _link_at(text, found.start())


def _tag_at(text: str, start: int) -> Piece | None:
    end = start
    while end < len(text) and end - start <= LONGEST_TAG and _in_tag(text[end]):
        end += 1
    name = text[start:end]
    folded = tag_from(name)
    return Piece("tag", f"#{name}", folded) if folded else None


def _mention_at(text: str, start: int) -> Piece | None:
    user = _USERNAME.match(text, start)
    if user is None:
        return None
    domain = _DOMAIN.match(text, user.end())
    host = domain[1].rstrip(".-:") if domain else ""
    handle = f"{user[0]}@{host}" if host else user[0]
    return Piece("mention", f"@{handle}", handle)


def _link_at(text: str, start: int) -> Piece | None:
    run = _LINK.match(text, start)
    link = _without_trailing_signs(run[0]) if run else ""
    return Piece("link", link) if is_web_address(link) else None


def _without_trailing_signs(link: str) -> str:
    """Cut what ends a sentence, not an address: ``(see https://a.example/b_(c)).`` keeps the inner bracket."""
    while link:
        last = link[-1]
        opening = _CLOSING.get(last)
        if opening is None and last not in ".,:;!?'*_~…»”":
            return link
        if opening is not None and link.count(opening) >= link.count(last):
            return link
        link = link[:-1]
    return link


def _in_tag(character: str) -> bool:
    """Say whether a tag may contain the character; marks carry the vowels of many scripts."""
    return character.isalnum() or character in _JOINERS or unicodedata.category(character)[0] == "M"


def _written(piece: Piece, tag_url: Callable[[str], str], mentioned: Mapping[str, Mentioned]) -> str:
    if piece.kind == "tag":
        href = escape(tag_url(quote(piece.value)))
        return f'<a href="{href}" class="mention hashtag" rel="tag">#<span>{escape(piece.text[1:])}</span></a>'
    if piece.kind == "mention" and piece.value in mentioned:
        who = mentioned[piece.value]
        link = f'<a href="{escape(who.url)}" class="u-url mention">@<span>{escape(who.username)}</span></a>'
        return f'<span class="h-card">{link}</span>'
    if piece.kind == "link":
        shown = escape(piece.text)
        return f'<a href="{shown}" rel="nofollow noopener">{shown}</a>'
    return escape(piece.text)
