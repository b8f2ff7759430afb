"""One spelling for the names of places: without case, accents and signs, so that ``Zürich`` is found by ``zurich``."""

from __future__ import annotations

import unicodedata

LONGEST = 100
"""Characters of a name that count."""

_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
"""Letters that are no others with an accent."""


def fold(name: str) -> str:
    """Return a name as it is looked for; empty when there is no letter or digit in it."""
    parted = unicodedata.normalize("NFKD", name[:LONGEST].casefold()).translate(_LETTERS)
    kept = (letter if letter.isalnum() else " " for letter in parted if letter not in "'’ʼʻ" and not _is_mark(letter))
    return " ".join("".join(kept).split())


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter) == "Mn"
