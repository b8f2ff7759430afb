"""What somebody does about an account: follow, block, mute, note, recommend; each answered with how they stand now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from rossgram_fed.api.accounts import existing
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.relationships import Relationship, relationship_from
from rossgram_fed.api.parameters import Ids
from rossgram_fed.api.reading import accounts_by_ids
from rossgram_fed.api.table import Route
from rossgram_fed.database.engine import placeholders
from rossgram_fed.follows import actions, blocks, options
from rossgram_fed.follows.listing import familiar_followers
from rossgram_fed.follows.relations import relations
from rossgram_fed.instance import Change
from rossgram_fed.visibility import heard
from rossgram_fed.web.errors import Invalid

MOST_AT_ONCE = 80
LONGEST_MUTE = 100 * 365 * 24 * 60 * 60
"""Seconds; longer ones have no end."""


class RelationshipsParams(msgspec.Struct, kw_only=True):
    """With whom."""

    id: Ids = msgspec.field(default_factory=Ids)
    with_suspended: bool = False


class FamiliarParams(msgspec.Struct, kw_only=True):
    """Whose followers."""

    id: Ids = msgspec.field(default_factory=Ids)


class FollowParams(msgspec.Struct, kw_only=True):
    """What comes with a follow; what is not said stays."""

    reblogs: bool | None = None
    notify: bool | None = None
    languages: list[str] | None = None


class MuteParams(msgspec.Struct, kw_only=True):
    """How to mute."""

    notifications: bool = True
    duration: int = 0
    """Seconds; 0: without an end."""


class NoteParams(msgspec.Struct, kw_only=True):
    """What to write down."""

    comment: str = ""


class Familiar(msgspec.Struct):
    """Who follows an account of those whom one follows."""

    id: str
    accounts: list[Account]


async def show(call: Call, params: RelationshipsParams) -> list[Relationship]:
    """Show how one stands to several accounts."""
    ids = list(dict.fromkeys(params.id))[:MOST_AT_ONCE]
    if not ids:
        return []
    kept = "" if params.with_suspended else f" AND {heard('a')}"
    rows = await call.database.fetch(
        f"SELECT a.id FROM accounts a WHERE a.id IN ({placeholders(len(ids))}) "  # noqa: S608 - placeholders
        f"AND a.deleted_at IS NULL{kept}",
        *ids,
    )
    there = {row["id"] for row in rows}
    return await _relationships(call, [one for one in ids if one in there])


async def familiar(call: Call, params: FamiliarParams) -> list[Familiar]:
    """Show, for several accounts, who follows them of those whom one follows."""
    found = await familiar_followers(call.database, call.account_id, list(dict.fromkeys(params.id))[:MOST_AT_ONCE])
    accounts = await accounts_by_ids(call.database, call.settings, {one for ids in found.values() for one in ids})
    return [
        Familiar(str(account_id), [accounts[one] for one in ids if one in accounts])
        for account_id, ids in found.items()
    ]


async def follow(call: Call, params: FollowParams) -> Relationship:
    """Follow an account, or ask to; following again changes how."""
    account_id, target_id = call.account_id, await existing(call)
    async with call.instance.change() as change:
        await actions.follow(change, account_id=account_id, target_id=target_id)
        await options.set_options(
            change,
            account_id=account_id,
            target_id=target_id,
            shows_boosts=params.reblogs,
            notifies=params.notify,
            languages=params.languages,
        )
    return await relationship(call, target_id)


async def mute(call: Call, params: MuteParams) -> Relationship:
    """Mute an account, for a while or for good."""
    if params.duration < 0:
        raise Invalid("Validation failed: Duration must not be negative")

    async def act(change: Change, account_id: int, target_id: int) -> None:
        lasting = params.duration == 0 or params.duration > LONGEST_MUTE
        until = None if lasting else change.now + params.duration * 1000
        await blocks.mute(
            change, account_id=account_id, target_id=target_id, hides_news=params.notifications, until=until
        )

    return await _done(call, act)


async def note(call: Call, params: NoteParams) -> Relationship:
    """Keep a private note about an account."""

    async def act(change: Change, account_id: int, target_id: int) -> None:
        await options.set_note(change, account_id=account_id, target_id=target_id, comment=params.comment)

    return await _done(call, act)


async def unfollow(call: Call) -> Relationship:
    """Stop following an account, or take the request back."""
    return await _done(call, lambda change, one, other: actions.unfollow(change, account_id=one, target_id=other))


async def remove_from_followers(call: Call) -> Relationship:
    """Have an account follow one no longer."""
    return await _done(
        call, lambda change, one, other: actions.remove_follower(change, account_id=one, follower_id=other)
    )


async def block(call: Call) -> Relationship:
    """Block an account."""
    return await _done(call, lambda change, one, other: blocks.block(change, account_id=one, target_id=other))


async def unblock(call: Call) -> Relationship:
    """Lift a block."""
    return await _done(call, lambda change, one, other: blocks.unblock(change, account_id=one, target_id=other))


async def unmute(call: Call) -> Relationship:
    """Lift a mute."""
    return await _done(call, lambda change, one, other: blocks.unmute(change, account_id=one, target_id=other))


async def endorse(call: Call) -> Relationship:
    """Recommend an account on one's profile."""
    return await _done(call, lambda change, one, other: options.endorse(change, account_id=one, target_id=other))


async def unendorse(call: Call) -> Relationship:
    """Recommend an account no longer."""
    return await _done(call, lambda change, one, other: options.unendorse(change, account_id=one, target_id=other))


async def relationship(call: Call, account_id: int) -> Relationship:
    """Return how the caller stands to one account."""
    (found,) = await _relationships(call, [account_id])
    return found


async def _relationships(call: Call, ids: Sequence[int]) -> list[Relationship]:
    found = await relations(call.database, call.account_id, ids)
    return [relationship_from(account_id, found[account_id]) for account_id in ids]


async def _done(call: Call, act: Callable[[Change, int, int], Awaitable[object]]) -> Relationship:
    """Do something to the account in the path and return how the caller stands to it now."""
    target_id = await existing(call)
    async with call.instance.change() as change:
        await act(change, call.account_id, target_id)
    return await relationship(call, target_id)


def _post(word: str, handler: Callable[..., object], scope: str, takes: type | None = None) -> Route:
    return Route("POST", f"/api/v1/accounts/{{id}}/{word}", handler, scope=scope, takes=takes, gives=Relationship)


ROUTES = (
    Route(
        "GET",
        "/api/v1/accounts/relationships",
        show,
        scope="read:follows",
        takes=RelationshipsParams,
        gives=list[Relationship],
    ),
    Route(
        "GET",
        "/api/v1/accounts/familiar_followers",
        familiar,
        scope="read:follows",
        takes=FamiliarParams,
        gives=list[Familiar],
    ),
    _post("follow", follow, "write:follows", FollowParams),
    _post("unfollow", unfollow, "write:follows"),
    _post("remove_from_followers", remove_from_followers, "write:follows"),
    _post("block", block, "write:blocks"),
    _post("unblock", unblock, "write:blocks"),
    _post("mute", mute, "write:mutes", MuteParams),
    _post("unmute", unmute, "write:mutes"),
    _post("note", note, "write:accounts", NoteParams),
    _post("pin", endorse, "write:accounts"),
    _post("unpin", unendorse, "write:accounts"),
    _post("endorse", endorse, "write:accounts"),
    _post("unendorse", unendorse, "write:accounts"),
)
