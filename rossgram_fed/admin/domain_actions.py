"""Setting and lifting the rules for whole servers, and what each does to the accounts there.

A rule is one row; the doors know it at once. What accounts carry of it (their standing, their follows, our copies of
their pictures) is brought in line in the same change where they are few, and by a job in batches where they are many.
What a suspension severed does not come back when it is lifted.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Mapping, Sequence

from rossgram_fed.admin.domain_queries import BATCH, Under, accounts_under, waiting_hosts
from rossgram_fed.database.engine import placeholders
from rossgram_fed.federation import errands, outbox
from rossgram_fed.federation.domain_rules import SIGNAL, Rule, Verdict, all_rules, verdict_of
from rossgram_fed.follows.parties import count_follow
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models.accounts import Standing
from rossgram_fed.models.federation import WorkState
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.models.relations import FollowState
from rossgram_fed.moderation import log
from rossgram_fed.moderation.log import Deed
from rossgram_fed.moderation.staff import Staff

AT_ONCE = 500
"""Deliveries that are dropped in one change."""
_WHY = "This server was suspended here."


async def set_rule(change: Change, staff: Staff, rule: Rule) -> None:
    """Write or change the rule for a host, and begin to apply it."""
    await _write(change, staff, rule)
    await _apply(change, rule.host)


async def lift_rule(change: Change, staff: Staff, host: str) -> bool:
    """Remove the rule for a host, so that the next above it counts, if any; say whether there was one."""
    rule = next((one for one in await all_rules(change.tx) if one.host == host), None)
    if rule is None:
        return False
    await change.tx.execute("DELETE FROM domain_rules WHERE host = $1", host)
    await log.write_of_host(change, staff, deed=Deed.LIFT_RULE, host=host, reason=f"It was {in_words(rule)}.")
    change.tx.signal(SIGNAL)
    await _apply(change, host)
    return True


async def set_rules(change: Change, staff: Staff, rules: Sequence[Rule]) -> None:
    """Write many rules; one job applies them all."""
    for rule in rules:
        await _write(change, staff, rule)
    if rules:
        await errands.apply_domain_rules(change, "")


async def apply_rules(instance: Instance, payload: Mapping[str, object]) -> None:
    """Do the job ``apply_domain_rules``: bring everything below ``host`` (empty: everything) in line, in batches.

    Done twice it changes nothing more.
    """
    host, after = str(payload["host"]), 0
    while True:
        async with instance.change() as change:
            batch = await accounts_under(change.tx, host, after=after, limit=BATCH)
            await _bring_in_line(change, batch)
        if len(batch) < BATCH:
            break
        after = batch[-1].id
    dropped = True
    while dropped:
        async with instance.change() as change:
            dropped = await _drop_deliveries(change, host)


async def apply_at_start(instance: Instance) -> None:
    """Have everything looked through when an allow list may have been switched on or off since the last start."""
    suspended = await instance.database.fetch_one(
        "SELECT 1 AS one FROM accounts WHERE host_standing = $1 LIMIT 1", int(Standing.SUSPENDED)
    )
    if suspended is not None or instance.settings.federation.allow_list_only:
        async with instance.change() as change:
            await errands.apply_domain_rules(change, "")


def in_words(rule: Rule) -> str:
    """Say what a rule does; what the admins noted about it is for them alone."""
    words = [rule.standing.name.lower()]
    words += ["no pictures"] if rule.reject_media else []
    words += ["no reports"] if rule.reject_reports else []
    return ", ".join(words)


async def _write(change: Change, staff: Staff, rule: Rule) -> None:
    await change.tx.execute(
        "INSERT INTO domain_rules (host, standing, reject_media, reject_reports, comment, public_comment, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (host) DO UPDATE SET standing = excluded.standing, "
        "reject_media = excluded.reject_media, reject_reports = excluded.reject_reports, "
        "comment = excluded.comment, public_comment = excluded.public_comment",
        rule.host,
        int(rule.standing),
        rule.reject_media,
        rule.reject_reports,
        rule.comment,
        rule.public_comment,
        change.now,
    )
    change.tx.signal(SIGNAL)
    await log.write_of_host(change, staff, deed=Deed.SET_RULE, host=rule.host, reason=f"It is {in_words(rule)}.")


async def _apply(change: Change, host: str) -> None:
    """Bring what is below a host in line now if that is little, else leave all of it to a job."""
    batch = await accounts_under(change.tx, host, after=0, limit=BATCH)
    if len(batch) == BATCH:
        await errands.apply_domain_rules(change, host)
        return
    await _bring_in_line(change, batch)
    if await _drop_deliveries(change, host):
        await errands.apply_domain_rules(change, host)


async def _bring_in_line(change: Change, batch: Sequence[Under]) -> None:
    rules = {rule.host: rule for rule in await all_rules(change.tx)} if batch else {}
    wanted = {one: verdict_of(rules, one.uri, one.domain, settings=change.settings) for one in batch}
    changed = {one: verdict for one, verdict in wanted.items() if verdict != one.verdict}
    for verdict in set(changed.values()):
        ids = [one.id for one, its in changed.items() if its == verdict]
        await _mark(change, ids, verdict)
    await _sever(change, [one.id for one, its in changed.items() if its.standing is Standing.SUSPENDED])
    await _forget_pictures(change, [one.id for one, its in changed.items() if its.media_refused])
    if changed:
        change.tx.signal("account")  # nothing that is remembered of anybody can be relied on


async def _mark(change: Change, ids: Sequence[int], verdict: Verdict) -> None:
    await change.tx.execute(
        f"UPDATE accounts SET host_standing = $1, media_refused = $2 WHERE id IN ({placeholders(len(ids), 3)})",
        int(verdict.standing),
        verdict.media_refused,
        *ids,
    )


async def _sever(change: Change, ids: Sequence[int]) -> None:
    """End every follow of these accounts, both ways, without a word to anybody; they leave lists and profiles."""
    if not ids:
        return
    marks = placeholders(len(ids))
    rows = await change.tx.fetch(
        f"DELETE FROM follows WHERE follower_id IN ({marks}) OR followed_id IN ({marks}) "
        "RETURNING follower_id, followed_id, state",
        *ids,
    )
    for row in rows:
        if row["state"] == FollowState.ACCEPTED:
            await count_follow(change, follower_id=row["follower_id"], followed_id=row["followed_id"], by=-1)
    await change.tx.execute(f"DELETE FROM list_members WHERE account_id IN ({marks})", *ids)
    await change.tx.execute(f"DELETE FROM endorsements WHERE target_id IN ({marks})", *ids)


async def _forget_pictures(change: Change, ids: Sequence[int]) -> None:
    """Let go of our copies of these accounts' photos and avatars; the sweep removes the files."""
    if not ids:
        return
    marks = placeholders(len(ids))
    await change.tx.execute(
        "UPDATE media_files SET photo_id = NULL WHERE remote = TRUE AND photo_id IN "
        f"(SELECT h.id FROM photos h WHERE h.account_id IN ({marks}))",
        *ids,
    )
    await change.tx.execute(
        f"UPDATE media_files SET account_id = NULL WHERE remote = TRUE AND account_id IN ({marks})", *ids
    )
    await change.tx.execute(
        f"UPDATE photos SET state = {int(PhotoState.REMOTE)}, renditions = '{{}}' "
        f"WHERE account_id IN ({marks}) AND remote_url <> '' AND state = {int(PhotoState.READY)}",
        *ids,
    )
    change.tx.signal("media")


async def _drop_deliveries(change: Change, host: str) -> bool:
    """Give up on what waits for suspended servers below ``host``, so much at a time; say whether more may be left."""
    hosts = await waiting_hosts(change.tx, host)
    rules = {rule.host: rule for rule in await all_rules(change.tx)} if hosts else {}
    closed = [
        one
        for one in hosts
        if verdict_of(rules, f"https://{one}/", "", settings=change.settings).standing is Standing.SUSPENDED
    ]
    if not closed:
        return False
    rows = await change.tx.fetch(
        f"UPDATE deliveries SET state = {int(WorkState.FAILED)}, finished_at = $1, leased_until = 0, last_error = $2 "
        f"WHERE id IN (SELECT d.id FROM deliveries d WHERE d.state = {int(WorkState.WAITING)} "
        f"AND d.host IN ({placeholders(len(closed), 3)}) ORDER BY d.id LIMIT {AT_ONCE}) RETURNING id",
        change.now,
        _WHY,
        *closed,
    )
    change.tx.signal(outbox.SIGNAL)
    return len(rows) == AT_ONCE
