"""Why something could not be delivered, in words for people.

What is kept of a failure is one line: a sentence of ours, sometimes with what a stranger's server or the network said
in it. Nothing of that is trusted: it is cut, and letters that cannot be seen or turn the text around are taken out.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 300

_ANSWERED = re.compile(r" answered ([1-5][0-9]{2})\.$")
_UNREACHABLE = " cannot be reached: "
_UNSEEN = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")

_ANSWERS = {
    400: "It could not read what we sent.",
    401: "It did not accept our signature.",
    403: "It does not take anything from us.",
    404: "It knows no such inbox.",
    405: "It takes nothing at that address.",
    406: "It could not read what we sent.",
    408: "It found us too slow.",
    410: "The people who followed there are gone.",
    413: "This is too large for it.",
    415: "It could not read what we sent.",
    422: "It could not make sense of what we sent.",
    429: "It asked us to slow down.",
    501: "It does not know how to take this.",
}


def in_words(error: str) -> str:
    """Return what an error means, or its own words where they say it well enough; empty for no error."""
    answered = _ANSWERED.search(error)
    if answered is None:
        return "It cannot be reached." if _UNREACHABLE in error else printable(error)
    status = int(answered[1])
    return _ANSWERS.get(status) or ("It has trouble of its own." if status >= 500 else "It refused.")


def details_of(error: str) -> str:
    """Return what ``in_words`` leaves out of an error, for those who want to know; empty when that is nothing."""
    answered = _ANSWERED.search(error)
    if answered is not None:
        return f"answer {answered[1]}"
    return printable(error.partition(_UNREACHABLE)[2].removesuffix("."))


def printable(text: str, longest: int = LONGEST) -> str:
    """Return text on one line without letters that are not seen, at most ``longest`` characters of it."""
    shown = "".join(" " if letter.isspace() else letter for letter in text[: longest * 4])
    shown = " ".join("".join(letter for letter in shown if unicodedata.category(letter) not in _UNSEEN).split())
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
