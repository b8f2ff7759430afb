"""What a post tells besides its words: which photo stands for it, and whatever else an author may add to it.

The rule: composer, edits and history carry one ``PostDetails`` and ask nothing of what is in it. A new detail is a
field of it, a field of ``templates/posts/_details.html``, and a line in each function here. Fields of single photos
end in the photo's id (``licence-17``). Drafts keep forms as they were typed, so that they need to know none of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rossgram_fed.database import Reader
from rossgram_fed.ids import read_id
from rossgram_fed.instance import Change
from rossgram_fed.licences import CHOICES, licence_of
from rossgram_fed.media.facts import facts_of
from rossgram_fed.posts.exif import in_one_line
from rossgram_fed.posts.people import handles_in, name_people, people_in
from rossgram_fed.posts.placing import keep_city
from rossgram_fed.web.forms import Form

PEOPLE_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class PhotoDetails:
    """What is told of one photo."""

    id: int
    shows_exif: bool = False
    """Whether others are told how it was taken."""
    licence: str = ""
    """As ``rossgram_fed.licences`` names it."""


@dataclass(frozen=True, slots=True)
class PostDetails:
    """The details of one post."""

    cover: int = 0
    """The photo that stands for the post in grids; 0 for the first."""
    photos: tuple[PhotoDetails, ...] = ()
    """Those that are not named here are left as they are."""
    place: int = 0
    """The number of a city; 0 for none."""
    place_name: str = ""
    """How the city is shown; only read, never written."""
    coordinates: bool = False
    """Whether others get the coordinates of the city."""
    people: tuple[str, ...] = ()
    """Handles of those who are in the photos."""
    cameras: tuple[str, ...] = ()
    """How those photos were taken that tell it, as lines; only read, never written."""

    @property
    def named(self) -> str:
        """The people as a text that mentions them, for whoever looks up strangers."""
        return " ".join(f"@{handle}" for handle in self.people)

    @property
    def as_typed(self) -> dict[str, str]:
        """What the edit form starts with."""
        typed = {f"exif-{photo.id}": "1" for photo in self.photos if photo.shows_exif}
        typed |= {f"licence-{photo.id}": photo.licence for photo in self.photos}
        if self.cover:
            typed["cover"] = str(self.cover)
        if self.place:
            typed |= {"place": str(self.place)} | ({"coordinates": "1"} if self.coordinates else {})
        return typed | ({"people": self.named} if self.people else {})

    @property
    def told(self) -> dict[str, str]:
        """What history keeps and shows of them, as words by their names; how a post is arranged is no part of it."""
        titles = (licence_of(photo.licence) for photo in self.photos)
        told = {
            "Place": self.place_name,
            "Licence": ", ".join(dict.fromkeys(one.title for one in titles if one)),
            "Camera and settings": "; ".join(self.cameras),
        }
        return {name: value for name, value in told.items() if value}


def details_from(form: Form, photo_ids: Collection[int]) -> PostDetails:
    """Read the fields of ``_details.html``; ``photo_ids`` are the photos of the form in their order."""
    cover = read_id(form.value("cover")) or 0
    licences = {"": ""} | {one.name: one.name for one in CHOICES}
    return PostDetails(
        cover=cover if cover in photo_ids else 0,
        photos=tuple(
            PhotoDetails(
                photo_id,
                shows_exif=form.flag(f"exif-{photo_id}"),
                licence=_licence(form.value(f"licence-{photo_id}")) or form.choice(f"licence-{photo_id}", licences, ""),
            )
            for photo_id in photo_ids
        ),
        place=read_id(form.value("place")) or 0,
        coordinates=form.flag("coordinates"),
        people=handles_in(form.text("people", most=PEOPLE_CHARACTERS)),
    )


def same_for_all(form: Form, photo_ids: Sequence[int]) -> None:
    """Give all photos of a form what is chosen for the first: whether its camera is shown, and its licence."""
    for name in ("exif", "licence"):
        chosen = form.values.get(f"{name}-{photo_ids[0]}") if photo_ids else None
        for photo_id in photo_ids[1:]:
            form.values.popall(f"{name}-{photo_id}", None)
            if chosen is not None:
                form.values[f"{name}-{photo_id}"] = chosen


def _licence(name: str) -> str:
    """Return a licence that is no choice but stands in a file, like one of an older version; else nothing."""
    return name if licence_of(name) else ""


async def details_of(reader: Reader, post_id: int) -> PostDetails:
    """Read the details of a post."""
    post = await reader.fetch_one(
        "SELECT cover, place_id, place_name, place_country, latitude FROM posts WHERE id = $1", post_id
    )
    if post is None:
        return PostDetails()
    photos = await reader.fetch(
        "SELECT id, position, shows_exif, exif, licence FROM photos WHERE post_id = $1 ORDER BY position, id", post_id
    )
    return PostDetails(
        cover=next((row["id"] for row in photos if row["position"] == post["cover"] > 0), 0),
        photos=tuple(PhotoDetails(row["id"], bool(row["shows_exif"]), row["licence"]) for row in photos),
        place=post["place_id"] or 0,
        place_name=", ".join(part for part in (post["place_name"], post["place_country"]) if part),
        coordinates=post["latitude"] is not None,
        cameras=tuple(words for row in photos if row["shows_exif"] and (words := in_one_line(facts_of(row["exif"])))),
        people=tuple(card.handle.removeprefix("@") for card in await people_in(reader, post_id)),
    )


async def keep_details(change: Change, details: PostDetails, *, post_id: int) -> None:
    """Write the details of a post whose photos are in their places.

    Raises ``Invalid`` for a place or people that cannot be named.
    """
    await change.tx.execute(
        "UPDATE posts SET cover = COALESCE((SELECT h.position FROM photos h WHERE h.id = $1 AND h.post_id = $2), 0) "
        "WHERE id = $2",
        details.cover,
        post_id,
    )
    for photo in details.photos:
        await change.tx.execute(
            "UPDATE photos SET shows_exif = $1, licence = $2 WHERE id = $3 AND post_id = $4",
            photo.shows_exif,
            photo.licence,
            photo.id,
            post_id,
        )
    await keep_city(change, details.place, post_id=post_id, coordinates=details.coordinates)
    await name_people(change, details.people, post_id=post_id)
