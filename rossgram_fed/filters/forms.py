"""A filter as somebody types it into our own page: words on lines, where, what happens, and for how long."""

from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.filters.actions import LONGEST_KEYWORD, LONGEST_TITLE, MOST_KEYWORDS, Terms
from rossgram_fed.filters.rules import CONTEXTS
from rossgram_fed.models.reading import FilterAction
from rossgram_fed.web.forms import Form

_MINUTE = 60_000
_DAY = 24 * 60 * _MINUTE
PLACES = {
    "home": "Home",
    "notifications": "Notifications",
    "public": "Explore and tags",
    "thread": "Comments",
    "account": "Profiles",
}
"""Contexts in our words."""
ACTIONS = {"warn": FilterAction.WARN, "blur": FilterAction.BLUR, "hide": FilterAction.HIDE}
ACTION_WORDS = {
    FilterAction.WARN: "behind a warning",
    FilterAction.BLUR: "photos covered",
    FilterAction.HIDE: "left out",
}
PERIODS = {
    "": ("For good", 0),
    "30m": ("Half an hour", 30 * _MINUTE),
    "6h": ("Six hours", 6 * 60 * _MINUTE),
    "1d": ("A day", _DAY),
    "7d": ("A week", 7 * _DAY),
    "30d": ("A month", 30 * _DAY),
}
"""How long a filter holds, in words and in milliseconds; 0 for good."""


@dataclass(frozen=True, slots=True)
class FilterDraft:
    """A filter about to be made."""

    terms: Terms
    keywords: tuple[str, ...]
    whole_words: bool


def filter_from(form: Form, *, now: int) -> FilterDraft:
    """Read a form; what is wrong is noted in it."""
    typed = form.text("words", most=LONGEST_KEYWORD * 20, least=1, lines=True)
    keywords = tuple(dict.fromkeys(line for one in typed.split("\n") if (line := one.strip())))
    if len(keywords) > MOST_KEYWORDS:
        form.error("words", f"A filter may have {MOST_KEYWORDS} words.")
    if any(len(one) > LONGEST_KEYWORD for one in keywords):
        form.error("words", f"A word or phrase may have {LONGEST_KEYWORD} characters.")
    contexts = tuple(name for name in CONTEXTS if form.flag(name))
    if not contexts:
        form.error("home", "Choose where it holds.")
    _, milliseconds = form.choice("period", PERIODS, PERIODS[""])
    title = form.text("title", most=LONGEST_TITLE) or ", ".join(keywords)[:LONGEST_TITLE]
    terms = Terms(
        title=title,
        contexts=contexts,
        action=form.choice("action", ACTIONS, FilterAction.WARN),
        expires_at=now + milliseconds if milliseconds else None,
    )
    return FilterDraft(terms, keywords, whole_words=form.flag("whole"))
