"""Rows into entities: accounts by their ids, and posts by theirs with everything that hangs on them.

Ids that the viewer may not see bring nothing (``rossgram_fed.visibility``). However many posts there are, the number of
statements is the same.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rossgram_fed.api.entities.accounts import ACCOUNT_COLUMNS, Account, account_from
from rossgram_fed.api.entities.media import media_from
from rossgram_fed.api.entities.statuses import UNSET, Application, Mention, Place, Status, Tag
from rossgram_fed.api.entities.words import VISIBILITIES, instant
from rossgram_fed.config import Settings
from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.federation.addresses import tag_url
from rossgram_fed.models.accounts import Policy
from rossgram_fed.posts.photo_views import PhotoView
from rossgram_fed.posts.queries import photos_of
from rossgram_fed.visibility import visible

_COLUMNS = (
    "p.id, p.uri, p.url, p.local, p.visibility, p.content_html, p.warning, p.sensitive, p.language, p.in_reply_to_id, "
    "(SELECT r.account_id FROM posts r WHERE r.id = p.in_reply_to_id) AS answered_id, p.likes_count, p.boosts_count, "
    "p.replies_count, p.published_at, p.edited_at, p.comment_policy, p.place_id, p.place_name, p.place_country, "
    "p.app_id, ap.name AS app_name, ap.website AS app_website"
)


async def accounts_by_ids(reader: Reader, settings: Settings, ids: Iterable[int]) -> dict[int, Account]:
    """Return accounts by their ids; those that were deleted are missing."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = await reader.fetch(
        f"SELECT {ACCOUNT_COLUMNS} FROM accounts a WHERE a.id IN ({placeholders(len(wanted))}) "
        "AND a.deleted_at IS NULL",
        *wanted,
    )
    return {row["account_id"]: account_from(row, settings) for row in rows}


async def statuses_by_ids(
    reader: Reader, settings: Settings, ids: Sequence[int], *, viewer_id: int | None
) -> dict[int, Status]:
    """Return those of the posts that the viewer may see."""
    if not ids:
        return {}
    viewer, known = ("$1", [viewer_id]) if viewer_id is not None else (None, [])
    rows = await reader.fetch(
        f"SELECT {_COLUMNS}, {ACCOUNT_COLUMNS}, {_flags(viewer)} FROM posts p JOIN accounts a ON a.id = p.account_id "
        f"LEFT JOIN apps ap ON ap.id = p.app_id WHERE p.id IN ({placeholders(len(ids), len(known) + 1)}) "
        f"AND {visible(viewer, author='a')}",
        *known,
        *ids,
    )
    found = [row["id"] for row in rows]
    photos = await photos_of(reader, found)
    mentions, tags = await _mentions_of(reader, found), await _tags_of(reader, settings, found)
    return {
        row["id"]: _status(
            row,
            settings,
            photos=photos[row["id"]],
            mentions=mentions[row["id"]],
            tags=tags[row["id"]],
            viewer_id=viewer_id,
        )
        for row in rows
    }


def _flags(viewer: str | None) -> str:
    if viewer is None:
        return "0 AS liked, 0 AS boosted, 0 AS bookmarked, 0 AS pinned, 0 AS muted"
    flags = (("likes", "liked"), ("boosts", "boosted"), ("bookmarks", "bookmarked"), ("pins", "pinned"))
    wanted = [
        f"EXISTS (SELECT 1 FROM {table} x WHERE x.account_id = {viewer} AND x.post_id = p.id) AS {flag}"
        for table, flag in flags
    ]
    muted = f"EXISTS (SELECT 1 FROM thread_mutes m WHERE m.account_id = {viewer} AND m.thread_id = p.thread_id)"
    return ", ".join([*wanted, f"{muted} AS muted"])


async def _mentions_of(reader: Reader, post_ids: Sequence[int]) -> Mapping[int, list[Mention]]:
    mentions: defaultdict[int, list[Mention]] = defaultdict(list)
    if post_ids:
        rows = await reader.fetch(
            "SELECT m.post_id, a.id, a.username, a.domain, a.url, a.uri FROM mentions m "
            f"JOIN accounts a ON a.id = m.account_id WHERE m.post_id IN ({placeholders(len(post_ids))}) ORDER BY m.id",
            *post_ids,
        )
        for row in rows:
            acct = f"{row['username']}@{row['domain']}" if row["domain"] else row["username"]
            mentions[row["post_id"]].append(Mention(str(row["id"]), row["username"], acct, row["url"] or row["uri"]))
    return mentions


async def _tags_of(reader: Reader, settings: Settings, post_ids: Sequence[int]) -> Mapping[int, list[Tag]]:
    tags: defaultdict[int, list[Tag]] = defaultdict(list)
    if post_ids:
        rows = await reader.fetch(
            "SELECT pt.post_id, t.name FROM post_tags pt JOIN tags t ON t.id = pt.tag_id "
            f"WHERE pt.post_id IN ({placeholders(len(post_ids))}) ORDER BY pt.id",
            *post_ids,
        )
        for row in rows:
            tags[row["post_id"]].append(Tag(row["name"], tag_url(settings, row["name"])))
    return tags


def _status(
    row: Row,
    settings: Settings,
    *,
    photos: Sequence[PhotoView],
    mentions: list[Mention],
    tags: list[Tag],
    viewer_id: int | None,
) -> Status:
    account = account_from(row, settings)
    status = Status(
        id=str(row["id"]),
        created_at=instant(row["published_at"]),
        in_reply_to_id=_text(row["in_reply_to_id"]),
        in_reply_to_account_id=_text(row["answered_id"]),
        sensitive=bool(row["sensitive"]),
        spoiler_text=row["warning"],
        visibility=VISIBILITIES[row["visibility"]],
        language=row["language"] or None,
        uri=row["uri"],
        url=row["url"] or row["uri"],
        replies_count=row["replies_count"],
        reblogs_count=row["boosts_count"],
        favourites_count=row["likes_count"],
        quotes_count=0,
        edited_at=instant(row["edited_at"]) if row["edited_at"] else None,
        content=row["content_html"],
        reblog=None,
        account=account,
        media_attachments=[] if row["media_refused"] else [media_from(one, settings) for one in photos],
        mentions=mentions,
        tags=tags,
        emojis=[],
        card=None,
        poll=None,
        quote=None,
        quote_approval=None,
        pf_type=pf_type(photos),
        place=_place(row),
        comments_disabled=row["comment_policy"] == Policy.NOBODY,
        application=Application(row["app_name"], row["app_website"] or None) if row["app_name"] else None,
    )
    if viewer_id is not None:
        status.favourited, status.reblogged = bool(row["liked"]), bool(row["boosted"])
        status.bookmarked, status.muted = bool(row["bookmarked"]), bool(row["muted"])
        status.filtered = []
        status.pinned = bool(row["pinned"]) if row["account_id"] == viewer_id else UNSET
    return status


def pf_type(photos: Sequence[PhotoView]) -> str:
    """Return what a post is in Pixelfed's words."""
    kinds = {one.kind for one in photos}
    if not kinds:
        return "text"
    if kinds == {"image"}:
        return "photo" if len(photos) == 1 else "photo:album"
    if kinds == {"video"}:
        return "video" if len(photos) == 1 else "video:album"
    return "photo:video:album"


def _place(row: Row) -> Place | None:
    if not row["place_name"]:
        return None
    slug = "-".join(row["place_name"].lower().split())
    return Place(_text(row["place_id"]), slug, row["place_name"], row["place_country"])


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
