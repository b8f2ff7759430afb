"""Whether one account may send its followers to another: only when the other says itself that they are one person.

The target is always read anew from its own origin. Who has moved on from there, or never said that it is the mover
(``alsoKnownAs``), gets nobody: a forged or mistaken move must change nothing.
"""

from __future__ import annotations

import orjson

from activitypub.errors import AddressRefused
from rossgram_fed.federation import addresses, remote_accounts
from rossgram_fed.federation.network import Network
from rossgram_fed.instance import Change
from rossgram_fed.visibility import heard

COOL_DOWN = 7 * 24 * 60 * 60_000
"""Milliseconds from one move of an account to its next."""


class NoTarget(Exception):
    """The account cannot be moved to; the text is a sentence for whoever wants to."""


async def check_target(network: Network, *, mover_uri: str, target_uri: str) -> int:
    """Return the account id of the actor at ``target_uri``, who says that it is the mover as well.

    Raises ``NoTarget`` when it does not say so, moved on, or is the mover; ``ActivityPubError`` when it cannot be read.
    """
    if target_uri == mover_uri:
        raise NoTarget("An account cannot move to itself.")
    if addresses.is_local(network.instance.settings, target_uri):
        return await _local_target(network, mover_uri=mover_uri, target_uri=target_uri)
    actor = await remote_accounts.read(network, target_uri)
    if actor.id != target_uri:
        raise NoTarget("That address is another account's.")
    _check(mover_uri, aliases=actor.also_known_as, moved_to=actor.moved_to)
    account_id = await remote_accounts.keep(network, actor)
    if not await _welcome(network, account_id):
        raise NoTarget("This server does not show that account.")
    return account_id


async def mark_moved(change: Change, *, account_id: int, target_uri: str) -> bool:
    """Write down that an account has moved; False when it is gone, or moved less than seven days ago."""
    rows = await change.tx.fetch(
        "UPDATE accounts SET moved_to_uri = $2, moved_at = $3, updated_at = $3 WHERE id = $1 AND deleted_at IS NULL "  # noqa: S608 - constants
        f"AND {heard('accounts')} AND (moved_at IS NULL OR moved_at <= $4) RETURNING id",
        account_id,
        target_uri,
        change.now,
        change.now - COOL_DOWN,
    )
    if rows:
        change.tx.signal("account", str(account_id))
    return bool(rows)


def _check(mover_uri: str, *, aliases: tuple[str, ...], moved_to: str) -> None:
    if mover_uri not in aliases:
        raise NoTarget("The new account does not say that it is yours: add this one to its aliases there first.")
    if moved_to:
        raise NoTarget("The new account has moved on itself.")


async def _local_target(network: Network, *, mover_uri: str, target_uri: str) -> int:
    row = await network.instance.database.fetch_one(
        "SELECT id, also_known_as, moved_to_uri FROM accounts WHERE uri = $1 AND domain = '' "
        "AND actor_type <> 'Application' AND deleted_at IS NULL AND suspended_at IS NULL",
        target_uri,
    )
    if row is None:
        raise AddressRefused("Nobody here has that address.")
    _check(mover_uri, aliases=tuple(orjson.loads(row["also_known_as"])), moved_to=row["moved_to_uri"])
    return int(row["id"])


async def _welcome(network: Network, account_id: int) -> bool:
    return bool(
        await network.instance.database.fetch_value(
            f"SELECT 1 FROM accounts a WHERE a.id = $1 AND a.deleted_at IS NULL AND {heard('a')}",  # noqa: S608 - a constant
            account_id,
        )
    )
