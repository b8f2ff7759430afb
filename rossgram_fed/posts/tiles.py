"""Grids of photos: what a profile, a tag, explore and the saved ones show of each post, and no more.

A page of tiles is one statement of a dozen columns. Every query carries the rule of ``rossgram_fed.visibility``.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rossgram_fed.database import Reader, Row
from rossgram_fed.ids import LARGEST_ID
from rossgram_fed.models.posts import PhotoState, Visibility
from rossgram_fed.posts.photo_views import length_text
from rossgram_fed.renditions import renditions_from, thumb_path
from rossgram_fed.visibility import listed, not_muted, visible

MOST_PINNED = 5
_COLUMNS = (
    "p.id, p.warning, p.sensitive, p.photo_count, a.username, a.name AS account_name, a.media_refused, "
    "h.id AS photo_id, h.state, h.kind, h.description, h.renditions, h.duration, h.still_url"
)
_TABLES = (
    "JOIN accounts a ON a.id = p.account_id LEFT JOIN photos h ON h.id = "
    "(SELECT x.id FROM photos x WHERE x.post_id = p.id AND x.position >= p.cover ORDER BY x.position, x.id LIMIT 1)"
)
_ON_PROFILE = f"p.photo_count > 0 AND p.in_reply_to_uri = '' AND p.visibility < {int(Visibility.DIRECT)}"
_PUBLIC_PHOTOS = f"p.photo_count > 0 AND p.visibility = {int(Visibility.PUBLIC)}"
_PINNED = (
    f"p.visibility = {int(Visibility.PUBLIC)} AND EXISTS "
    "(SELECT 1 FROM pins n WHERE n.post_id = p.id AND n.account_id = p.account_id)"
)
_STATES = {int(state): state for state in PhotoState}


@dataclass(frozen=True, slots=True)
class Tile:
    """One post of a grid."""

    id: int
    cursor: int
    """What the grid is ordered by: the post's id, or that of its bookmark or pin."""
    author_name: str
    picture: str
    """The path of the tile of its cover; empty when there is none to show."""
    description: str
    warning: str
    sensitive: bool
    photo_count: int
    is_video: bool
    length: str
    """Of a video, as ``1:05``; empty when it is unknown."""

    @property
    def path(self) -> str:
        """The address of the post's page on this server."""
        return f"/p/{self.id}"

    @property
    def covered(self) -> bool:
        """Whether the photo is shown only to those who ask for it."""
        return bool(self.warning) or self.sensitive


async def profile_tiles(
    reader: Reader, account_id: int, *, viewer_id: int | None, before: int | None = None, limit: int = 24
) -> tuple[Tile, ...]:
    """Return an account's own posts with photos that are not pinned, the newest first, from below the id ``before``."""
    asking = _Asking(viewer_id)
    return await _tiles(
        reader,
        asking,
        tables="posts p",
        where=f"p.account_id = {asking.next(account_id)} AND {_ON_PROFILE} AND NOT ({_PINNED})",
        part=_Part("p.id", before, limit),
    )


async def pinned_tiles(reader: Reader, account_id: int, *, viewer_id: int | None) -> tuple[Tile, ...]:
    """Return what an account pinned, the last pinned first."""
    asking = _Asking(viewer_id)
    return await _tiles(
        reader,
        asking,
        tables="pins n JOIN posts p ON p.id = n.post_id",
        where=f"n.account_id = {asking.next(account_id)} AND p.account_id = n.account_id "
        f"AND {_ON_PROFILE} AND {_PUBLIC_PHOTOS}",
        part=_Part("n.id", None, MOST_PINNED),
    )


async def tag_tiles(
    reader: Reader, tag: str, *, viewer_id: int | None, before: int | None = None, limit: int = 24
) -> tuple[Tile, ...]:
    """Return the public posts with photos that carry a folded tag, the newest first."""
    asking = _Asking(viewer_id)
    return await _tiles(
        reader,
        asking,
        tables="tags t JOIN post_tags u ON u.tag_id = t.id JOIN posts p ON p.id = u.post_id",
        where=f"t.name = {asking.next(tag)} AND {_PUBLIC_PHOTOS}{asking.unmuted}{asking.listed}",
        part=_Part("u.post_id", before, limit),
    )


async def place_tiles(
    reader: Reader, place_id: int, *, viewer_id: int | None, before: int | None = None, limit: int = 24
) -> tuple[Tile, ...]:
    """Return the public posts with photos that were at a place, the newest first."""
    asking = _Asking(viewer_id)
    return await _tiles(
        reader,
        asking,
        tables="posts p",
        where=f"p.place_id = {asking.next(place_id)} AND {_PUBLIC_PHOTOS}{asking.unmuted}{asking.listed}",
        part=_Part("p.id", before, limit),
    )


