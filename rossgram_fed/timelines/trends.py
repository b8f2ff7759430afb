"""What many people liked, boosted and tagged in the last days; counted every few minutes, for everybody alike.

Only public posts that are no answers, are not covered and are by nobody limited; each person counts once, and nobody
for their own post. Whom the viewer blocked or muted is left out when it is shown.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from rossgram_fed.database import Reader
from rossgram_fed.database.engine import placeholders
from rossgram_fed.ids import SEQUENCE_BITS
from rossgram_fed.instance import Instance
from rossgram_fed.models.posts import Visibility
from rossgram_fed.visibility import host_not_muted, listed, not_muted, visible

DAY = 24 * 3600 * 1000
FRESH = 5 * 60 * 1000
"""Milliseconds for which a count holds."""
DAYS_OF_POSTS = 3
DAYS_OF_TAGS = 7
MOST = 200
FEWEST = 2
"""People without whom nothing is a trend."""
_PUBLIC = (
    f"p.visibility = {int(Visibility.PUBLIC)} AND p.sensitive = FALSE AND p.warning = '' "
    f"AND {listed('a', None)} AND {visible(None, author='a')}"
)


@dataclass(slots=True)
class Trends:
    """What trends, as last counted in this process."""

    posts: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    counted_at: int | None = None
    ranges: dict[int, tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    """By how many days were looked at: when they were counted, and the posts."""
    _counting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def counted(self, instance: Instance) -> Trends:
        """Return these trends, counted anew if they are old."""
        async with self._counting:
            now = instance.clock()
            if self.counted_at is None or not 0 <= now - self.counted_at < FRESH:
                self.posts = await trending_posts(instance.database, now=now)
                self.tags = await trending_tags(instance.database, now=now)
                self.counted_at = now
        return self

    async def posts_of(self, instance: Instance, *, days: int) -> tuple[int, ...]:
        """Return the posts that most people liked or boosted in so many days; the more days, the longer it is kept."""
        async with self._counting:
            now = instance.clock()
            counted_at, posts = self.ranges.get(days, (None, ()))
            if counted_at is None or not 0 <= now - counted_at < FRESH * days:
                posts = await trending_posts(instance.database, now=now, days=days, fewest=1)
                self.ranges[days] = (now, posts)
        return posts


async def trending_posts(
    reader: Reader, *, now: int, days: int = DAYS_OF_POSTS, fewest: int = FEWEST
) -> tuple[int, ...]:
    """Return the ids of the posts that most people liked or boosted in the last days."""
    rows = await reader.fetch(
        "SELECT r.post_id, COUNT(DISTINCT r.account_id) AS people FROM ("
        "SELECT post_id, account_id FROM likes WHERE id > $1 UNION ALL "
        "SELECT post_id, account_id FROM boosts WHERE id > $1) AS r "
        "JOIN posts p ON p.id = r.post_id JOIN accounts a ON a.id = p.account_id "
        f"WHERE p.in_reply_to_uri = '' AND r.account_id <> p.account_id AND {_PUBLIC} GROUP BY r.post_id "
        f"HAVING COUNT(DISTINCT r.account_id) >= {int(fewest)} ORDER BY people DESC, r.post_id DESC LIMIT {MOST}",
        _since(now, days),
    )
    return tuple(row["post_id"] for row in rows)


async def trending_tags(reader: Reader, *, now: int) -> tuple[str, ...]:
    """Return the folded names of the tags that most people used in the last days."""
    rows = await reader.fetch(
        "SELECT t.id, t.name, COUNT(DISTINCT p.account_id) AS people FROM posts p "
        "JOIN accounts a ON a.id = p.account_id JOIN post_tags u ON u.post_id = p.id JOIN tags t ON t.id = u.tag_id "
        f"WHERE p.id > $1 AND {_PUBLIC} GROUP BY t.id, t.name HAVING COUNT(DISTINCT p.account_id) >= {FEWEST} "
        "ORDER BY people DESC, t.id DESC LIMIT 40",
        _since(now, DAYS_OF_TAGS),
    )
    return tuple(row["name"] for row in rows)


def _since(now: int, days: int) -> int:
    return max(0, now - days * DAY) << SEQUENCE_BITS


async def wanted_by(reader: Reader, post_ids: Sequence[int], *, viewer_id: int | None) -> list[int]:
    """Return those of the posts, in their order, whose authors the viewer neither muted nor blocked."""
    if viewer_id is None or not post_ids:
        return list(post_ids)
    rows = await reader.fetch(
        f"SELECT p.id FROM posts p WHERE p.id IN ({placeholders(len(post_ids), 2)}) "
        f"AND {not_muted('$1', 'p.account_id')} AND {host_not_muted('$1', 'p.account_id')} AND {visible('$1')}",
        viewer_id,
        *post_ids,
    )
    kept = {row["id"] for row in rows}
    return [one for one in post_ids if one in kept]
