"""What apps send about filters, read into our words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from rossgram_fed.api.parameters import Id
from rossgram_fed.models.reading import FilterAction
from rossgram_fed.web.errors import Invalid

Action = Literal["warn", "hide", "blur"]
ACTIONS: dict[Action, FilterAction] = {
    "warn": FilterAction.WARN,
    "hide": FilterAction.HIDE,
    "blur": FilterAction.BLUR,
}
LONGEST_SECONDS = 100 * 366 * 24 * 3600
Expiry = int | str | None


class KeywordParams(msgspec.Struct, kw_only=True):
    """A word, new (without ``id``), changed, or to be removed (``_destroy``)."""

    id: Id | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    destroy: bool | None = msgspec.field(default=None, name="_destroy")


class FilterParams(msgspec.Struct, kw_only=True):
    """A filter; for a change, what is missing stays."""

    title: str | None = None
    context: list[str] | None = None
    filter_action: Action | None = None
    expires_in: Expiry | msgspec.UnsetType = msgspec.UNSET
    keywords_attributes: list[KeywordParams] = msgspec.field(default_factory=list)


class WordParams(msgspec.Struct, kw_only=True):
    """One word."""

    keyword: str = ""
    whole_word: bool | None = None


class PostParams(msgspec.Struct, kw_only=True):
    """One post."""

    status_id: Id


class OldParams(msgspec.Struct, kw_only=True):
    """A filter of one word, as older apps know it; for a change, what is missing stays."""

    phrase: str | None = None
    context: list[str] | None = None
    irreversible: bool | None = None
    whole_word: bool | None = None
    expires_in: Expiry | msgspec.UnsetType = msgspec.UNSET


def expiry(seconds: Expiry | msgspec.UnsetType, *, now: int, before: int | None = None) -> int | None:
    """Return the instant at which a filter ends; nothing said leaves what was, an empty value means never."""
    if seconds is msgspec.UNSET:
        return before
    if seconds in (None, ""):
        return None
    text = str(seconds)
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= LONGEST_SECONDS):
        raise Invalid("Validation failed: Expires in is no number of seconds")
    return now + int(text) * 1000


def whole(sent: Sequence[KeywordParams]) -> list[KeywordParams]:
    """Return words put together again that a form sent in pieces, as Rails reads ``keywords_attributes[][keyword]``."""
    words: list[KeywordParams] = []
    for one in sent:
        piece = one.id is None and (one.keyword is None or (words and words[-1].id is not None and _bare(words[-1])))
        if words and piece:
            words[-1] = _merged(words[-1], one)
        else:
            words.append(one)
    return words


def _bare(word: KeywordParams) -> bool:
    return word.keyword is None and word.whole_word is None and word.destroy is None


def _merged(first: KeywordParams, second: KeywordParams) -> KeywordParams:
    return KeywordParams(
        id=first.id,
        keyword=first.keyword if second.keyword is None else second.keyword,
        whole_word=first.whole_word if second.whole_word is None else second.whole_word,
        destroy=first.destroy if second.destroy is None else second.destroy,
    )