async def tagged_tiles(
    reader: Reader, account_id: int, *, viewer_id: int | None, before: int | None = None, limit: int = 24
) -> tuple[Tile, ...]:
    """Return the posts whose authors say that somebody is in the photos, the newest first."""
    asking = _Asking(viewer_id)
    return await _tiles(
        reader,
        asking,
        tables="people_in_posts n JOIN posts p ON p.id = n.post_id",
        where=f"n.account_id = {asking.next(account_id)} AND n.withdrawn_at IS NULL "
        f"AND {_ON_PROFILE}{asking.unmuted}{asking.listed}",
        part=_Part("n.post_id", before, limit),
    )


async def explore_tiles(
    reader: Reader, *, viewer_id: int | None, everywhere: bool, before: int | None = None, limit: int = 24
) -> tuple[Tile, ...]:
    """Return public posts with photos from here, or from every server we know, the newest first."""
    asking = _Asking(viewer_id)
    origin = "" if everywhere else " AND p.local = TRUE"
    return await _tiles(
        reader,
        asking,
        tables="posts p",
        where=f"{_PUBLIC_PHOTOS} AND p.in_reply_to_uri = ''{origin}{asking.unmuted}{asking.listed}",
        part=_Part("p.id", before, limit),
    )


async def tiles_of(reader: Reader, ids: Sequence[int], *, viewer_id: int | None) -> tuple[Tile, ...]:
    """Return those of some posts that have photos and are not by people whom the viewer muted, the newest first."""
    if not ids:
        return ()
    asking = _Asking(viewer_id)
    places = ", ".join(asking.next(one) for one in ids)
    return await _tiles(
        reader,
        asking,
        tables="posts p",
        where=f"p.id IN ({places}) AND p.photo_count > 0{asking.unmuted}",
        part=_Part("p.id", None, len(ids)),
    )


async def saved_tiles(
    reader: Reader, viewer_id: int, *, before: int | None = None, limit: int = 24
) -> tuple[Tile, ...]:
    """Return what the viewer bookmarked, the last bookmarked first; ``cursor`` is the bookmark's id."""
    asking = _Asking(viewer_id)
    return await _tiles(
        reader,
        asking,
        tables="bookmarks b JOIN posts p ON p.id = b.post_id",
        where=f"b.account_id = {asking.viewer}",
        part=_Part("b.id", before, limit),
    )


async def archived_tiles(
    reader: Reader, viewer_id: int, *, before: int | None = None, limit: int = 24
) -> tuple[Tile, ...]:
    """Return the viewer's own posts that are hidden from everybody else, the newest first."""
    asking = _Asking(viewer_id)
    return await _tiles(
        reader,
        asking,
        tables="posts p",
        where=f"p.account_id = {asking.viewer} AND p.visibility = {int(Visibility.ARCHIVED)} AND p.approval = 0",
        part=_Part("p.id", before, limit),
    )


class _Part(NamedTuple):
    """Which part of a grid is asked for."""

    cursor: str
    """SQL for what it is ordered by."""
    before: int | None
    limit: int


class _Asking:
    """Who asks, and the arguments of their question: the viewer, if somebody is signed in, is always the first."""

    def __init__(self, viewer_id: int | None) -> None:
        self.viewer = None if viewer_id is None else "$1"
        self.arguments: list[object] = [] if viewer_id is None else [viewer_id]

    def next(self, value: object) -> str:
        """Add an argument and return its placeholder."""
        self.arguments.append(value)
        return f"${len(self.arguments)}"

    @property
    def unmuted(self) -> str:
        """Whom the viewer muted stays out of what they did not ask for by name."""
        return "" if self.viewer is None else f" AND {not_muted(self.viewer, 'p.account_id')}"

    @property
    def listed(self) -> str:
        """Who is limited stays out as well, but for those who follow them."""
        return f" AND {listed('a', self.viewer)}"


async def _tiles(reader: Reader, asking: _Asking, *, tables: str, where: str, part: _Part) -> tuple[Tile, ...]:
    """Return a part of the posts in tables, by conditions, as far as the viewer may see them."""
    rows = await reader.fetch(
        f"SELECT {_COLUMNS}, {part.cursor} AS cursor FROM {tables} {_TABLES} "
        f"WHERE {where} AND {part.cursor} < {asking.next(LARGEST_ID if part.before is None else part.before)} "
        f"AND {visible(asking.viewer, author='a')} ORDER BY {part.cursor} DESC LIMIT {int(part.limit)}",
        *asking.arguments,
    )
    return tuple(_tile(row) for row in rows)


def _tile(row: Row) -> Tile:
    return Tile(
        id=row["id"],
        cursor=row["cursor"],
        author_name=row["account_name"].strip() or row["username"],
        picture=_picture(row),
        description=row["description"] or "",
        warning=row["warning"],
        sensitive=bool(row["sensitive"]),
        photo_count=row["photo_count"],
        is_video=row["kind"] == "video",
        length=length_text(row["duration"]),
    )


def _picture(row: Row) -> str:
    if row["photo_id"] is None or row["media_refused"]:
        return ""
    return thumb_path(
        row["photo_id"],
        kind=row["kind"],
        state=_STATES[row["state"]],
        renditions=renditions_from(row["renditions"]),
        still_url=row["still_url"],
    )
