"""Tags that somebody follows, so that posts with them come home, and tags that they show on their profile."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.caption import tag_from
from rossgram_fed.database import Reader
from rossgram_fed.database.engine import placeholders
from rossgram_fed.federation import outbox
from rossgram_fed.federation.outbox import Audience
from rossgram_fed.follows.documents import featured_tag_document
from rossgram_fed.ids import LARGEST_ID, SEQUENCE_BITS
from rossgram_fed.instance import Change
from rossgram_fed.models.posts import Visibility
from rossgram_fed.web.errors import Invalid, NotFound

MOST_FOLLOWED = 500
MOST_FEATURED = 10
MOST_LOOKED_AT = 500
"""Posts with a tag in which others are looked for beside it."""
DAY = 24 * 60 * 60_000
DAYS = 7
"""How far back the use of a tag is told."""


@dataclass(frozen=True, slots=True)
class TagView:
    """A tag, and what somebody has to do with it."""

    id: int
    name: str
    following: bool = False
    featuring: bool = False
    cursor: int = 0
    """The id of the follow, in a list of followed tags."""
    history: tuple[tuple[int, int, int], ...] = ()
    """Per day, today first: its beginning (milliseconds), public posts with the tag, and by how many accounts."""


@dataclass(frozen=True, slots=True)
class FeaturedTag:
    """A tag on somebody's profile."""

    id: int
    name: str
    posts: int
    """Of theirs that everybody may see and that carry it."""
    last_at: int | None
    """When the last of them was published."""


def checked_name(typed: str) -> str:
    """Return a tag's folded name; raise ``Invalid`` for what is no tag."""
    name = tag_from(typed.removeprefix("#"))
    if name is None:
        raise Invalid("Validation failed: Name is invalid")
    return name


async def follow_tag(change: Change, typed: str, *, account_id: int) -> str:
    """Have posts with a tag come to somebody's home, and return its name; raises ``Invalid``."""
    name = checked_name(typed)
    await put(change, "tag_follows", await tag_named(change, name), account_id)
    count = await change.tx.fetch_value("SELECT COUNT(*) FROM tag_follows WHERE account_id = $1", account_id)
    if int(count) > MOST_FOLLOWED:
        raise Invalid(f"Validation failed: You follow {MOST_FOLLOWED} hashtags already, which is the most")
    return name


async def unfollow_tag(change: Change, typed: str, *, account_id: int) -> str:
    """Have posts with a tag come home no longer, and return its name; raises ``Invalid`` for what is no tag."""
    name = checked_name(typed)
    await change.tx.execute(
        "DELETE FROM tag_follows WHERE account_id = $1 AND tag_id = (SELECT id FROM tags WHERE name = $2)",
        account_id,
        name,
    )
    return name


async def feature_tag(change: Change, typed: str, *, account_id: int) -> int:
    """Show a tag on one's profile and return the id of its being there, which may not be new.

    Raises ``Invalid`` for what is no tag, or one too many.
    """
    name = checked_name(typed)
    tag_id = await tag_named(change, name)
    made = await put(change, "featured_tags", tag_id, account_id)
    rows = await change.tx.fetch("SELECT id, tag_id FROM featured_tags WHERE account_id = $1", account_id)
    if len(rows) > MOST_FEATURED:
        raise Invalid("Validation failed: You have already featured the maximum number of hashtags")
    if made:
        await _tell(change, account_id, name, shown=True)
    return next(int(row["id"]) for row in rows if row["tag_id"] == tag_id)


async def unfeature_tag(change: Change, *, account_id: int, featured_id: int = 0, name: str = "") -> None:
    """Take a tag off one's profile, by its name or by the id of its being there; raises ``NotFound`` for an id."""
    gone = await change.tx.fetch(
        "DELETE FROM featured_tags WHERE account_id = $1 AND (id = $2 OR tag_id = (SELECT id FROM tags "
        "WHERE name = $3)) RETURNING (SELECT t.name FROM tags t WHERE t.id = tag_id) AS name",
        account_id,
        featured_id,
        name,
    )
    if not gone and not name:
        raise NotFound("Record not found")
    for row in gone:
        await _tell(change, account_id, row["name"], shown=False)


