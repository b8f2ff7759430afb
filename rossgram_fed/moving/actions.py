"""What people here do about moving: name their other accounts, send their followers to one of them, take that back.

Whoever moved away posts and follows nothing until they take it back. Their posts stay where they are.
"""

from __future__ import annotations

import orjson

from activitypub.activities import Move
from activitypub.render import activity_document
from rossgram_fed.accounts.actions import tell_followers
from rossgram_fed.federation import addresses, errands, outbox
from rossgram_fed.instance import Change
from rossgram_fed.moving.targets import COOL_DOWN, mark_moved
from rossgram_fed.web.errors import Invalid, NotFound

MOST_ALIASES = 10


async def add_alias(change: Change, *, account_id: int, uri: str) -> None:
    """Say that the actor ``uri`` is the same person; only then may it send its followers here."""
    own, aliases = await _aliases(change, account_id)
    if uri == own:
        raise Invalid("This is the account that you are using.")
    if uri in aliases:
        return
    if len(aliases) >= MOST_ALIASES:
        raise Invalid(f"There may be {MOST_ALIASES} of these; remove one first.")
    await _set_aliases(change, account_id, [*aliases, uri])


async def remove_alias(change: Change, *, account_id: int, uri: str) -> None:
    """Say no longer that the actor ``uri`` is the same person."""
    _, aliases = await _aliases(change, account_id)
    if uri in aliases:
        await _set_aliases(change, account_id, [one for one in aliases if one != uri])


async def move_away(change: Change, *, account_id: int, target_id: int) -> None:
    """Send the followers of ``account_id`` to an account that ``check_target`` returned.

    Raises ``Invalid`` when the last move was less than seven days ago.
    """
    rows = await change.tx.fetch(
        "SELECT id, uri, followers_uri FROM accounts WHERE id IN ($1, $2) AND deleted_at IS NULL", account_id, target_id
    )
    found = {row["id"]: row for row in rows}
    if account_id not in found or target_id not in found or account_id == target_id:
        raise NotFound("There is no such account (any more).")
    mover, target = found[account_id], found[target_id]
    if not await mark_moved(change, account_id=account_id, target_uri=target["uri"]):
        raise Invalid("You moved less than seven days ago. Wait until a week is over.")
    await tell_followers(change, account_id=account_id)
    move = Move(
        id=addresses.activity_uri(mover["uri"], f"moves/{change.new_id()}"),
        actor=mover["uri"],
        to=(mover["followers_uri"],),
        object=mover["uri"],
        target=target["uri"],
    )
    audience = outbox.Audience(followers=True)
    await outbox.send(change, sender_id=account_id, document=activity_document(move), audience=audience)
    await errands.move_followers(change, account_id=account_id, target_id=target_id)


async def cancel_redirect(change: Change, *, account_id: int) -> None:
    """Use an account again that had moved away; who followed along stays where they are."""
    rows = await change.tx.fetch(
        "UPDATE accounts SET moved_to_uri = '', updated_at = $2 WHERE id = $1 AND moved_to_uri <> '' RETURNING id",
        account_id,
        change.now,
    )
    if rows:
        change.tx.signal("account", str(account_id))
        await tell_followers(change, account_id=account_id)


def may_move_at(moved_at: int | None) -> int:
    """Return the instant from which an account may move again."""
    return 0 if moved_at is None else moved_at + COOL_DOWN


async def _aliases(change: Change, account_id: int) -> tuple[str, list[str]]:
    row = await change.tx.fetch_one("SELECT uri, also_known_as FROM accounts WHERE id = $1", account_id)
    if row is None:
        raise NotFound("There is no such account (any more).")
    return row["uri"], orjson.loads(row["also_known_as"])


async def _set_aliases(change: Change, account_id: int, aliases: list[str]) -> None:
    await change.tx.execute(
        "UPDATE accounts SET also_known_as = $2, updated_at = $3 WHERE id = $1",
        account_id,
        orjson.dumps(aliases).decode(),
        change.now,
    )
    change.tx.signal("account", str(account_id))
    await tell_followers(change, account_id=account_id)
