"""Timelines of public posts: all of them, those from here or from elsewhere, and those with tags.

Who is muted, blocked, suspended or limited is not in them (but the limited for who follows them), nor are answers to
others among all posts: nobody came for the middle of a talk.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rossgram_fed.caption import fold_tag
from rossgram_fed.database import Reader
from rossgram_fed.database.engine import placeholders
from rossgram_fed.ids import Stretch
from rossgram_fed.models.posts import Visibility
from rossgram_fed.timelines.entries import Arguments, Entry, cut
from rossgram_fed.visibility import host_not_muted, listed, not_muted, visible

MOST_TAGS = 5
"""Of each sort in one question."""
_PUBLIC = f"p.visibility = {int(Visibility.PUBLIC)}"
NO_ANSWER = (
    "(p.in_reply_to_uri = '' OR EXISTS "
    "(SELECT 1 FROM posts r WHERE r.id = p.in_reply_to_id AND r.account_id = p.account_id))"
)


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which public posts are wanted."""

    local: bool = False
    remote: bool = False
    only_media: bool = False

    @property
    def condition(self) -> str:
        """The same about ``posts p``."""
        parts = [_PUBLIC]
        if self.local != self.remote:
            parts.append(f"p.local = {'TRUE' if self.local else 'FALSE'}")
        if self.only_media:
            parts.append("p.photo_count > 0")
        return " AND ".join(parts)


async def public(reader: Reader, viewer_id: int | None, stretch: Stretch, *, sieve: Sieve) -> list[Entry]:
    """Return public posts that are no answers to others, the newest first."""
    arguments = Arguments(viewer_id)
    rows = await reader.fetch(
        f"SELECT p.id FROM posts p JOIN accounts a ON a.id = p.account_id "
        f"WHERE p.id < {arguments.next(stretch.before)} AND p.id > {arguments.next(stretch.after)} "
        f"AND {sieve.condition} AND {NO_ANSWER} AND {open_to(arguments.viewer)} "
        f"ORDER BY p.id {stretch.order} LIMIT {int(stretch.limit)}",
        *arguments.values,
    )
    return cut(stretch, (Entry(row["id"], row["id"]) for row in rows))


async def tagged(
    reader: Reader,
    viewer_id: int | None,
    stretch: Stretch,
    *,
    sieve: Sieve,
    any_of: Sequence[str],
    all_of: Sequence[str] = (),
    none_of: Sequence[str] = (),
) -> list[Entry]:
    """Return public posts that carry one of some tags, all of others and none of a third sort."""
    some = await _tag_ids(reader, any_of)
    all_wanted, unwanted = await _tag_ids(reader, all_of), await _tag_ids(reader, none_of)
    if not some or len(all_wanted) < len(_folded(all_of)):
        return []
    arguments = Arguments(viewer_id)
    before, after = arguments.next(stretch.before), arguments.next(stretch.after)
    carried = "EXISTS (SELECT 1 FROM post_tags x WHERE x.tag_id = {} AND x.post_id = p.id)"
    also = "".join(f" AND {carried.format(arguments.next(tag))}" for tag in all_wanted)
    also += "".join(f" AND NOT {carried.format(arguments.next(tag))}" for tag in unwanted)
    rest = f"AND {sieve.condition} AND {open_to(arguments.viewer)}{also}"
    parts = [
        "SELECT u.post_id FROM post_tags u JOIN posts p ON p.id = u.post_id JOIN accounts a ON a.id = p.account_id "
        f"WHERE u.tag_id = {arguments.next(tag)} AND u.post_id < {before} AND u.post_id > {after} {rest} "
        f"ORDER BY u.post_id {stretch.order} LIMIT {int(stretch.limit)}"
        for tag in some
    ]
    rows = await reader.fetch(" UNION ".join(f"SELECT * FROM ({part}) AS part" for part in parts), *arguments.values)
    return cut(stretch, (Entry(row["post_id"], row["post_id"]) for row in rows))


async def _tag_ids(reader: Reader, names: Sequence[str]) -> list[int]:
    folded = _folded(names)
    if not folded:
        return []
    rows = await reader.fetch(f"SELECT t.id FROM tags t WHERE t.name IN ({placeholders(len(folded))})", *folded)
    return [row["id"] for row in rows]


def _folded(names: Sequence[str]) -> Collection[str]:
    return sorted({fold_tag(name.strip()) for name in names[:MOST_TAGS]})


def open_to(viewer: str | None) -> str:
    """Return the condition that posts ``p`` by ``accounts a`` are shown to who did not ask for their author."""
    parts = [listed("a", viewer), visible(viewer, author="a")]
    if viewer is not None:
        parts += [not_muted(viewer, "p.account_id"), host_not_muted(viewer, "p.account_id")]
    return " AND ".join(parts)
