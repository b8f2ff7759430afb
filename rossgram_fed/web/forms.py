"""What people typed, read into plain values, with the errors beside the fields they belong to.

A feature's ``forms.py`` reads a ``Form`` into a frozen draft. When ``form.errors`` is not empty afterwards, the page is
shown again (422) with the form, which still holds everything that was typed, passwords excepted.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, TypeVar
from urllib.parse import urlsplit

from multidict import MultiDict

T = TypeVar("T")

LONGEST_NEXT = 8000
"""What a request's first line may bring; apps send people here with long addresses."""


@dataclass(slots=True)
class Upload:
    """A file somebody sent, kept in a temporary file until the request ends."""

    field: str
    file_name: str
    content_type: str
    """What the browser thinks it is; proves nothing."""
    file: IO[bytes]
    size: int = 0
    too_large: bool = False
    """It was longer than we take; its bytes were thrown away, but for the first few."""
    no_room: bool = False
    """The disk was full; its bytes were thrown away."""

    async def read(self) -> bytes:
        """Return the bytes."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> bytes:
        self.file.seek(0)
        return self.file.read()


@dataclass(slots=True)
class Form:
    """One sent form, or the values a fresh one starts with."""

    values: MultiDict[str] = field(default_factory=MultiDict)
    uploads: list[Upload] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    """Sentences by field name; ``""`` is the form as a whole."""

    @classmethod
    def starting_with(cls, values: Mapping[str, str]) -> Form:
        """Return a form to show for the first time."""
        return cls(MultiDict(values))

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong so far."""
        return not self.errors

    def error(self, name: str, sentence: str) -> None:
        """Note what is wrong with a field; the first thing wrong is the one shown."""
        self.errors.setdefault(name, sentence)

    def value(self, name: str, default: str = "") -> str:
        """Return a field as it was typed, for showing it again."""
        return self.values.get(name, default)

    def text(self, name: str, *, most: int, least: int = 0, lines: bool = False) -> str:
        """Return a field as clean text: NFC, trimmed, no control characters, at most ``most`` characters.

        Line breaks stay when ``lines``, else they become spaces.
        """
        text = clean_text(self.value(name), lines=lines)
        if len(text) > most:
            self.error(name, f"This is {len(text)} characters long; {most} is the most.")
        elif len(text) < least:
            self.error(name, "This is needed." if least == 1 else f"This needs at least {least} characters.")
        return text

    def texts(self, name: str, *, most: int, lines: bool = False) -> list[str]:
        """Return every field of that name in order, cleaned; one that is too long is an error of the whole name."""
        cleaned = [clean_text(value, lines=lines) for value in self.values.getall(name, ())]
        if any(len(text) > most for text in cleaned):
            self.error(name, f"One of these is longer than {most} characters.")
        return cleaned

    def secret(self, name: str) -> str:
        """Return a password exactly as it was typed."""
        return self.value(name)

    def flag(self, name: str) -> bool:
        """Say whether a box is ticked."""
        return name in self.values

    def choice(self, name: str, choices: Mapping[str, T], default: T) -> T:
        """Return what one of several options stands for; ``default`` when none was sent."""
        text = self.value(name)
        if text and text not in choices:
            self.error(name, "Choose one of the options.")
        return choices.get(text, default)

    def files(self, name: str) -> Sequence[Upload]:
        """Return the files sent under a name, in order; an empty file input sends none."""
        return [upload for upload in self.uploads if upload.field == name]


def clean_text(text: str, *, lines: bool = False) -> str:
    """Return text in NFC without control characters, trimmed; line breaks as ``\\n`` or, unless ``lines``, spaces."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    if not lines:
        text = text.replace("\n", " ").replace("\t", " ")
    kept = "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cs"))
    return kept.strip()


def safe_next(text: str, default: str = "/") -> str:
    """Return where to go after a form, if that is an address on this server, else ``default``.

    Browsers read ``//host``, ``/\\host`` and addresses with control characters in them as other hosts.
    """
    if not text.startswith("/") or text[1:2] in ("/", "\\") or len(text) > LONGEST_NEXT:
        return default
    if "\\" in text or any(ord(letter) < 0x21 or ord(letter) == 0x7F for letter in text):
        return default
    try:
        text.encode()  # headers bring bytes that are no text as lone surrogates, which no address can carry on
        parts = urlsplit(text)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else text
