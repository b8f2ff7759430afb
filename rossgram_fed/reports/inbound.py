"""Flag, as it arrives from other servers.

Whoever signs may report; what they name counts as far as it is of people here and could be seen where they are. A
report changes nothing by itself: it waits for a moderator.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable

from activitypub.activities import Flag
from rossgram_fed.database import Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.federation.addresses import local_post_id, local_username
from rossgram_fed.federation.arrivals import Arrival, Handlers
from rossgram_fed.federation.domain_rules import names_of
from rossgram_fed.markup import text_of
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import FollowState
from rossgram_fed.reports import store
from rossgram_fed.reports.drafts import LONGEST_COMMENT
from rossgram_fed.reports.store import NewReport
from rossgram_fed.web.forms import clean_text

logger = logging.getLogger(__name__)

DAY = 24 * 3_600_000
MOST_OPEN = 100
"""Reports of one server that wait for an answer; further ones are dropped."""
MOST_TARGETS = 5
"""Accounts that one Flag reports."""

_SEEN_THERE = (
    f"(p.visibility <= {int(Visibility.UNLISTED)} "
    "OR EXISTS (SELECT 1 FROM mentions m JOIN accounts s ON s.id = m.account_id "
    "WHERE m.post_id = p.id AND s.domain = $1) "
    f"OR (p.visibility = {int(Visibility.FOLLOWERS)} AND EXISTS (SELECT 1 FROM follows f "
    "JOIN accounts s ON s.id = f.follower_id "
    f"WHERE f.followed_id = p.account_id AND f.state = {int(FollowState.ACCEPTED)} AND s.domain = $1)))"
)
"""Whether a post reached the reporting server; ids can be guessed, and nobody is to be shown what was not for them."""


async def on_flag(arrival: Arrival) -> bool:
    """A server, or somebody on it, reports people of ours."""
    activity = arrival.activity
    if not isinstance(activity, Flag):
        return False
    sender = await arrival.change.tx.fetch_one(
        "SELECT username, domain, actor_type FROM accounts WHERE id = $1", arrival.sender.account_id
    )
    room = await _room(arrival)
    if sender is None or room <= 0:
        return False
    flagged = await _flagged(arrival, activity, domain=sender["domain"])
    for target_id, post_ids in list(flagged.items())[:room]:
        new = NewReport(
            reporter_id=None if _speaks_for_server(sender) else arrival.sender.account_id,
            sender_id=arrival.sender.account_id,
            host=arrival.sender.host,
            target_id=target_id,
            post_ids=tuple(post_ids),
            comment=_plain(activity.content),
        )
        await store.file(arrival.change, new, since=arrival.change.now - DAY)
    return bool(flagged)


HANDLERS: Handlers = {Flag: (on_flag,)}


async def _room(arrival: Arrival) -> int:
    """Return how many accounts a Flag may report: none when a rule for its host refuses reports."""
    host = arrival.sender.host
    if await _refused(arrival, host):
        return 0
    free = MOST_OPEN - await store.open_from(arrival.change, host)
    if free <= 0:
        logger.info("A report from %s is dropped: %d of theirs wait for an answer.", host, MOST_OPEN)
    return min(free, MOST_TARGETS)


async def _refused(arrival: Arrival, host: str) -> bool:
    """Say whether the most specific rule for a host refuses its reports."""
    names = names_of(host)
    rows = await arrival.change.tx.fetch(
        f"SELECT host, reject_reports FROM domain_rules WHERE host IN ({placeholders(len(names))})", *names
    )
    rules = {row["host"]: bool(row["reject_reports"]) for row in rows}
    return next((rules[name] for name in names if name in rules), False)


def _speaks_for_server(sender: Row) -> bool:
    """Say whether somebody is their server's own actor, which stands for people who shall not be named."""
    return bool(sender["actor_type"] == "Application" or sender["username"] == sender["domain"])


async def _flagged(arrival: Arrival, activity: Flag, *, domain: str) -> dict[int, list[int]]:
    """Return the accounts here that are named, or whose posts are, each with its posts that are."""
    settings, tx = arrival.change.settings, arrival.change.tx
    found: defaultdict[int, list[int]] = defaultdict(list)
    names = [name for name in (local_username(settings, uri) for uri in activity.object) if name is not None]
    if names:
        rows = await tx.fetch(
            f"SELECT a.id FROM accounts a {_PEOPLE} AND a.username IN ({placeholders(len(names))})", *names
        )
        for row in _in_order(rows):
            found[row["id"]] = []
    numbers = [number for number in (local_post_id(settings, uri) for uri in activity.object) if number is not None]
    if numbers:
        rows = await tx.fetch(
            f"SELECT p.id, p.account_id FROM posts p JOIN accounts a ON a.id = p.account_id {_PEOPLE} AND p.local "
            f"AND {_SEEN_THERE} AND p.id IN ({placeholders(len(numbers), 2)})",
            domain,
            *numbers,
        )
        for row in _in_order(rows):
            found[row["account_id"]].append(row["id"])
    return dict(found)


_PEOPLE = "JOIN users u ON u.account_id = a.id WHERE a.domain = '' AND a.deleted_at IS NULL"


def _in_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: int(row["id"]))


def _plain(content: str) -> str:
    """Return a stranger's words as plain text; those that hold tags lose them."""
    words = text_of(content, LONGEST_COMMENT) if "<" in content and ">" in content else content
    return clean_text(words, lines=True)[:LONGEST_COMMENT]
