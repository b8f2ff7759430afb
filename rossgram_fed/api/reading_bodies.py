"""What posts are to everybody: made of rows, however many posts there are in the same number of statements.

Nothing here asks who looks, or what time it is; so what is made here may be kept.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rossgram_fed.api.entities.media import media_from
from rossgram_fed.api.entities.statuses import Body, Mention, Place, StatusApplication, Tag
from rossgram_fed.api.entities.words import VISIBILITIES, instant
from rossgram_fed.config import Settings
from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.federation.addresses import tag_url
from rossgram_fed.markup import text_of
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.authorizations import AuthorizationKind
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts.photo_views import PhotoView
from rossgram_fed.posts.queries import photos_of

_COLUMNS = (
    "p.id, p.account_id, p.thread_id, p.uri, p.url, p.local, p.visibility, p.caption, p.content_html, p.warning, "
    "p.sensitive, "
    "p.language, p.in_reply_to_id, (SELECT r.account_id FROM posts r WHERE r.id = p.in_reply_to_id) AS answered_id, "
    "p.likes_count, p.boosts_count, p.replies_count, p.published_at, p.edited_at, p.comment_policy, p.place_id, "
    "p.place_name, p.place_country, p.quote_state, p.quoted_id, p.quoted_uri, p.quote_policy, a.media_refused, "
    "ap.name AS app_name, ap.website AS app_website, "
    "(SELECT COUNT(*) FROM authorizations au WHERE au.post_id = p.id AND au.kind = "
    f"{int(AuthorizationKind.QUOTE)} AND au.revoked_at IS NULL) AS quotes_count, "
    "(SELECT po.id FROM polls po WHERE po.post_id = p.id) AS poll_id, "
    "EXISTS (SELECT 1 FROM people_in_posts pp WHERE pp.post_id = p.id AND pp.withdrawn_at IS NULL) AS names_people"
)
WORDS_KEPT = 4000
"""Characters of a post that filters look at."""


@dataclass(frozen=True, slots=True)
class Common:
    """A post as it is to everybody, and what the viewer's part of it is made of."""

    id: int
    account_id: int
    thread_id: int
    visibility: int
    quote_policy: int
    quote_state: int
    quoted_id: int | None
    quoted_uri: str
    poll_id: int | None
    names_people: bool
    """Whether it says who is in its photos."""
    words: str
    """All that it says, without markup: warning, text, descriptions, tags."""


async def bodies_by_ids(reader: Reader, settings: Settings, ids: Sequence[int]) -> dict[int, tuple[Common, Body]]:
    """Return posts by their ids, whoever may see them: callers have asked that already."""
    if not ids:
        return {}
    rows = await reader.fetch(
        f"SELECT {_COLUMNS} FROM posts p JOIN accounts a ON a.id = p.account_id "
        f"LEFT JOIN apps ap ON ap.id = p.app_id WHERE p.id IN ({placeholders(len(ids))})",
        *ids,
    )
    photos = await photos_of(reader, ids)
    mentions, tags = await _mentions_of(reader, ids), await _tags_of(reader, settings, ids)
    return {
        row["id"]: _both(
            row, settings, photos=photos[row["id"]], mentions=mentions.get(row["id"], []), tags=tags.get(row["id"], [])
        )
        for row in rows
    }


async def _mentions_of(reader: Reader, post_ids: Sequence[int]) -> Mapping[int, list[Mention]]:
    mentions: defaultdict[int, list[Mention]] = defaultdict(list)
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
    rows = await reader.fetch(
        "SELECT pt.post_id, t.name FROM post_tags pt JOIN tags t ON t.id = pt.tag_id "
        f"WHERE pt.post_id IN ({placeholders(len(post_ids))}) ORDER BY pt.id",
        *post_ids,
    )
    for row in rows:
        tags[row["post_id"]].append(Tag(row["name"], tag_url(settings, row["name"])))
    return tags


def _both(
    row: Row, settings: Settings, *, photos: Sequence[PhotoView], mentions: list[Mention], tags: list[Tag]
) -> tuple[Common, Body]:
    text = text_of(row["content_html"], WORDS_KEPT)
    said = [row["warning"], text, *(one.description for one in photos)]
    common = Common(
        id=row["id"],
        account_id=row["account_id"],
        thread_id=row["thread_id"],
        visibility=row["visibility"],
        quote_policy=row["quote_policy"],
        quote_state=row["quote_state"],
        quoted_id=row["quoted_id"],
        quoted_uri=row["quoted_uri"],
        poll_id=row["poll_id"],
        names_people=bool(row["names_people"]),
        words="\n".join([*filter(None, said), *(f"#{tag.name}" for tag in tags)]),
    )
    return common, _body(row, settings, text, photos=photos, mentions=mentions, tags=tags)


def _body(
    row: Row, settings: Settings, text: str, *, photos: Sequence[PhotoView], mentions: list[Mention], tags: list[Tag]
) -> Body:
    return Body(
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
        quotes_count=row["quotes_count"],
        edited_at=instant(row["edited_at"]) if row["edited_at"] else None,
        content=row["content_html"],
        content_text=row["caption"] if row["local"] else text,
        media_attachments=[]
        if row["media_refused"]
        else [media_from(one, settings, open_to_all=row["visibility"] <= Visibility.UNLISTED) for one in photos],
        mentions=mentions,
        tags=tags,
        pf_type=pf_type(photos),
        local=bool(row["local"]),
        place=_place(row),
        comments_disabled=row["comment_policy"] == Policy.NOBODY,
        application=StatusApplication(row["app_name"], row["app_website"] or None) if row["app_name"] else None,
    )


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
