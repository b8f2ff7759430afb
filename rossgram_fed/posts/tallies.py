"""How strangers' polls stand, asked of their own servers, which tell it to few.

Asked when somebody who is signed in looks, at most once a minute, and once more some minutes after the end if somebody
here voted. What was told after the end is final. Only polls that are for everybody are asked for: of others their
authors tell.
"""

from __future__ import annotations

import contextlib

from activitypub.errors import ActivityPubError
from rossgram_fed.federation import errands
from rossgram_fed.federation.budget import POLL
from rossgram_fed.federation.network import MINUTE, Network
from rossgram_fed.instance import Change
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts import fetching
from rossgram_fed.visibility import heard

GRACE = 5 * MINUTE
"""After the end, within which all who ask come one after the other and not at one instant."""
_STALE = (
    "SELECT p.uri FROM polls po JOIN posts p ON p.id = po.post_id JOIN accounts a ON a.id = p.account_id "  # noqa: S608 - constants only
    f"WHERE po.post_id = $1 AND p.local = FALSE AND p.visibility <= {int(Visibility.UNLISTED)} AND {heard('a')} "
    "AND po.fetched_at <= $2 AND (po.expires_at IS NULL OR po.fetched_at <= po.expires_at)"
)


async def look(network: Network, post_id: int) -> None:
    """Have it asked how the poll of a post stands, since somebody who is signed in looks at it."""
    if await _address(network, post_id) is not None:
        async with network.instance.change() as change:
            await errands.refresh_poll(change, post_id=post_id)


async def ask_now(network: Network, post_id: int) -> bool:
    """Ask how the poll of a post stands, and wait for it a little while; say whether there was an answer."""
    uri = await _address(network, post_id)
    with contextlib.suppress(ActivityPubError):
        return uri is not None and await _read(network, uri)
    return False


async def refresh_poll(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``refresh_poll`` for the post ``post_id``. Raises passing refusals, to be tried again."""
    uri = await _stale(network, int(str(payload["post_id"])))
    if uri is not None:
        await _read(network, uri)


async def ask_after_the_end(change: Change, *, post_id: int) -> None:
    """Have it asked how a poll ended that is over now, if it is a stranger's and somebody here voted."""
    voted = await change.tx.fetch_one(
        "SELECT 1 AS voted FROM posts p JOIN polls po ON po.post_id = p.id JOIN poll_votes v ON v.poll_id = po.id "
        "WHERE p.id = $1 AND p.local = FALSE LIMIT 1",
        post_id,
    )
    if voted is not None:
        await errands.refresh_poll(change, post_id=post_id, at=change.now + MINUTE + post_id % (GRACE - MINUTE))


async def _address(network: Network, post_id: int) -> str | None:
    """Return where to ask how a poll stands; None when nobody needs to, or somebody did within the last minute."""
    now = network.instance.clock()
    if network.polls_seen.get(post_id, now=now):
        return None
    network.polls_seen.put(post_id, True, now=now)
    return await _stale(network, post_id)


async def _stale(network: Network, post_id: int) -> str | None:
    since = network.instance.clock() - MINUTE
    uri = await network.instance.database.fetch_value(_STALE, post_id, since)
    return None if uri is None else str(uri)


async def _read(network: Network, uri: str) -> bool:
    found = await fetching.read(network, uri, limits=POLL)
    if found is None:
        return False
    note, account_id = found
    async with network.instance.change() as change:
        return note.id == uri and await fetching.take(change, note, account_id=account_id) is not None
