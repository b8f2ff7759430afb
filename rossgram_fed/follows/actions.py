"""Following: ask, take back, accept, decline, remove; what people do here and what others' servers report.

A follow counts, and opens followers-only posts, only once the followed side said yes. Everything another server
reports is matched by the two accounts, never by the id of the activity alone: many servers invent those.
"""

from __future__ import annotations

from rossgram_fed.federation import errands, outbox
from rossgram_fed.federation.addresses import follow_uri
from rossgram_fed.follows import documents
from rossgram_fed.follows.parties import Party, blocked_between, count_follow, parties
from rossgram_fed.instance import Change
from rossgram_fed.models.relations import FollowState, NotificationKind
from rossgram_fed.notifications.actions import notify, withdraw
from rossgram_fed.web.errors import Forbidden, Invalid, MovedAway, NotFound

BACKFILLED_LATELY = 60 * 60_000
"""Milliseconds for which the recent posts of a stranger whom nobody here followed are recent enough."""
_HANGS_ON_IT = (
    "DELETE FROM list_members WHERE account_id = $2 AND list_id IN (SELECT id FROM lists WHERE account_id = $1)",
    "DELETE FROM endorsements WHERE account_id = $1 AND target_id = $2",
)


async def follow(change: Change, *, account_id: int, target_id: int) -> FollowState:
    """Follow an account, or ask to; say which it is now. Following twice changes nothing.

    Raises ``Invalid`` for oneself, ``Forbidden`` across a block and where one of the two has moved away, and
    ``NotFound`` for who is not there.
    """
    if account_id == target_id:
        raise Invalid("You cannot follow yourself.")
    follower, followed = await parties(change, account_id, target_id)
    if follower.moved:
        raise MovedAway
    if followed.moved:
        raise Forbidden("They have moved to another account; follow them there.")
    if await blocked_between(change, account_id, target_id):
        raise Forbidden("You cannot follow this account, since one of you blocks the other.")
    state = FollowState.ACCEPTED if followed.local and not followed.locked else FollowState.PENDING
    follow_id = change.new_id()
    uri = follow_uri(change.settings, follow_id)
    if not await _insert(change, follow_id, follower.id, followed.id, state=state, uri=uri):
        return await _state(change, follower.id, followed.id)
    if not followed.local:
        document = documents.follow_document(uri=uri, follower=follower.uri, followed=followed.uri)
        await outbox.send_to(change, sender_id=follower.id, receiver_id=followed.id, document=document)
        if followed.backfilled_at < change.now - BACKFILLED_LATELY:
            await errands.backfill(change, account_id=followed.id)
        return state
    await _announce(change, follower_id=follower.id, followed_id=followed.id, state=state)
    return state


async def unfollow(change: Change, *, account_id: int, target_id: int) -> None:
    """Stop following, or take a request back; nothing happens when there is neither."""
    follower, followed = await parties(change, account_id, target_id)
    uri = await end_follow(change, follower_id=follower.id, followed_id=followed.id)
    if uri and not followed.local:
        document = documents.undo_follow_document(uri=uri, follower=follower.uri, followed=followed.uri)
        await outbox.send_to(change, sender_id=follower.id, receiver_id=followed.id, document=document)


async def accept(change: Change, *, account_id: int, follower_id: int) -> None:
    """Accept a request to follow ``account_id``; raises ``NotFound`` when there is none."""
    followed, follower = await parties(change, account_id, follower_id)
    uri = await _accept_row(change, follower_id=follower.id, followed_id=followed.id)
    if uri is None:
        raise NotFound("There is no such request (any more).")
    await _announce(change, follower_id=follower.id, followed_id=followed.id, state=FollowState.ACCEPTED)
    if follower.local:
        kind = NotificationKind.FOLLOW_ACCEPTED
        await notify(change, account_id=follower.id, kind=kind, actor_id=followed.id)
        return
    await _tell_accepted(change, follower=follower, followed=followed, uri=uri)


async def decline(change: Change, *, account_id: int, follower_id: int) -> None:
    """Refuse a request, or remove a follower; both ends are the same Reject to another server."""
    followed, follower = await parties(change, account_id, follower_id)
    uri = await end_follow(change, follower_id=follower.id, followed_id=followed.id)
    if uri and not follower.local:
        await _tell_rejected(change, follower=follower, followed=followed, uri=uri)


remove_follower = decline


async def receive_follow(change: Change, *, follower_id: int, followed_id: int, uri: str) -> None:
    """Take a Follow from another server: accepted at once, or kept as a request; repeated ones are answered again.

    Across a block nothing happens, and nobody is told. Who moved away from here is followed by nobody new.
    """
    follower, followed = await parties(change, follower_id, followed_id)
    if await blocked_between(change, follower_id, followed_id):
        return
    if followed.moved:
        await _tell_rejected(change, follower=follower, followed=followed, uri=uri)
        return
    state = FollowState.PENDING if followed.locked else FollowState.ACCEPTED
    if await _insert(change, change.new_id(), follower_id, followed_id, state=state, uri=uri):
        await _announce(change, follower_id=follower_id, followed_id=followed_id, state=state)
    else:
        state = await _renew(change, follower_id=follower_id, followed_id=followed_id, uri=uri, wanted=state)
    if state is FollowState.ACCEPTED:
        await _tell_accepted(change, follower=follower, followed=followed, uri=uri)


