"""What somebody wants to ask, as a frozen value, and the limits it must keep.

The limits are Mastodon's or wider, so that whatever is asked here can be answered from there.
"""

from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.web.errors import Invalid
from rossgram_fed.web.forms import clean_text

LEAST_OPTIONS, MOST_OPTIONS = 2, 8
OPTION_CHARACTERS = 100
LEAST_SECONDS, MOST_SECONDS = 300, 2_629_746
"""Five minutes, and the twelfth part of a year."""


@dataclass(frozen=True, slots=True)
class PollDraft:
    """A question's answers; the question itself is the post's caption."""

    options: tuple[str, ...]
    seconds: int
    """How long it stays open, from the moment of its publication or its edit."""
    multiple: bool = False
    hides_totals: bool = False
    """Whether numbers are shown only once it is over."""


def checked(draft: PollDraft) -> PollDraft:
    """Return a poll with its texts cleaned; raise ``Invalid`` for what breaks a limit."""
    options = tuple(clean_text(option) for option in draft.options)
    if not (LEAST_OPTIONS <= len(options) <= MOST_OPTIONS):
        raise Invalid(f"A poll has from {LEAST_OPTIONS} to {MOST_OPTIONS} answers to choose from.")
    if not all(options) or max(map(len, options)) > OPTION_CHARACTERS:
        raise Invalid(f"Each answer of a poll has from 1 to {OPTION_CHARACTERS} characters.")
    if len({option.casefold() for option in options}) < len(options):
        raise Invalid("An answer of this poll is there twice.")
    if not (LEAST_SECONDS <= draft.seconds <= MOST_SECONDS):
        raise Invalid("A poll stays open for five minutes at least and for a month at most.")
    return PollDraft(options, draft.seconds, multiple=draft.multiple, hides_totals=draft.hides_totals)
