"""Posts as their documents need them: everything a Note says, read in four statements, polls in three more."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from activitypub.objects import Place, Poll
from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.media.facts import Facts, facts_of
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.authorizations import AuthorizationKind
from rossgram_fed.models.posts import Approval, PhotoState, Visibility
from rossgram_fed.polls.documents import poll_from
from rossgram_fed.polls.queries import PollView, polls_of
from rossgram_fed.renditions import Renditions, renditions_from


@dataclass(frozen=True, slots=True)
class PhotoSource:
    """A photo of a local post."""

    description: str
    renditions: Renditions
    blurhash: str
    focal_point: tuple[float, float]
    sensitive: bool
    facts: Facts | None
    """How it was taken, if others are told."""
    licence: str
    duration: int | None
    """Of a video, in milliseconds."""


@dataclass(frozen=True, slots=True)
class MentionSource:
    """Somebody a post is addressed to."""

    account_id: int
    uri: str
    username: str
    domain: str


@dataclass(frozen=True, slots=True)
class PostSource:
    """A post with all that its document says."""

    id: int
    author_id: int
    author_uri: str
    author_followers: str
    uri: str
    url: str
    local: bool
    visibility: Visibility
    content_html: str
    warning: str
    sensitive: bool
    language: str
    in_reply_to_uri: str
    thread_id: int
    context_uri: str
    comment_policy: Policy
    quote_policy: Policy
    root_policy: Policy
    """Who may comment in the thread, according to its root."""
    root_author: str
    root_followers: str
    approval: Approval
    reply_authorization: str
    quoted_uri: str
    quote_authorization: str
    likes_count: int
    boosts_count: int
    published_at: int
    edited_at: int | None
    photos: tuple[PhotoSource, ...]
    tags: tuple[str, ...]
    mentions: tuple[MentionSource, ...]
    place: Place | None
    poll: Poll | None


async def post_source(reader: Reader, post_id: int) -> PostSource | None:
    """Return one post, or None."""
    found = await post_sources(reader, [post_id])
    return found[0] if found else None


async def post_sources(reader: Reader, ids: Sequence[int]) -> tuple[PostSource, ...]:
    """Return the posts in the order of ``ids``, without those not there; whom they are for, the caller checks."""
    if not ids:
        return ()
    wanted = placeholders(len(ids))
    posts = await reader.fetch(
        "SELECT p.*, a.uri AS author_uri, a.followers_uri AS author_followers, r.comment_policy AS root_policy, "
        "ra.uri AS root_author, ra.followers_uri AS root_followers, "
        "(SELECT po.id FROM polls po WHERE po.post_id = p.id) AS poll_id, "
        "(SELECT w.uri FROM authorizations w WHERE w.post_id = p.in_reply_to_id AND w.instrument_uri = p.uri "
        f"AND w.kind = {int(AuthorizationKind.REPLY)} AND w.revoked_at IS NULL) AS reply_authorization FROM posts p "
        "JOIN accounts a ON a.id = p.account_id LEFT JOIN posts r ON r.id = p.thread_id "
        "LEFT JOIN accounts ra ON ra.id = r.account_id "
        f"WHERE p.id IN ({wanted})",
        *ids,
    )
    photos = await reader.fetch(
        f"SELECT h.* FROM photos h WHERE h.post_id IN ({wanted}) AND h.state = {int(PhotoState.READY)} "
        "ORDER BY h.post_id, h.position, h.id",
        *ids,
    )
    tags = await reader.fetch(
        f"SELECT u.post_id, t.name FROM post_tags u JOIN tags t ON t.id = u.tag_id WHERE u.post_id IN ({wanted}) "
        "ORDER BY u.id",
        *ids,
    )
    mentions = await reader.fetch(
        f"SELECT m.post_id, a.id, a.uri, a.username, a.domain FROM mentions m JOIN accounts a ON a.id = m.account_id "
        f"WHERE m.post_id IN ({wanted}) ORDER BY m.id",
        *ids,
    )
    shown, named, addressed = _by_post(photos), _by_post(tags), _by_post(mentions)
    asking = await polls_of(reader, [row["id"] for row in posts if row["poll_id"]], viewer_id=None)
    found = {
        row["id"]: _source(row, shown[row["id"]], named[row["id"]], addressed[row["id"]], asking.get(row["id"]))
        for row in posts
    }
    return tuple(found[post_id] for post_id in ids if post_id in found)


def _by_post(rows: Sequence[Row]) -> defaultdict[int, list[Row]]:
    grouped: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["post_id"]].append(row)
    return grouped


def _source(
    row: Row, photos: Sequence[Row], tags: Sequence[Row], mentions: Sequence[Row], poll: PollView | None
) -> PostSource:
    return PostSource(
        id=row["id"],
        author_id=row["account_id"],
        author_uri=row["author_uri"],
        author_followers=row["author_followers"],
        uri=row["uri"],
        url=row["url"] or row["uri"],
        local=bool(row["local"]),
        visibility=Visibility(row["visibility"]),
        content_html=row["content_html"],
        warning=row["warning"],
        sensitive=bool(row["sensitive"]),
        language=row["language"],
        in_reply_to_uri=row["in_reply_to_uri"],
        thread_id=row["thread_id"],
        context_uri=row["context_uri"],
        comment_policy=Policy(row["comment_policy"]),
        quote_policy=Policy(row["quote_policy"]),
        root_policy=Policy(row["root_policy"] or Policy.EVERYONE),
        root_author=row["root_author"] or row["author_uri"],
        root_followers=row["root_followers"] or "",
        approval=Approval(row["approval"]),
        reply_authorization=row["reply_authorization"] or "",
        quoted_uri=row["quoted_uri"],
        quote_authorization=row["quote_authorization"],
        likes_count=row["likes_count"],
        boosts_count=row["boosts_count"],
        published_at=row["published_at"],
        edited_at=row["edited_at"],
        photos=tuple(_photo(photo) for photo in photos),
        tags=tuple(tag["name"] for tag in tags),
        mentions=tuple(MentionSource(one["id"], one["uri"], one["username"], one["domain"]) for one in mentions),
        place=_place(row),
        poll=None if poll is None else poll_from(poll),
    )


def _photo(row: Row) -> PhotoSource:
    return PhotoSource(
        description=row["description"],
        renditions=renditions_from(row["renditions"]),
        blurhash=row["blurhash"],
        focal_point=(row["focal_x"], row["focal_y"]),
        sensitive=bool(row["sensitive"]),
        facts=facts_of(row["exif"]) if row["shows_exif"] else None,
        licence=row["licence"],
        duration=row["duration"],
    )


def _place(row: Row) -> Place | None:
    if not row["place_name"]:
        return None
    return Place(
        name=row["place_name"],
        country=row["place_country"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        geoname_id=row["place_id"],
    )
