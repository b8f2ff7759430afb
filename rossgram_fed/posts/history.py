"""What a post said before: kept with every edit, of posts from here and from elsewhere, and shown to whoever sees it.

Photos that are still part of the post are shown as they were placed and described then. A photo that its author took
out is gone from here as from everywhere, for that is why photos are taken out; the history says how many there were.
Who took their name back is named in no version.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import orjson

from rossgram_fed.cards import AccountCard
from rossgram_fed.database import Reader, Row
from rossgram_fed.instance import Change
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts.details import details_of
from rossgram_fed.posts.people import people_ever_in, people_in
from rossgram_fed.posts.photo_views import PhotoView
from rossgram_fed.posts.views import PostView

MOST_KEPT = 50
"""Versions of one post; the oldest but the first one go."""

_PARTS = ("html", "warning", "sensitive", "visibility", "photos", "told", "people", "answers")


@dataclass(frozen=True, slots=True)
class Said:
    """What a post says at one time."""

    html: str
    warning: str
    sensitive: bool
    visibility: int
    photos: tuple[tuple[int, str], ...]
    """Ids and descriptions, in their order."""
    told: Mapping[str, str]
    since: int
    """When it began to say so (milliseconds since 1970 UTC)."""
    people: tuple[int, ...] = ()
    """Accounts that were named as being in the photos."""
    answers: tuple[str, ...] = ()
    """What its poll gives to choose from."""

    @property
    def as_text(self) -> str:
        """The column ``PostEdit.said``."""
        return orjson.dumps({part: getattr(self, part) for part in _PARTS}).decode()


@dataclass(frozen=True, slots=True)
class Version:
    """A post as it was, for the page of its history."""

    content_html: str
    """Sanitised HTML."""
    warning: str
    sensitive: bool
    visibility: Visibility
    photos: tuple[PhotoView, ...]
    removed: int
    """Photos of then that are gone."""
    told: Mapping[str, str]
    people: tuple[AccountCard, ...]
    """Who was named as being in the photos, and never took that back."""
    answers: tuple[str, ...]
    """What its poll gave to choose from; none without a poll."""
    since: int
    until: int | None
    """None for what it says now."""


async def said_by(reader: Reader, post_id: int) -> Said | None:
    """Return what a post says now."""
    row = await reader.fetch_one(
        "SELECT content_html, warning, sensitive, visibility, archived_from, published_at, edited_at FROM posts "
        "WHERE id = $1",
        post_id,
    )
    if row is None:
        return None
    photos = await reader.fetch("SELECT id, description FROM photos WHERE post_id = $1 ORDER BY position, id", post_id)
    answers = await reader.fetch(
        "SELECT o.title FROM poll_options o JOIN polls po ON po.id = o.poll_id WHERE po.post_id = $1 "
        "ORDER BY o.position",
        post_id,
    )
    return Said(
        html=row["content_html"],
        warning=row["warning"],
        sensitive=bool(row["sensitive"]),
        visibility=row["visibility"] if row["archived_from"] is None else row["archived_from"],
        photos=tuple((photo["id"], photo["description"]) for photo in photos),
        told=(await details_of(reader, post_id)).told,
        since=row["edited_at"] or row["published_at"],
        people=tuple(card.id for card in await people_in(reader, post_id)),
        answers=tuple(one["title"] for one in answers),
    )


async def remember(change: Change, before: Said | None, *, post_id: int) -> bool:
    """Keep what a post said before this change, if it says something else now; say whether it does."""
    after = await said_by(change.tx, post_id)
    if before is None or after is None or before.as_text == after.as_text:
        return False
    await change.tx.execute(
        "INSERT INTO post_edits (id, post_id, said, written_at, created_at) VALUES ($1, $2, $3, $4, $5)",
        change.new_id(),
        post_id,
        before.as_text,
        before.since,
        change.now,
    )
    await change.tx.execute(
        "DELETE FROM post_edits WHERE post_id = $1 AND id > (SELECT MIN(f.id) FROM post_edits f WHERE f.post_id = $1) "
        "AND id = (SELECT e.id FROM post_edits e WHERE e.post_id = $1 ORDER BY e.id DESC "
        f"LIMIT 1 OFFSET {MOST_KEPT - 1})",
        post_id,
    )
    return True


async def history_of(reader: Reader, post: PostView, *, viewer_id: int | None = None) -> tuple[Version, ...]:
    """Return what a post says and said, the newest first; the caller has seen to it that the viewer may see it."""
    rows = await reader.fetch(
        f"SELECT said, written_at, created_at FROM post_edits WHERE post_id = $1 ORDER BY id DESC LIMIT {MOST_KEPT}",
        post.id,
    )
    now = await said_by(reader, post.id)
    if now is None:
        return ()
    shown = {photo.id: photo for photo in post.photos}
    before = [_said(row) for row in rows]
    named = {person for said in (now, *before) for person in said.people}
    people = await people_ever_in(reader, post.id, named, viewer_id=viewer_id) if named else {}
    until = [None, *(int(row["created_at"]) for row in rows)]
    return tuple(_version(said, shown, people, until=end) for said, end in zip((now, *before), until, strict=True))


def _said(row: Row) -> Said:
    parts = orjson.loads(row["said"])
    photos = tuple((int(photo_id), str(words)) for photo_id, words in parts.pop("photos"))
    people, answers = tuple(parts.pop("people", ())), tuple(parts.pop("answers", ()))
    return Said(**parts, photos=photos, people=people, answers=answers, since=row["written_at"])


def _version(
    said: Said, shown: Mapping[int, PhotoView], people: Mapping[int, AccountCard], *, until: int | None
) -> Version:
    photos = tuple(replace(shown[photo_id], description=words) for photo_id, words in said.photos if photo_id in shown)
    return Version(
        content_html=said.html,
        warning=said.warning,
        sensitive=said.sensitive,
        visibility=Visibility(said.visibility),
        photos=photos,
        removed=len(said.photos) - len(photos),
        told=said.told,
        people=tuple(people[person] for person in said.people if person in people),
        answers=said.answers,
        since=said.since,
        until=until,
    )
