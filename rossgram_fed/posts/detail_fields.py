"""What the fields of ``templates/posts/_details.html`` show besides what was typed: facts, cities, and defaults."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rossgram_fed.accounts.photo_preferences import photo_preferences_of
from rossgram_fed.database import Reader
from rossgram_fed.database.engine import placeholders
from rossgram_fed.ids import read_id
from rossgram_fed.licences import CHOICES, Licence, licence_of
from rossgram_fed.media.facts import facts_of
from rossgram_fed.places.gazetteer import City, gazetteer
from rossgram_fed.posts.exif import lines_of
from rossgram_fed.posts.photo_views import PhotoView
from rossgram_fed.posts.placing import proposed
from rossgram_fed.web.forms import Form
from rossgram_fed.web.sessions import Viewer

FIND, SUGGEST = "find-place", "suggest-place"
"""The buttons that send the form for places."""
ALIKE = "alike"
"""The button that gives all photos what the first one has."""


@dataclass(frozen=True, slots=True)
class PhotoFields:
    """What the fields of one photo begin with."""

    lines: tuple[tuple[str, str], ...]
    """How it was taken, as it would be shown; empty when the file said nothing."""
    shows_exif: bool
    licence: str
    licences: tuple[Licence, ...]
    """What can be chosen, with what stands there already."""


@dataclass(frozen=True, slots=True)
class DetailFields:
    """What all fields show."""

    photos: Mapping[int, PhotoFields]
    cities: tuple[City, ...]
    """What can be chosen: the chosen one first."""
    asked: bool
    """Whether cities were looked for just now."""
    can_suggest: bool
    """Whether a file says where it was taken."""


async def detail_fields(reader: Reader, viewer: Viewer, form: Form, photos: Sequence[PhotoView]) -> DetailFields:
    """Read what the fields need for a form that is about to be shown; nothing of it is kept."""
    ids = [photo.id for photo in photos]
    asked = _asked(form) is not None
    rows = await reader.fetch(
        "SELECT id, exif, licence, taken_near FROM photos WHERE account_id = $1 "
        f"AND id IN ({placeholders(max(len(ids), 1), 2)})",
        viewer.account_id,
        *(ids or [0]),
    )
    chosen = await photo_preferences_of(reader, user_id=viewer.user_id)
    sent = set(form.values.getall("photo", ())) | {name[5:] for name in form.values if name.startswith("exif-")}
    fields = {}
    for row in rows:
        key = str(row["id"])
        begun = key in sent or f"licence-{key}" in form.values
        licence = form.value(f"licence-{key}") if begun else row["licence"] or chosen.licence
        extra = licence_of(licence)
        fields[row["id"]] = PhotoFields(
            lines=lines_of(facts_of(row["exif"])),
            shows_exif=form.flag(f"exif-{key}") if begun else chosen.shows_exif,
            licence=licence,
            licences=CHOICES if extra is None or extra in CHOICES else (*CHOICES, extra),
        )
    return DetailFields(
        photos=fields,
        cities=await _cities(reader, viewer, form, ids),
        asked=asked,
        can_suggest=any(row["taken_near"] for row in rows),
    )


def check_city(form: Form) -> None:
    """Ask which city is meant where a name was typed and none chosen: it would be left out without a word."""
    if form.value("place-name").strip() and "place" not in form.values:
        form.error("place-name", "Choose the city that you mean, or leave this empty.")


def _asked(form: Form) -> str | None:
    """Return what asks for cities: one of the buttons, or a name that was typed and not looked for."""
    verb = form.value("do")
    return FIND if "place-name" in form.errors else verb if verb in (FIND, SUGGEST) else None


async def _cities(reader: Reader, viewer: Viewer, form: Form, ids: Sequence[int]) -> tuple[City, ...]:
    """Return the chosen city, and those that were asked for; no file is read for who asks for none."""
    number, asked = read_id(form.value("place")) or 0, _asked(form)
    if not number and asked is None:
        return ()
    known = await gazetteer()
    chosen = known.city(number)
    found = known.search(form.value("place-name")) if asked == FIND else ()
    if asked == SUGGEST:
        found = await proposed(reader, ids, account_id=viewer.account_id)
    return tuple(dict.fromkeys(city for city in (chosen, *found) if city is not None))
