"""What the page of a post tells besides words and photos: where, with whom, how, and under which licence."""

from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.cards import AccountCard
from rossgram_fed.database import Reader
from rossgram_fed.licences import Licence, licence_of
from rossgram_fed.media.facts import facts_of
from rossgram_fed.posts.exif import lines_of
from rossgram_fed.posts.people import people_in
from rossgram_fed.posts.views import PostView


@dataclass(frozen=True, slots=True)
class ToldPhoto:
    """What is told of one photo."""

    number: int
    """Its place, counted from 1."""
    lines: tuple[tuple[str, str], ...]
    licence: Licence | None


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a post."""

    photos: tuple[ToldPhoto, ...] = ()
    """Those of which something is told."""
    licence: Licence | None = None
    """The one licence of all photos; where they differ, each has its own."""
    place: str = ""
    place_id: int | None = None
    people: tuple[AccountCard, ...] = ()
    named: bool = False
    """Whether the viewer is among them."""


async def told_of(reader: Reader, post: PostView, *, viewer_id: int | None) -> Told:
    """Return what is told of a post that the viewer may see; nothing is read for one without photos."""
    if not post.photos:
        return Told()
    rows = await reader.fetch(
        "SELECT p.place_id, p.place_name, p.place_country, h.shows_exif, h.exif, h.licence FROM posts p "
        "JOIN photos h ON h.post_id = p.id WHERE p.id = $1 ORDER BY h.position, h.id",
        post.id,
    )
    if not rows:
        return Told()
    licences = {row["licence"] for row in rows}
    shared = licence_of(licences.pop()) if len(licences) == 1 else None
    photos = (
        ToldPhoto(
            number,
            lines=lines_of(facts_of(row["exif"])) if row["shows_exif"] else (),
            licence=None if shared else licence_of(row["licence"]),
        )
        for number, row in enumerate(rows, 1)
    )
    people = await people_in(reader, post.id, viewer_id=viewer_id)
    place = ", ".join(part for part in (rows[0]["place_name"], rows[0]["place_country"]) if part)
    return Told(
        photos=tuple(photo for photo in photos if photo.lines or photo.licence),
        licence=shared,
        place=place,
        place_id=rows[0]["place_id"],
        people=people,
        named=any(person.id == viewer_id for person in people),
    )
