"""The licences a photo can be under: those people choose from, and how files, servers and our rows write them.

A row keeps a short name: ``cc-by-sa`` for the version of today, ``cc-by-sa-3.0`` or ``cc-by-sa-3.0-de`` for another
that a file or a server named, ``all-rights-reserved``, ``cc0``, ``public-domain``; nothing when nobody said anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

VERSION = "4.0"
LONGEST = 40
"""Characters of a name, as the column ``Photo.licence`` keeps it."""
_READ = 500

_KIND = r"by(?:-nc)?(?:-nd|-sa)?"
_NAME = re.compile(rf"cc-({_KIND})(?:-(\d\.\d)(?:-([a-z]{{2,6}}))?)?")
_ADDRESS = re.compile(
    rf"creativecommons\.org/(?:licenses/({_KIND})/(\d\.\d)(?:/([a-z]{{2,6}})(?:[/?#\s]|$))?|publicdomain/(zero|mark))",
    re.I,
)
_TITLE = re.compile(rf"\bCC[ -]?({_KIND.replace('-', '[ -]')})\b(?:[ -]v?(\d\.\d)\b)?", re.I)
_ZERO = re.compile(r"\bCC[ -]?0\b|\bCC[ -]Zero\b", re.I)
_RESERVED = re.compile(r"all rights reserved", re.I)
_PUBLIC = re.compile(r"public domain(?: work)?", re.I)


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence as pages show it and documents name it."""

    name: str
    """As rows keep it."""
    title: str
    """As Pixelfed writes and reads it, with the version where it is another than today's."""
    meaning: str = ""
    """In a few words, for those who choose."""
    url: str = ""


def _creative(kind: str, version: str = VERSION, port: str = "", meaning: str = "") -> Licence:
    told = "" if version == VERSION and not port else f"-{version}{f'-{port}' if port else ''}"
    title = f"CC {kind.upper()}{f' {version}' if told else ''}{f' {port.upper()}' if port else ''}"
    url = f"https://creativecommons.org/licenses/{kind}/{version}/{f'{port}/' if port else ''}"
    return Licence(f"cc-{kind}{told}", title, meaning, url)


ALL_RIGHTS_RESERVED = Licence("all-rights-reserved", "All Rights Reserved", "others ask before they use it")
CC0 = Licence(
    "cc0", "Public Domain (CC0)", "you give up all rights", "https://creativecommons.org/publicdomain/zero/1.0/"
)
PUBLIC_DOMAIN = Licence(
    "public-domain", "Public Domain", "nobody has rights in it", "https://creativecommons.org/publicdomain/mark/1.0/"
)
CHOICES = (
    ALL_RIGHTS_RESERVED,
    _creative("by", meaning="others may use it and name you"),
    _creative("by-sa", meaning="the same, and share what they make of it alike"),
    _creative("by-nc", meaning="not to earn money"),
    _creative("by-nc-sa", meaning="not to earn money, and share alike"),
    _creative("by-nd", meaning="unchanged"),
    _creative("by-nc-nd", meaning="unchanged, and not to earn money"),
    CC0,
    PUBLIC_DOMAIN,
)
"""What people choose from."""
_CHOICES = {one.name: one for one in CHOICES}


def licence_of(name: str) -> Licence | None:
    """Return the licence that a row names, or None."""
    if name in _CHOICES:
        return _CHOICES[name]
    found = _NAME.fullmatch(name) if name else None
    return _creative(found[1], found[2] or VERSION, found[3] or "") if found else None


def licence_from(text: str) -> Licence | None:
    """Read what a file or a server says, an address or a title; None for what is no licence we know.

    An address counts more than words. Two different licences in one text are none.
    """
    text = text[:_READ]
    if addressed := {_addressed(found) for found in _ADDRESS.finditer(text)}:
        return addressed.pop() if len(addressed) == 1 else None
    return _titled(text)


def _addressed(found: re.Match[str]) -> Licence:
    if found[4]:
        return CC0 if found[4].lower() == "zero" else PUBLIC_DOMAIN
    port = (found[3] or "").lower()
    return _creative(found[1].lower(), found[2], "" if port in ("deed", "legalcode", "legal") else port)


def _titled(text: str) -> Licence | None:
    if _ZERO.search(text):
        return CC0
    titles = {_creative(found[1].lower().replace(" ", "-"), found[2] or VERSION) for found in _TITLE.finditer(text)}
    if titles:
        return titles.pop() if len(titles) == 1 else None
    if _RESERVED.search(text):
        return ALL_RIGHTS_RESERVED
    return PUBLIC_DOMAIN if _PUBLIC.fullmatch(text.strip()) else None
