"""The photos of other servers' posts as rows: where they are and what is said of them; fetched when somebody looks."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Sequence

from activitypub.objects import Attachment, Note
from activitypub.origin import is_http_url
from rossgram_fed.federation.addresses import LONGEST_URI
from rossgram_fed.federation.remote_videos import NO_VIDEOS, NOT_PLAYED, too_large
from rossgram_fed.instance import Change
from rossgram_fed.licences import licence_from
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.posts import store
from rossgram_fed.posts.exif import facts_told
from rossgram_fed.posts.store import NewPost

DESCRIPTION_CHARACTERS = 10_000
SEEN = frozenset({"image", "video"})
"""Kinds of attachments that there is something to see of; sounds are links."""
_PLAYABLE = frozenset({"video/mp4", "video/quicktime", "video/webm", "video/x-m4v"})
"""What a video may be called that is worth looking at; its bytes say whether it is."""


def shown_of(change: Change, note: Note) -> Sequence[Attachment]:
    """Return the attachments that are kept: those behind addresses we may open, as many as a post may have."""
    allow_http = change.settings.development.allow_http_and_private_networks
    usable = (one for one in note.attachments if len(one.url) <= LONGEST_URI and is_http_url(one.url, allow_http))
    return list(usable)[: change.settings.limits.photos_per_post]


async def add_photos(change: Change, post: NewPost, shown: Sequence[Attachment], *, sensitive: bool) -> None:
    """Insert the photos of a post that was just stored."""
    if shown:
        await _insert_photos(change, post.id, post.account_id, list(enumerate(shown)), sensitive=sensitive)


async def _insert_photos(
    change: Change, post_id: int, account_id: int, placed: Sequence[tuple[int, Attachment]], *, sensitive: bool
) -> None:
    """Insert attachments with their positions, all in one statement."""
    columns = 18
    tuples = ", ".join(
        f"({', '.join(f'${4 + number * columns + offset}' for offset in range(columns))}, $1, $2, "
        f"{int(PhotoState.REMOTE)}, '', '{{}}', $3)"
        for number in range(len(placed))
    )
    values = [value for position, one in placed for value in _photo_values(change, position, one, sensitive)]
    await change.tx.execute(
        "INSERT INTO photos (id, position, kind, description, media_type, remote_url, width, height, blurhash, "
        "focal_x, focal_y, sensitive, exif, shows_exif, licence, still_url, duration, problem, account_id, post_id, "
        f"state, placeholder, renditions, created_at) VALUES {tuples}",
        account_id,
        post_id,
        change.now,
        *values,
    )


def _photo_values(change: Change, position: int, one: Attachment, sensitive: bool) -> tuple[object, ...]:
    return (
        change.new_id(),
        position,
        one.kind[:16],
        one.description[:DESCRIPTION_CHARACTERS],
        one.media_type if len(one.media_type) <= 64 else "",
        one.url,
        one.width,
        one.height,
        one.blurhash,
        *one.focal_point,
        one.sensitive or sensitive,
        *_told(one),
        *_moving(change, one),
    )


def _moving(change: Change, one: Attachment) -> tuple[str, int | None, str]:
    """Return where a video's still is, how long it is, and why it cannot be played here, as far as that is said."""
    if one.kind == "image":
        return "", None, ""
    allow_http = change.settings.development.allow_http_and_private_networks
    usable = one.kind == "video" and len(one.icon) <= LONGEST_URI and is_http_url(one.icon, allow_http)
    problem = _problem(one, most=change.settings.limits.remote_video_megabytes) if one.kind == "video" else ""
    return one.icon if usable else "", one.duration, problem


def _problem(one: Attachment, *, most: int) -> str:
    if not most:
        return NO_VIDEOS
    if one.size is not None and one.size > most << 20:
        return too_large(most)
    return "" if one.media_type in _PLAYABLE or not one.media_type else NOT_PLAYED


def _told(one: Attachment) -> tuple[str, bool, str]:
    """Return how a photo was taken, whether that is told, and its licence; what is beyond our bounds is left out."""
    facts, licence = facts_told(one.exif), licence_from(one.licence) if one.licence else None
    return facts.as_json() if facts else "{}", facts is not None, licence.name if licence else ""


async def replace_photos(
    change: Change, post_id: int, account_id: int, shown: Sequence[Attachment], *, sensitive: bool
) -> None:
    """Keep the rows of photos whose address stayed, since their files may be cached; add and remove the rest."""
    rows = await change.tx.fetch("SELECT id, remote_url FROM photos WHERE post_id = $1", post_id)
    known = {row["remote_url"]: row["id"] for row in rows}
    kept = {one.url for one in shown} & known.keys()
    await store.remove_photos(change, [row["id"] for row in rows if row["remote_url"] not in kept])
    fresh: list[tuple[int, Attachment]] = []
    for position, one in enumerate(shown):
        if one.url not in kept:
            fresh.append((position, one))
            continue
        await change.tx.execute(
            "UPDATE photos SET position = $1, description = $2, focal_x = $3, focal_y = $4, sensitive = $5, "
            "exif = $6, shows_exif = $7, licence = $8, still_url = $9, "
            "duration = COALESCE($10, duration) WHERE id = $11",
            position,
            one.description[:DESCRIPTION_CHARACTERS],
            *one.focal_point,
            one.sensitive or sensitive,
            *_told(one),
            *_moving(change, one)[:2],
            known[one.url],
        )
    if fresh:
        await _insert_photos(change, post_id, account_id, fresh, sensitive=sensitive)
