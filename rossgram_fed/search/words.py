"""Texts as the words that they are found by, and questions as the words that they ask for. Pure.

Words are letters and digits, folded: neither case nor accents make a difference. Scripts that leave no spaces between
words (Han, kana, Thai and its neighbours) are cut into pairs of letters, in texts and in questions alike. What else a
post is found by is a mark among its words: whose it is, and what sort of post.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

MOST_WORDS = 8
"""Of a question; more are left out."""
_MOST_IN_TEXT = 2000
_LONGEST = 40
"""Characters of a word; what is longer is found by its beginning."""
_SHORTEST_BEGINNING = 2
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\u0670]")
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f"
_INDIC = "\u0900-\u0963\u0966-\u0d7f"
"""Scripts of India, whose vowels are marks that Python takes for no part of a word."""
_WORD = re.compile(rf"[{_SPACELESS}]+|(?:[{_INDIC}]|[^\W_{_SPACELESS}])+")
_IS_SPACELESS = re.compile(f"[{_SPACELESS}]")
_OPERATOR = re.compile(r"(has|is|from|language|in):(\S+)", re.IGNORECASE)
MEDIA = "¤media"
"""The mark of posts with photos or videos."""
_MARKS = {
    "has:media": MEDIA,
    "has:poll": "¤poll",
    "is:reply": "¤reply",
    "is:sensitive": "¤sensitive",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for."""

    beginnings: tuple[str, ...] = ()
    """Words that stand for whatever begins with them."""
    whole: tuple[str, ...] = ()
    """Words and marks as they are."""
    author: str = ""
    """A handle; ``me`` for whoever asks."""
    library: bool | None = None
    """Whether it is asked for in what one has to do with alone; None for there and in what is for everybody."""

    @property
    def empty(self) -> bool:
        """Whether nothing is asked for."""
        return not (self.beginnings or self.whole or self.author)

    def marked(self, *marks: str) -> Question:
        """Return the question with marks besides."""
        return Question(self.beginnings, (*self.whole, *marks), self.author, self.library)


def by_author(account_id: int) -> str:
    """Return the mark of the posts of an account."""
    return f"¤by{account_id}"


def in_language(language: str) -> str:
    """Return the mark of posts in a language, whatever its region."""
    return f"¤in{''.join(_WORD.findall(language.casefold().partition('-')[0]))}"


def marks_of(*, author_id: int, language: str, media: bool, poll: bool, reply: bool, sensitive: bool) -> list[str]:
    """Return the marks of a post."""
    told = {"has:media": media, "has:poll": poll, "is:reply": reply, "is:sensitive": sensitive}
    marks = [by_author(author_id), *(_MARKS[name] for name, true in told.items() if true)]
    return [*marks, in_language(language)] if language else marks


def words_in(text: str) -> list[str]:
    """Return the words of a text, each once, in their order."""
    found: dict[str, None] = {}
    for match in _WORD.finditer(folded(text)):
        found.update(dict.fromkeys(_parts(match.group(), whole=True)))
        if len(found) >= _MOST_IN_TEXT:
            break
    return list(found)


def question_from(text: str) -> Question:
    """Return what a text asks for; an operator that there is not is a word like others."""
    marks: list[str] = []
    author, library = "", None
    words = text
    for match in _OPERATOR.finditer(text):
        name, value = match[1].casefold(), match[2].casefold()
        if name == "from":
            author = value
        elif name == "language":
            marks.append(in_language(value))
        elif name == "in" and value in ("library", "public", "all"):
            library = {"library": True, "public": False}.get(value)
        elif f"{name}:{value}" in _MARKS:
            marks.append(_MARKS[f"{name}:{value}"])
        else:
            continue
        words = words.replace(match[0], " ", 1)
    asked = list(_WORD.findall(folded(words)))[:MOST_WORDS]
    parts = list(dict.fromkeys(part for word in asked for part in _parts(word, whole=False)))
    beginnings = [part for part in parts if _begins(part)]
    return Question(tuple(beginnings), (*(part for part in parts if not _begins(part)), *marks), author, library)


def folded(text: str) -> str:
    """Return a text without the differences that search does not make."""
    if text.isascii():
        return text.lower()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFKC", bare.casefold())


def _parts(word: str, *, whole: bool) -> Iterable[str]:
    """Return a word, or the pairs of one in a spaceless script; its last letter ``whole`` alone, to begin with."""
    if not _IS_SPACELESS.match(word):
        return (word[:_LONGEST],)
    pairs = [word[place : place + 2] for place in range(len(word) - 1)]
    return [*pairs, word[-1]] if whole or not pairs else pairs


def _begins(part: str) -> bool:
    """Say whether a word of a question stands for whatever begins with it: one letter of an alphabet would for most."""
    spaceless = bool(_IS_SPACELESS.match(part))
    return len(part) == 1 if spaceless else len(part) >= _SHORTEST_BEGINNING