async def receive_accept(change: Change, *, follower_id: int, followed_id: int) -> bool:
    """Take the followed side's yes; say whether a request of ours was waiting for it."""
    if await _accept_row(change, follower_id=follower_id, followed_id=followed_id) is None:
        return False
    await notify(change, account_id=follower_id, kind=NotificationKind.FOLLOW_ACCEPTED, actor_id=followed_id)
    return True


async def end_follow(change: Change, *, follower_id: int, followed_id: int) -> str:
    """Remove a follow or request with all that hangs on it; return the id of its Follow, empty when there was none.

    Whoever is not followed any more leaves the follower's lists and profile.
    """
    rows = await change.tx.fetch(
        "DELETE FROM follows WHERE follower_id = $1 AND followed_id = $2 RETURNING state, uri", follower_id, followed_id
    )
    if not rows:
        return ""
    if rows[0]["state"] == FollowState.ACCEPTED:
        await count_follow(change, follower_id=follower_id, followed_id=followed_id, by=-1)
    kind = NotificationKind.FOLLOW_REQUEST
    await withdraw(change, account_id=followed_id, kind=kind, actor_id=follower_id)
    for statement in _HANGS_ON_IT:
        await change.tx.execute(statement, follower_id, followed_id)
    return str(rows[0]["uri"])


async def _insert(
    change: Change, follow_id: int, follower_id: int, followed_id: int, *, state: FollowState, uri: str
) -> bool:
    rows = await change.tx.fetch(
        "INSERT INTO follows (id, follower_id, followed_id, state, uri, created_at) VALUES ($1, $2, $3, $4, $5, $6) "
        "ON CONFLICT (follower_id, followed_id) DO NOTHING RETURNING id",
        follow_id,
        follower_id,
        followed_id,
        int(state),
        uri,
        change.now,
    )
    if rows and state is FollowState.ACCEPTED:
        await count_follow(change, follower_id=follower_id, followed_id=followed_id, by=1)
    return bool(rows)


async def _renew(change: Change, *, follower_id: int, followed_id: int, uri: str, wanted: FollowState) -> FollowState:
    """Note the newest id of a repeated Follow; a request to an account unlocked since is accepted now."""
    await change.tx.execute(
        "UPDATE follows SET uri = $1 WHERE follower_id = $2 AND followed_id = $3", uri, follower_id, followed_id
    )
    state = await _state(change, follower_id, followed_id)
    if state is FollowState.PENDING and wanted is FollowState.ACCEPTED:
        await _accept_row(change, follower_id=follower_id, followed_id=followed_id)
        await _announce(change, follower_id=follower_id, followed_id=followed_id, state=wanted)
        return wanted
    return state


async def _state(change: Change, follower_id: int, followed_id: int) -> FollowState:
    state = await change.tx.fetch_value(
        "SELECT state FROM follows WHERE follower_id = $1 AND followed_id = $2", follower_id, followed_id
    )
    return FollowState(state)


async def _accept_row(change: Change, *, follower_id: int, followed_id: int) -> str | None:
    rows = await change.tx.fetch(
        "UPDATE follows SET state = $1 WHERE follower_id = $2 AND followed_id = $3 AND state = $4 RETURNING uri",
        int(FollowState.ACCEPTED),
        follower_id,
        followed_id,
        int(FollowState.PENDING),
    )
    if not rows:
        return None
    await count_follow(change, follower_id=follower_id, followed_id=followed_id, by=1)
    return str(rows[0]["uri"])


async def _announce(change: Change, *, follower_id: int, followed_id: int, state: FollowState) -> None:
    """Tell a local account that it is followed, or asked; a request that was answered asks no longer."""
    request = NotificationKind.FOLLOW_REQUEST
    if state is FollowState.PENDING:
        await notify(change, account_id=followed_id, kind=request, actor_id=follower_id)
        return
    await withdraw(change, account_id=followed_id, kind=request, actor_id=follower_id)
    await notify(change, account_id=followed_id, kind=NotificationKind.FOLLOW, actor_id=follower_id)


async def _tell_accepted(change: Change, *, follower: Party, followed: Party, uri: str) -> None:
    document = documents.accept_document(uri=uri, follower=follower.uri, followed=followed.uri, number=change.new_id())
    await outbox.send_to(change, sender_id=followed.id, receiver_id=follower.id, document=document)


async def _tell_rejected(change: Change, *, follower: Party, followed: Party, uri: str) -> None:
    document = documents.reject_document(uri=uri, follower=follower.uri, followed=followed.uri, number=change.new_id())
    await outbox.send_to(change, sender_id=followed.id, receiver_id=follower.id, document=document)
