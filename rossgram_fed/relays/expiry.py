"""Posts that came through relays and that nobody here took to go again.

Looked at once an hour, in small batches, each a transaction of its own. What somebody here likes, keeps, boosts,
answers or quotes stays, and so does what is by somebody followed here; it is an ordinary post from then on.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

import logging

from rossgram_fed.database.engine import placeholders
from rossgram_fed.instance import Instance
from rossgram_fed.jobs.pruning import DAY
from rossgram_fed.posts import store

logger = logging.getLogger(__name__)

BATCH = 100

_BY_US = "JOIN accounts a ON a.id = x.account_id AND a.domain = ''"
_FOLLOWED = "SELECT 1 FROM follows f WHERE f.state = 1 AND f.followed_id ="
_TAKEN_TO = " OR ".join(
    f"EXISTS ({one})"
    for one in (
        f"{_FOLLOWED} p.account_id",
        f"SELECT 1 FROM likes x {_BY_US} WHERE x.post_id = p.id",
        f"SELECT 1 FROM bookmarks x {_BY_US} WHERE x.post_id = p.id",
        f"SELECT 1 FROM boosts x {_BY_US} WHERE x.post_id = p.id",
        f"SELECT 1 FROM boosts x WHERE x.post_id = p.id AND EXISTS ({_FOLLOWED} x.account_id)",
        f"SELECT 1 FROM mentions x {_BY_US} WHERE x.post_id = p.id",
        "SELECT 1 FROM posts x WHERE x.thread_id = p.thread_id AND x.local = TRUE",
        "SELECT 1 FROM posts x WHERE x.quoted_id = p.id AND x.local = TRUE",
    )
)


async def let_go(instance: Instance) -> int:
    """Decide about every relayed post that is older than ``federation.relay_days``; return how many went."""
    gone = 0
    while (removed := await _batch(instance)) is not None:
        gone += removed
    if gone:
        logger.info("Let %d posts go that came through relays.", gone)
    return gone


async def _batch(instance: Instance) -> int | None:
    """Decide about a few posts and return how many went; None when there are none to decide about."""
    before = instance.clock() - instance.settings.federation.relay_days * DAY
    rows = await instance.database.fetch(
        f"SELECT r.post_id FROM relayed_posts r WHERE r.created_at < $1 ORDER BY r.created_at LIMIT {BATCH}", before
    )
    if not rows:
        return None
    ids = [row["post_id"] for row in rows]
    async with instance.change() as change:
        listed = placeholders(len(ids))
        stay = await change.tx.fetch(f"SELECT p.id FROM posts p WHERE p.id IN ({listed}) AND ({_TAKEN_TO})", *ids)
        go = sorted(set(ids) - {row["id"] for row in stay})
        for post_id in go:
            await store.remove_post(change, post_id, forgotten=True)
        await change.tx.execute(f"DELETE FROM relayed_posts WHERE post_id IN ({listed})", *ids)
    return len(go)
