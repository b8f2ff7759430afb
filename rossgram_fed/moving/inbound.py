"""Moves of strangers, as they arrive and as their profiles tell of them.

Whoever signed may move themselves and nobody else. What they say of the new account is asked of the new account, by a
job; nothing is changed before it agreed.
"""

from __future__ import annotations

from activitypub.activities import Move
from activitypub.errors import ActivityPubError
from rossgram_fed.database import Reader, Row
from rossgram_fed.federation import errands
from rossgram_fed.federation.arrivals import Arrival, Handlers
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.remote_documents import passing
from rossgram_fed.moving.targets import COOL_DOWN, NoTarget, check_target, mark_moved
from rossgram_fed.visibility import heard
from rossgram_fed.web.errors import TooMany
from rossgram_fed.web.throttle import Limit, count_try

CHECKS = Limit("move:account", tries=20, minutes=24 * 60)
"""How often one stranger makes us look whether they have moved."""

_HERE = "SELECT 1 FROM {table} r JOIN accounts a ON a.id = r.{who} WHERE r.{whom} = m.id AND a.domain = ''"
_CONCERNS_US = " OR ".join(
    f"EXISTS ({_HERE.format(table=table, who=who, whom=whom)})"
    for table, who, whom in (
        ("follows", "follower_id", "followed_id"),
        ("blocks", "account_id", "target_id"),
        ("mutes", "account_id", "target_id"),
    )
)


async def on_move(arrival: Arrival) -> bool:
    """The sender lives elsewhere now, they say; it is looked into if anybody here follows, blocks or mutes them."""
    activity, sender = arrival.activity, arrival.sender
    if not isinstance(activity, Move) or activity.object != sender.uri:
        return False
    if activity.target not in ("", sender.uri) and await _mover(
        arrival.change.tx, sender.account_id, now=arrival.change.now
    ):
        await errands.move_account(arrival.change, account_id=sender.account_id, target_uri=activity.target)
    return True


async def move_account(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``move_account``: if ``target_uri`` agrees that ``account_id`` moved there, take their people along.

    Raises ``RequestFailed`` when the target may answer later.
    """
    instance, account_id, target_uri = network.instance, int(str(payload["account_id"])), str(payload["target_uri"])
    mover = await _mover(instance.database, account_id, now=instance.clock())
    if mover is None or mover["moved_to_uri"] == target_uri:
        return
    try:
        await count_try(instance, CHECKS, subject=str(account_id))
        target_id = await check_target(network, mover_uri=mover["uri"], target_uri=target_uri)
    except (TooMany, NoTarget):
        return
    except ActivityPubError as error:
        if passing(error):
            raise
        return
    async with instance.change() as change:
        if await mark_moved(change, account_id=account_id, target_uri=target_uri):
            await errands.move_followers(change, account_id=account_id, target_id=target_id)


HANDLERS: Handlers = {Move: (on_move,)}
"""What this feature answers to."""


async def _mover(reader: Reader, account_id: int, *, now: int) -> Row | None:
    """Return a stranger who may move now and whom somebody here follows, blocks or mutes."""
    return await reader.fetch_one(
        "SELECT m.uri, m.moved_to_uri FROM accounts m WHERE m.id = $1 AND m.domain <> '' AND m.deleted_at IS NULL "  # noqa: S608 - constants
        f"AND {heard('m')} AND (m.moved_at IS NULL OR m.moved_at <= $2) AND ({_CONCERNS_US})",
        account_id,
        now - COOL_DOWN,
    )
