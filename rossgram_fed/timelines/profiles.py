"""What one account posted and boosted, as far as the viewer may see it; and what somebody keeps for themselves."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.caption import fold_tag
from rossgram_fed.database import Reader
from rossgram_fed.ids import Stretch
from rossgram_fed.models.posts import Visibility
from rossgram_fed.timelines.entries import Arguments, Entry, cut
from rossgram_fed.visibility import visible

_NO_ANSWER = (
    "(p.in_reply_to_uri = '' OR EXISTS "
    "(SELECT 1 FROM posts r WHERE r.id = p.in_reply_to_id AND r.account_id = p.account_id))"
)
MOST_PINNED = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """What of an account's posts is wanted."""

    only_media: bool = False
    exclude_replies: bool = False
    exclude_boosts: bool = False
    tagged: str = ""

    @property
    def boosts(self) -> bool:
        """Whether boosts can be among it: they have no photos and no tags of their own."""
        return not (self.exclude_boosts or self.only_media or self.tagged)


async def posted_by(
    reader: Reader, account_id: int, stretch: Stretch, *, viewer_id: int | None, choice: Choice
) -> list[Entry]:
    """Return an account's posts, answers and boosts, the newest first."""
    found = await _posts(reader, account_id, stretch, viewer_id=viewer_id, choice=choice)
    if choice.boosts:
        found += await _boosts(reader, account_id, stretch, viewer_id=viewer_id)
    return cut(stretch, found)


async def pinned_by(reader: Reader, account_id: int, *, viewer_id: int | None) -> list[Entry]:
    """Return what an account pinned, the last pinned first."""
    arguments = Arguments(viewer_id)
    rows = await reader.fetch(
        f"SELECT n.id, n.post_id FROM pins n JOIN posts p ON p.id = n.post_id "
        f"WHERE n.account_id = {arguments.next(account_id)} AND p.account_id = n.account_id "
        f"AND {visible(arguments.viewer)} ORDER BY n.id DESC LIMIT {MOST_PINNED}",
        *arguments.values,
    )
    return [Entry(row["id"], row["post_id"]) for row in rows]


async def kept_by(reader: Reader, viewer_id: int, stretch: Stretch, *, table: str) -> list[Entry]:
    """Return what somebody likes (``likes``) or keeps (``bookmarks``), ordered by when they did."""
    rows = await reader.fetch(
        f"SELECT k.id, k.post_id FROM {table} k JOIN posts p ON p.id = k.post_id WHERE k.account_id = $1 "
        f"AND k.id < $2 AND k.id > $3 AND {visible('$1')} ORDER BY k.id {stretch.order} LIMIT {int(stretch.limit)}",
        viewer_id,
        stretch.before,
        stretch.after,
    )
    return cut(stretch, (Entry(row["id"], row["post_id"]) for row in rows))


async def _posts(
    reader: Reader, account_id: int, stretch: Stretch, *, viewer_id: int | None, choice: Choice
) -> list[Entry]:
    arguments = Arguments(viewer_id)
    parts = [visible(arguments.viewer)]
    if choice.only_media:
        parts.append("p.photo_count > 0")
    if choice.exclude_replies:
        parts.append(_NO_ANSWER)
    if choice.tagged:
        name = arguments.next(fold_tag(choice.tagged))
        parts.append(
            "EXISTS (SELECT 1 FROM tags t JOIN post_tags u ON u.tag_id = t.id "
            f"WHERE t.name = {name} AND u.post_id = p.id)"
        )
    rows = await reader.fetch(
        f"SELECT p.id FROM posts p WHERE p.account_id = {arguments.next(account_id)} "
        f"AND p.id < {arguments.next(stretch.before)} AND p.id > {arguments.next(stretch.after)} "
        f"AND {' AND '.join(parts)} ORDER BY p.id {stretch.order} LIMIT {int(stretch.limit)}",
        *arguments.values,
    )
    return [Entry(row["id"], row["id"]) for row in rows]


async def _boosts(reader: Reader, account_id: int, stretch: Stretch, *, viewer_id: int | None) -> list[Entry]:
    arguments = Arguments(viewer_id)
    rows = await reader.fetch(
        "SELECT b.id, b.post_id, b.account_id FROM boosts b JOIN posts p ON p.id = b.post_id "
        f"WHERE b.account_id = {arguments.next(account_id)} AND b.id < {arguments.next(stretch.before)} "
        f"AND b.id > {arguments.next(stretch.after)} AND {visible(arguments.viewer)} "
        f"ORDER BY b.id {stretch.order} LIMIT {int(stretch.limit)}",
        *arguments.values,
    )
    return [Entry(row["id"], row["post_id"], boost_id=row["id"], booster_id=row["account_id"]) for row in rows]


async def direct_to(reader: Reader, viewer_id: int, stretch: Stretch) -> list[Entry]:
    """Return the direct posts that somebody wrote or got, the newest first."""
    end = f"ORDER BY p.id {stretch.order} LIMIT {int(stretch.limit)}"
    within = f"p.visibility = {int(Visibility.DIRECT)} AND p.id < $2 AND p.id > $3 AND {visible('$1')}"
    rows = await reader.fetch(
        f"SELECT * FROM (SELECT p.id FROM posts p WHERE p.account_id = $1 AND {within} {end}) AS sent UNION "
        "SELECT * FROM (SELECT p.id FROM mentions m JOIN posts p ON p.id = m.post_id WHERE m.account_id = $1 "
        f"AND {within} {end}) AS got",
        viewer_id,
        stretch.before,
        stretch.after,
    )
    return cut(stretch, (Entry(row["id"], row["id"]) for row in rows))
