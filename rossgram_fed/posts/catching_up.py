"""What was missed while this server was down: GoToSocial gives up after four minutes, Pixelfed never tries again.

After a gap the outboxes of all followed strangers are read again, one after the other: the most followed first, a few
hundred an hour. One job leads to the next, so a server that is killed goes on where it was. What was deleted meanwhile
cannot be learnt this way.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from datetime import datetime

from activitypub.activities import Announce
from activitypub.errors import ActivityPubError
from activitypub.objects import Note
from rossgram_fed.database import Row
from rossgram_fed.federation import errands
from rossgram_fed.federation.addresses import LONGEST_URI, is_local
from rossgram_fed.federation.budget import MISSED, Budget, BudgetSpent
from rossgram_fed.federation.network import MINUTE, Network
from rossgram_fed.federation.remote_documents import passing
from rossgram_fed.federation.undone import was_undone
from rossgram_fed.instance import Change
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts import remote
from rossgram_fed.posts.fetching import take
from rossgram_fed.posts.outboxes import Outbox, Stranger, stranger
from rossgram_fed.reactions.actions import receive_boost
from rossgram_fed.reactions.subjects import subject_by_uri
from rossgram_fed.visibility import heard

PER_HOUR = 600
"""Outboxes read in an hour, at most."""
MARGIN = 10 * MINUTE
"""Before the last sign of life: what was on its way then may have been lost too, and clocks differ."""
OLDER_IN_A_ROW = 3
"""So many posts from before end the reading of an outbox: a pinned or backdated one does not."""
PLANNED = 50
"""Accounts looked up at once."""

_FOLLOWED = (
    "SELECT a.id, COUNT(*) AS followers FROM follows f JOIN accounts a ON a.id = f.followed_id "
    f"WHERE f.state = 1 AND a.domain <> '' AND a.deleted_at IS NULL AND {heard('a')} "
    "GROUP BY a.id HAVING COUNT(*) < $1 OR (COUNT(*) = $1 AND a.id > $2) "
    f"ORDER BY followers DESC, a.id LIMIT {PLANNED}"
)


async def on_gap(change: Change, since: int) -> None:
    """Ask for everything that followed strangers published after the instant ``since``, when we were last alive."""
    await errands.catch_up(change, since=since - MARGIN)


async def catch_up(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``catch_up``: read the outbox of the next followed stranger, and leave the others to the next job."""
    since = int(str(payload["since"]))
    waiting, after = _ids(payload.get("waiting")), _ids(payload.get("after"))
    if not waiting:
        planned = await _planned(network, after)
        if not planned:
            return
        waiting = [row["id"] for row in planned]
        after = [planned[-1]["followers"], planned[-1]["id"]]
    await _poll_or_put_off(network, waiting[0], since=since)
    async with network.instance.change() as change:
        await errands.catch_up(
            change,
            since=since,
            waiting=waiting[1:],
            after=(after[0], after[1]),
            run_at=change.now + 60 * MINUTE // PER_HOUR,
        )


async def poll_account(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``poll_account``: read what the stranger ``account_id`` published after ``since``.

    Raises ``Unreachable`` and passing refusals, to be tried again, if nothing was found.
    """
    owner = await stranger(network.instance.database, int(str(payload["account_id"])))
    if owner is None:
        return
    found: list[Note | Announce] = []
    try:
        await _read_since(Outbox.of(network, Budget(MISSED, home=owner.home), owner), int(str(payload["since"])), found)
    except BudgetSpent:
        pass
    except ActivityPubError as error:
        if passing(error) and not found:
            raise
    for one in reversed(found):
        async with network.instance.change() as change:
            await _receive(change, one, owner)


async def _planned(network: Network, after: list[int]) -> list[Row]:
    """Return the next accounts to be asked, from below a place in the order of how many here follow them."""
    followers, account_id = after or [2**31 - 1, 0]
    return list(await network.instance.database.fetch(_FOLLOWED, followers, account_id))


async def _poll_or_put_off(network: Network, account_id: int, *, since: int) -> None:
    """Read one outbox; where that does not work now, a job of its own tries again, and the others need not wait."""
    try:
        await poll_account(network, {"account_id": account_id, "since": since})
    except ActivityPubError:
        async with network.instance.change() as change:
            await errands.poll_account(change, account_id=account_id, since=since)


async def _read_since(outbox: Outbox, since: int, found: list[Note | Announce]) -> None:
    older = 0
    async for one in outbox.published():
        if _instant(one) < since:
            older += 1
            if older >= OLDER_IN_A_ROW:
                return
            continue
        older = 0
        outbox.budget.item()
        if isinstance(one, Announce) or _is_open(one, outbox.owner):
            found.append(one)


async def _receive(change: Change, one: Note | Announce, owner: Stranger) -> None:
    """Give what was missed the effect it would have had on its way here."""
    if isinstance(one, Note):
        await take(change, one, account_id=owner.id)
        return
    if await was_undone(change, one.id, account_id=owner.id):
        return
    post = await subject_by_uri(change, account_id=owner.id, uri=one.object)
    if post is not None:
        await receive_boost(change, account_id=owner.id, post=post, uri=one.id[:LONGEST_URI])
    elif len(one.object) <= LONGEST_URI and not is_local(change.settings, one.object):
        await errands.fetch_boosted(change, one.object, account_id=owner.id, boost_uri=one.id[:LONGEST_URI])


def _is_open(note: Note, owner: Stranger) -> bool:
    return remote.visibility_in(note, owner.followers_uri) in (Visibility.PUBLIC, Visibility.UNLISTED)


def _instant(one: Note | Announce) -> int:
    """Return when something was published or last edited; what does not say may be new."""
    moments: list[datetime] = [moment for moment in (one.published, getattr(one, "updated", None)) if moment]
    return int(max(moments).timestamp() * 1000) if moments else 2**62


def _ids(value: object) -> list[int]:
    return [int(one) for one in value if isinstance(one, int)] if isinstance(value, list) else []
