"""Taking along those here who follow, block or mute an account that lives at another one now.

In batches, each a transaction of its own that asks for the next: blocks first, then mutes, then follows, so that nobody
comes to follow whom they keep away. What is done once is not done again, so a batch may run twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.database import Row
from rossgram_fed.federation import errands
from rossgram_fed.follows import actions, blocks, options
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models.relations import FollowState, NotificationKind
from rossgram_fed.notifications.actions import notify, withdraw
from rossgram_fed.web.errors import Refusal

BATCH = 50

_NOT_YET = "NOT EXISTS (SELECT 1 FROM {table} n WHERE n.account_id = r.account_id AND n.target_id = $2)"
_NOT_FOLLOWING = "NOT EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = r.account_id AND f.followed_id = $2)"
_TARGETS = (
    "SELECT r.id, r.account_id{more} FROM {table} r JOIN accounts a ON a.id = r.account_id WHERE r.target_id = $1 "  # noqa: S608 - constants
    f"AND a.domain = '' AND a.id <> $2 AND r.id > $3 AND {_NOT_YET} AND {_NOT_FOLLOWING} ORDER BY r.id LIMIT {BATCH}"
)
_FOLLOWERS = (
    "SELECT r.id, r.follower_id AS account_id, r.shows_boosts, r.notifies, r.languages, "  # noqa: S608 - constants
    "EXISTS (SELECT 1 FROM follows k WHERE k.follower_id = r.follower_id AND k.followed_id = $2) AS follows_already, "
    "EXISTS (SELECT 1 FROM mutes m WHERE m.account_id = r.follower_id AND m.target_id = $2) AS muted "
    "FROM follows r JOIN accounts a ON a.id = r.follower_id WHERE r.followed_id = $1 "
    f"AND a.domain = '' AND a.id <> $2 AND a.moved_to_uri = '' AND r.state = {int(FollowState.ACCEPTED)} "
    f"AND r.id > $3 ORDER BY r.id LIMIT {BATCH}"
)
_QUERIES = {
    "blocks": _TARGETS.format(table="blocks", more=""),
    "mutes": _TARGETS.format(table="mutes", more=", r.hides_news, r.expires_at"),
    "follows": _FOLLOWERS,
}
_LISTS = (
    "SELECT l.id FROM lists l JOIN list_members m ON m.list_id = l.id WHERE l.account_id = $1 AND m.account_id = $2"
)
_LISTED = (
    "INSERT INTO list_members (id, list_id, account_id) VALUES ($1, $2, $3) "
    "ON CONFLICT (list_id, account_id) DO NOTHING"
)
_NEXT = {"blocks": "mutes", "mutes": "follows"}


@dataclass(frozen=True, slots=True)
class Carrying:
    """Who is taken from where to where."""

    account_id: int
    """The account that was left."""
    target_id: int
    """The account they live at now."""
    uri: str
    """The address of the account that was left."""
    quietly: bool
    """The old account is nowhere any more: it is told nothing, and nobody is told of a move that was none."""


async def move_followers(instance: Instance, payload: dict[str, object]) -> None:
    """Do the job ``move_followers``: one batch, and ask for the one after it."""
    what, after = str(payload["what"]), int(str(payload["after"]))
    account_id, target_id = int(str(payload["account_id"])), int(str(payload["target_id"]))
    quietly = bool(payload["quietly"])
    async with instance.change() as change:
        left = await carry_over(
            change, account_id=account_id, target_id=target_id, what=what, after=after, quietly=quietly
        )
        if left is not None:
            await errands.move_followers(
                change, account_id=account_id, target_id=target_id, what=left[0], after=left[1], quietly=quietly
            )


async def move_all(instance: Instance, *, account_id: int, target_id: int) -> None:
    """Take everybody along now, batch by batch and quietly: for an account whose rows are about to be erased."""
    left: tuple[str, int] | None = ("blocks", 0)
    while left is not None:
        async with instance.change() as change:
            left = await carry_over(
                change, account_id=account_id, target_id=target_id, what=left[0], after=left[1], quietly=True
            )


async def carry_over(
    change: Change, *, account_id: int, target_id: int, what: str, after: int, quietly: bool
) -> tuple[str, int] | None:
    """Take one batch along; return what is left to do, from which row on, or None when that was all."""
    uri = await change.tx.fetch_value("SELECT uri FROM accounts WHERE id = $1", account_id)
    if uri is None:
        return None
    carrying = Carrying(account_id, target_id, str(uri), quietly)
    rows = await change.tx.fetch(_QUERIES[what], account_id, target_id, after)
    for row in rows:
        await (_carry_follow if what == "follows" else _carry_away)(change, carrying, row, what)
    if len(rows) == BATCH:
        return what, int(rows[-1]["id"])
    return (_NEXT[what], 0) if what in _NEXT else None


async def _carry_away(change: Change, carrying: Carrying, row: Row, what: str) -> None:
    """Block or mute the new account for somebody who did so with the old one, in the same way, and note why."""
    parties = {"account_id": row["account_id"], "target_id": carrying.target_id}
    try:
        if what == "blocks":
            await blocks.block(change, **parties)
        else:
            await blocks.mute(change, **parties, hides_news=bool(row["hides_news"]), until=row["expires_at"])
    except Refusal:
        return  # one of the two is not there any more
    await change.tx.execute(
        f"UPDATE {what} SET moved_from = $1 WHERE account_id = $2 AND target_id = $3",  # noqa: S608 - our own names
        carrying.uri,
        row["account_id"],
        carrying.target_id,
    )


async def _carry_follow(change: Change, carrying: Carrying, row: Row, what: str) -> None:
    """Let a follower follow the new account instead, in the same way, unless they keep it away; tell them of it."""
    follower_id = row["account_id"]
    lists = await change.tx.fetch(_LISTS, follower_id, carrying.account_id)
    if carrying.quietly:
        await actions.end_follow(change, follower_id=follower_id, followed_id=carrying.account_id)
    else:
        await _leave(change, follower_id=follower_id, followed_id=carrying.account_id)
        await withdraw(change, account_id=follower_id, kind=NotificationKind.MOVED, actor_id=carrying.account_id)
        await notify(change, account_id=follower_id, kind=NotificationKind.MOVED, actor_id=carrying.account_id)
    if row["muted"]:
        return
    try:
        await actions.follow(change, account_id=follower_id, target_id=carrying.target_id)
    except Refusal:
        return  # a block stands between them, or one of the two is not there any more
    if not row["follows_already"]:
        await options.set_options(
            change,
            account_id=follower_id,
            target_id=carrying.target_id,
            shows_boosts=bool(row["shows_boosts"]),
            notifies=bool(row["notifies"]),
            languages=row["languages"].split(),
        )
    for one in lists:
        await change.tx.execute(_LISTED, change.new_id(), one["id"], carrying.target_id)


async def _leave(change: Change, *, follower_id: int, followed_id: int) -> None:
    try:
        await actions.unfollow(change, account_id=follower_id, target_id=followed_id)
    except Refusal:
        await actions.end_follow(change, follower_id=follower_id, followed_id=followed_id)