async def tags_by_names(reader: Reader, names: Sequence[str], *, viewer_id: int | None, now: int) -> list[TagView]:
    """Return tags by their folded names, in order, with a week of their use; unknown ones have neither id nor use."""
    if not names:
        return []
    rows = await reader.fetch(
        "SELECT t.id, t.name, f.id AS following, e.id AS featuring FROM tags t "
        "LEFT JOIN tag_follows f ON f.tag_id = t.id AND f.account_id = $1 "
        "LEFT JOIN featured_tags e ON e.tag_id = t.id AND e.account_id = $1 "
        f"WHERE t.name IN ({placeholders(len(names), 2)})",
        viewer_id or 0,
        *names,
    )
    used = await _history(reader, [row["id"] for row in rows], now=now)
    found = {
        row["name"]: TagView(
            row["id"],
            row["name"],
            following=row["following"] is not None,
            featuring=row["featuring"] is not None,
            cursor=row["following"] or 0,
            history=tuple(used.get(row["id"], _unused(now)).values()),
        )
        for row in rows
    }
    return [found.get(name) or TagView(0, name, history=tuple(_unused(now).values())) for name in names]


async def posts_with(reader: Reader, name: str) -> int:
    """Count the public posts with a tag, given by its folded name."""
    found = await reader.fetch_value(
        "SELECT COUNT(*) FROM tags t JOIN post_tags u ON u.tag_id = t.id JOIN posts p ON p.id = u.post_id "
        f"WHERE t.name = $1 AND p.visibility = {int(Visibility.PUBLIC)}",
        name,
    )
    return int(found)


async def tags_beside(reader: Reader, name: str, *, limit: int = 10) -> list[tuple[str, int]]:
    """Return the tags that stand beside a tag most often, in its latest public posts, and how often."""
    rows = await reader.fetch(
        "SELECT o.name, COUNT(*) AS uses FROM (SELECT u.post_id, u.tag_id FROM tags t "
        "JOIN post_tags u ON u.tag_id = t.id JOIN posts p ON p.id = u.post_id "
        f"WHERE t.name = $1 AND p.visibility = {int(Visibility.PUBLIC)} "
        f"ORDER BY u.post_id DESC LIMIT {MOST_LOOKED_AT}) AS latest "
        "JOIN post_tags b ON b.post_id = latest.post_id AND b.tag_id <> latest.tag_id "
        f"JOIN tags o ON o.id = b.tag_id GROUP BY o.name ORDER BY uses DESC, o.name LIMIT {int(limit)}",
        name,
    )
    return [(row["name"], int(row["uses"])) for row in rows]


async def followed_tags(
    reader: Reader, account_id: int, *, before: int = LARGEST_ID, after: int = 0, limit: int = 100, order: str = "DESC"
) -> list[str]:
    """Return the names of tags that somebody follows, in the order of their following them."""
    rows = await reader.fetch(
        "SELECT t.name FROM tag_follows f JOIN tags t ON t.id = f.tag_id WHERE f.account_id = $1 "
        f"AND f.id < $2 AND f.id > $3 ORDER BY f.id {'ASC' if order == 'ASC' else 'DESC'} LIMIT {int(limit)}",
        account_id,
        before,
        after,
    )
    return [row["name"] for row in rows]


async def tag_standing(reader: Reader, name: str, *, account_id: int) -> tuple[bool, bool]:
    """Say whether somebody follows a tag, given by its folded name, and whether they show it on their profile."""
    row = await reader.fetch_one(
        "SELECT f.id AS following, e.id AS featuring FROM tags t "
        "LEFT JOIN tag_follows f ON f.tag_id = t.id AND f.account_id = $2 "
        "LEFT JOIN featured_tags e ON e.tag_id = t.id AND e.account_id = $2 WHERE t.name = $1",
        name,
        account_id,
    )
    return (False, False) if row is None else (row["following"] is not None, row["featuring"] is not None)


