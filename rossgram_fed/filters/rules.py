"""What somebody filters, read and compiled: words as patterns, posts by their ids. Pure.

Words are found whatever their case; whole ones only between what is no letter, digit or underscore of any script, as
far as they begin and end with one. Between the words of a phrase any white space will do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.models.reading import FilterAction

CONTEXTS = ("home", "notifications", "public", "thread", "account")
"""Where a filter may hold."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word or phrase."""

    id: int
    text: str
    whole_word: bool


@dataclass(frozen=True, slots=True)
class FilteredStatus:
    """One post that is filtered, whatever it says."""

    id: int
    post_id: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One filter."""

    id: int
    title: str
    contexts: tuple[str, ...]
    action: FilterAction
    expires_at: int | None
    keywords: tuple[Keyword, ...] = ()
    posts: tuple[FilteredStatus, ...] = ()

    def holds(self, now: int) -> bool:
        """Say whether it has not run out."""
        return self.expires_at is None or self.expires_at > now


@dataclass(frozen=True, slots=True)
class Match:
    """A filter that a post runs into, and because of what."""

    rule: Rule
    words: tuple[str, ...]
    post_id: int | None
    """The post, where it is filtered by itself."""


class Sieve:
    """Somebody's filters, ready to be asked."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = [(rule, _pattern(rule.keywords), {one.post_id for one in rule.posts}) for rule in rules]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self._rules

    def matches(self, words: str, *, post_id: int, now: int, context: str = "") -> list[Match]:
        """Return the filters that a post runs into (in one context, or in any), with the words that were found."""
        normal = unicodedata.normalize("NFKC", words)
        found = []
        for rule, pattern, posts in self._rules:
            if not rule.holds(now) or (context and context not in rule.contexts):
                continue
            hits = tuple(dict.fromkeys(hit.group().casefold() for hit in pattern.finditer(normal))) if pattern else ()
            if hits or post_id in posts:
                found.append(Match(rule, hits, post_id if post_id in posts else None))
        return found


def _pattern(keywords: Sequence[Keyword]) -> re.Pattern[str] | None:
    parts = [part for one in keywords if (part := _part(one))]
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def _part(keyword: Keyword) -> str:
    text = unicodedata.normalize("NFKC", keyword.text).strip()
    if not text:
        return ""
    spelled = r"\s+".join(re.escape(word) for word in text.split())
    if not keyword.whole_word:
        return spelled
    before = r"(?<!\w)" if re.match(r"\w", text[0]) else ""
    after = r"(?!\w)" if re.match(r"\w", text[-1]) else ""
    return f"{before}{spelled}{after}"
