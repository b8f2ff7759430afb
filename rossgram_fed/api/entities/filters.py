"""Filters as apps see them (https://docs.joinmastodon.org/entities/Filter/), old and new."""

from __future__ import annotations

import msgspec

from rossgram_fed.api.entities.words import instant
from rossgram_fed.filters.rules import FilteredStatus, Keyword, Match, Rule
from rossgram_fed.models.reading import FilterAction

UNSET = msgspec.UNSET
Unset = msgspec.UnsetType
ACTIONS = {FilterAction.WARN: "warn", FilterAction.HIDE: "hide", FilterAction.BLUR: "blur"}


class FilterKeyword(msgspec.Struct):
    """A word or phrase."""

    id: str
    keyword: str
    whole_word: bool


class FilterStatus(msgspec.Struct):
    """A post that is filtered, whatever it says."""

    id: str
    status_id: str


class Filter(msgspec.Struct):
    """A filter."""

    id: str
    title: str
    context: list[str]
    expires_at: str | None
    filter_action: str
    keywords: list[FilterKeyword] | Unset = UNSET
    statuses: list[FilterStatus] | Unset = UNSET


class FilterResult(msgspec.Struct):
    """A filter that a post ran into, and because of what."""

    filter: Filter
    keyword_matches: list[str] | None
    status_matches: list[str] | None


class OldFilter(msgspec.Struct):
    """One word of a filter, as older apps know it; its id is the word's."""

    id: str
    phrase: str
    context: list[str]
    whole_word: bool
    expires_at: str | None
    irreversible: bool


def filter_of(rule: Rule, *, whole: bool = True) -> Filter:
    """Return a filter; ``whole`` with all that is in it."""
    shown = Filter(
        id=str(rule.id),
        title=rule.title,
        context=list(rule.contexts),
        expires_at=_instant(rule),
        filter_action=ACTIONS[rule.action],
    )
    if whole:
        shown.keywords = [keyword_of(one) for one in rule.keywords]
        shown.statuses = [status_of(one) for one in rule.posts]
    return shown


def keyword_of(keyword: Keyword) -> FilterKeyword:
    """Return a word of a filter."""
    return FilterKeyword(str(keyword.id), keyword.text, keyword.whole_word)


def status_of(part: FilteredStatus) -> FilterStatus:
    """Return a post of a filter."""
    return FilterStatus(str(part.id), str(part.post_id))


def result_of(match: Match) -> FilterResult:
    """Return why a post is filtered."""
    return FilterResult(
        filter=filter_of(match.rule, whole=False),
        keyword_matches=list(match.words) or None,
        status_matches=[str(match.post_id)] if match.post_id is not None else None,
    )


def old_filter_of(rule: Rule, keyword: Keyword) -> OldFilter:
    """Return one word of a filter for older apps."""
    return OldFilter(
        id=str(keyword.id),
        phrase=keyword.text,
        context=list(rule.contexts),
        whole_word=keyword.whole_word,
        expires_at=_instant(rule),
        irreversible=rule.action is FilterAction.HIDE,
    )


def _instant(rule: Rule) -> str | None:
    return None if rule.expires_at is None else instant(rule.expires_at)