async def featured_tags(reader: Reader, account_id: int) -> list[FeaturedTag]:
    """Return the tags on somebody's profile, those that were there first at the front."""
    rows = await reader.fetch(
        "SELECT e.id, t.name, COUNT(p.id) AS posts, MAX(p.published_at) AS last_at FROM featured_tags e "
        "JOIN tags t ON t.id = e.tag_id LEFT JOIN post_tags u ON u.tag_id = t.id "
        "AND EXISTS (SELECT 1 FROM posts o WHERE o.id = u.post_id AND o.account_id = $1) "
        f"LEFT JOIN posts p ON p.id = u.post_id AND p.visibility <= {int(Visibility.UNLISTED)} "
        "WHERE e.account_id = $1 GROUP BY e.id, t.name ORDER BY e.id",
        account_id,
    )
    return [FeaturedTag(row["id"], row["name"], row["posts"], row["last_at"]) for row in rows]


async def suggested_tags(reader: Reader, account_id: int, *, limit: int = 10) -> list[str]:
    """Return the names of the tags that somebody used most and does not show on their profile yet."""
    rows = await reader.fetch(
        "SELECT t.name, COUNT(*) AS uses FROM posts p JOIN post_tags u ON u.post_id = p.id "
        f"JOIN tags t ON t.id = u.tag_id WHERE p.account_id = $1 AND p.visibility <= {int(Visibility.UNLISTED)} "
        "AND NOT EXISTS (SELECT 1 FROM featured_tags e WHERE e.account_id = $1 AND e.tag_id = t.id) "
        f"GROUP BY t.name ORDER BY uses DESC, t.name LIMIT {int(limit)}",
        account_id,
    )
    return [row["name"] for row in rows]


async def _history(reader: Reader, tag_ids: Sequence[int], *, now: int) -> dict[int, dict[int, tuple[int, int, int]]]:
    found = {tag_id: _unused(now) for tag_id in tag_ids}
    if not tag_ids:
        return found
    first = (now // DAY - DAYS + 1) * DAY
    rows = await reader.fetch(
        f"SELECT u.tag_id, p.published_at / {DAY} AS day, COUNT(*) AS uses, COUNT(DISTINCT p.account_id) AS accounts "
        f"FROM post_tags u JOIN posts p ON p.id = u.post_id WHERE u.tag_id IN ({placeholders(len(tag_ids), 2)}) "
        f"AND u.post_id >= $1 AND p.visibility = {int(Visibility.PUBLIC)} GROUP BY u.tag_id, p.published_at / {DAY}",
        first << SEQUENCE_BITS,
        *tag_ids,
    )
    for row in rows:
        if row["day"] in found[row["tag_id"]]:
            found[row["tag_id"]][row["day"]] = (row["day"] * DAY, row["uses"], row["accounts"])
    return found


def _unused(now: int) -> dict[int, tuple[int, int, int]]:
    today = now // DAY
    return {day: (day * DAY, 0, 0) for day in range(today, today - DAYS, -1)}


async def _tell(change: Change, account_id: int, name: str, *, shown: bool) -> None:
    """Tell the servers of somebody's followers what stands on their profile now."""
    row = await change.tx.fetch_one("SELECT uri, followers_uri, featured_uri FROM accounts WHERE id = $1", account_id)
    if row is None:
        return
    document = featured_tag_document(
        change.settings,
        name,
        actor=row["uri"],
        followers=row["followers_uri"],
        featured=row["featured_uri"],
        number=change.new_id(),
        shown=shown,
    )
    await outbox.send(change, sender_id=account_id, document=document, audience=Audience(followers=True))


async def tag_named(change: Change, name: str) -> int:
    """Return the id of a tag by its folded name, which it has from now on."""
    await change.tx.execute(
        "INSERT INTO tags (id, name) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", change.new_id(), name
    )
    return int(await change.tx.fetch_value("SELECT id FROM tags WHERE name = $1", name))


async def put(change: Change, table: str, tag_id: int, account_id: int) -> bool:
    """Add a tag to one of somebody's two lists of them; say whether it was not there."""
    made = await change.tx.fetch(
        f"INSERT INTO {table} (id, account_id, tag_id, created_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (account_id, tag_id) DO NOTHING RETURNING id",
        change.new_id(),
        account_id,
        tag_id,
        change.now,
    )
    return bool(made)
