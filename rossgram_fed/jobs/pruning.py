"""Throwing away what nobody needs any more: finished work, old tombstones, ended sessions and throttles.

Rows are removed by age in small batches, each a transaction of its own, so that nobody waits long. An id tells when its
row was made, so the oldest rows are found by the primary key alone.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from rossgram_fed.database.engine import placeholders
from rossgram_fed.ids import SEQUENCE_BITS
from rossgram_fed.instance import Instance
from rossgram_fed.jobs.hourly import HOUR

logger = logging.getLogger(__name__)

DAY = 24 * HOUR
BATCH = 500
MOST_HOSTS = 20_000
"""Servers that something is remembered of."""
FORGOTTEN_DRAFTS = 90 * DAY
"""How long a draft is kept that nobody touches."""
FORGOTTEN_APPS = 180 * DAY
FORGOTTEN_APP_TOKENS = 90 * DAY
MOST_APPS = 50_000
"""Apps that registered; of older ones, those are kept that somebody uses."""
KEPT_WHEN_DONE = 7 * DAY
KEPT_WHEN_FAILED = 30 * DAY


@dataclass(frozen=True, slots=True)
class Rule:
    """Which rows of a table go: those for which ``when`` (SQL) holds, with ``$1`` standing for their bound.

    The bound is ``age`` milliseconds ago: as an instant, or as the id minted then.
    """

    table: str
    when: str
    age: int = 0
    by_id: bool = False
    key: str = "id"

    def bound(self, now: int) -> int:
        """Return what ``$1`` stands for at the instant ``now``."""
        instant = now - self.age
        return instant << SEQUENCE_BITS if self.by_id else instant


def made_before(table: str, age: int, when: str) -> Rule:
    """Return the rule for rows made more than ``age`` milliseconds ago for which ``when`` holds as well."""
    return Rule(table, f"id < $1 AND {when}", age, by_id=True)


_UNUSED_APP = (
    "NOT EXISTS (SELECT 1 FROM access_tokens t WHERE t.app_id = apps.id) "
    "AND NOT EXISTS (SELECT 1 FROM authorization_codes c WHERE c.app_id = apps.id)"
)
_BURIED_BY = "SELECT 1 FROM accounts a WHERE a.uri = tombstones.actor_uri"

RULES = (
    made_before("inbox_items", KEPT_WHEN_DONE, "state = 1"),
    made_before("inbox_items", KEPT_WHEN_FAILED, "state = 2"),
    made_before("deliveries", KEPT_WHEN_DONE, "state = 1"),
    made_before("deliveries", KEPT_WHEN_FAILED, "state = 2"),
    made_before("jobs", KEPT_WHEN_DONE, "state = 1"),
    made_before("jobs", KEPT_WHEN_FAILED, "state = 2"),
    made_before(
        "outbox_activities",
        DAY,
        "NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.activity_id = outbox_activities.id)",
    ),
    # Those of our own people are kept for good, since they answer 410; nobody repeats a stranger's after half a year,
    # and what somebody without posts or followers here deleted is only in the way of a Create that comes late.
    made_before("tombstones", 180 * DAY, f"NOT EXISTS ({_BURIED_BY} AND a.domain = '')"),
    made_before(
        "tombstones",
        7 * DAY,
        f"NOT EXISTS ({_BURIED_BY} AND (a.domain = '' OR EXISTS (SELECT 1 FROM posts p WHERE p.account_id = a.id)"  # noqa: S608 - constants
        " OR EXISTS (SELECT 1 FROM follows f WHERE f.followed_id = a.id AND f.state = 1)))",
    ),
    # Their photos lose their draft with that, and are swept away as uploads that nobody posted.
    Rule("drafts", "updated_at < $1 AND publish_at IS NULL", FORGOTTEN_DRAFTS),
    Rule("sessions", "expires_at < $1"),
    Rule("attempts", "window_ends_at < $1"),
    # A code is remembered for a day after it ran out, so that a second use is still noticed.
    Rule("authorization_codes", "expires_at < $1", DAY),
    # Tokens of apps for themselves; what people allowed stays until they take it back.
    Rule("access_tokens", "user_id IS NULL AND seen_at < $1", FORGOTTEN_APP_TOKENS),
    # Anybody may register an app. One that nobody signed in with goes, in time or when there are too many.
    made_before("apps", FORGOTTEN_APPS, _UNUSED_APP),
    Rule(
        "apps",
        f"{_UNUSED_APP} AND id IN (SELECT newest.id FROM apps newest WHERE newest.created_at <= $1 "  # noqa: S608 - constants
        f"ORDER BY newest.id DESC LIMIT {BATCH} OFFSET {MOST_APPS})",
    ),
    Rule("idempotency_keys", "created_at < $1", DAY),
    Rule("invites", "expires_at < $1", 30 * DAY),
    # What was closed is evidence of a habit for a while, and about people for ever. The staff's log stays.
    Rule("reports", "resolved_at < $1", 365 * DAY),
    # What there is to know of a host runs out: that it is silent after a while without anything to send it, which
    # scheme it reads after a week. However many names one stranger answers to, so many rows are kept and no more.
    Rule("hosts", "updated_at < $1 AND (failures > 0 OR paused_until < $1)", 60 * DAY, key="host"),
    Rule("hosts", "failures = 0 AND paused_until < $1 AND prefers_rfc9421_until < $1", key="host"),
    Rule(
        "hosts",
        "host IN (SELECT newest.host FROM hosts newest WHERE newest.updated_at <= $1 "  # noqa: S608 - constants
        f"ORDER BY newest.updated_at DESC, newest.host LIMIT {BATCH} OFFSET {MOST_HOSTS})",
        key="host",
    ),
)


async def prune(instance: Instance) -> int:
    """Apply every rule until nothing is left that it speaks of; return how many rows went."""
    total = 0
    for rule in RULES:
        gone = 0
        while batch := await _prune_batch(instance, rule):
            gone += batch
        if gone:
            logger.info("Pruned %d rows of %s", gone, rule.table)
        total += gone
    return total


async def _prune_batch(instance: Instance, rule: Rule) -> int:
    """Look for old rows without holding anybody up, and remove those in one short transaction."""
    sql = f"SELECT {rule.key} AS id FROM {rule.table} WHERE {rule.when} LIMIT {BATCH}"  # noqa: S608 - our own rules
    ids = [row["id"] for row in await instance.database.fetch(sql, rule.bound(instance.clock()))]
    if ids:
        async with instance.change() as change:
            sql = f"DELETE FROM {rule.table} WHERE {rule.key} IN ({placeholders(len(ids))})"  # noqa: S608
            await change.tx.execute_long(sql, *ids)
    return len(ids)
