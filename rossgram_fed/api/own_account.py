"""The account that an app acts for, with what only its owner is told (CredentialAccount, Profile)."""

from __future__ import annotations

from rossgram_fed.accounts.bio import links_from, typed_links
from rossgram_fed.accounts.preferences import preferences_of
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import (
    Account,
    Field,
    Permissions,
    Profile,
    Source,
    default_privacy,
    profile_from,
)
from rossgram_fed.api.entities.pixelfed import detailed
from rossgram_fed.api.entities.tags import featured_from
from rossgram_fed.api.reading import accounts_by_ids
from rossgram_fed.api.table import Route
from rossgram_fed.follows.tags import featured_tags
from rossgram_fed.models.accounts import Policy, Role
from rossgram_fed.models.relations import FollowState
from rossgram_fed.web.errors import SignInNeeded

_TYPED = (
    "SELECT a.bio, a.links, a.discoverable, a.indexable, (SELECT COUNT(*) FROM follows f "
    "WHERE f.followed_id = a.id AND f.state = $2) AS requests FROM accounts a WHERE a.id = $1"
)
_ROLES = {Role.MEMBER: "", Role.MODERATOR: "Moderator", Role.ADMIN: "Admin"}
QUOTES = {Policy.EVERYONE: "public", Policy.FOLLOWERS: "followers", Policy.NOBODY: "nobody"}


async def own_account(call: Call) -> Account:
    """Return the caller's account as its owner sees it."""
    account, source = await _own(call)
    account.source = source
    role = call.caller.role if call.caller is not None else Role.MEMBER
    # No bit of permissions: what they stand for are endpoints for administration, and those are not here.
    account.role = Permissions(id=str(int(role)), name=_ROLES[role], permissions="0", highlighted=role > Role.MEMBER)
    account = detailed(account)
    account.is_admin = role is Role.ADMIN
    return account


async def own_profile(call: Call) -> Profile:
    """Return the caller's profile as it is typed."""
    account, source = await _own(call)
    tags = await featured_tags(call.database, call.account_id)
    return profile_from(account, source, [featured_from(one, call.settings) for one in tags])


async def _own(call: Call) -> tuple[Account, Source]:
    found = await accounts_by_ids(call.database, call.settings, [call.account_id])
    row = await call.database.fetch_one(_TYPED, call.account_id, int(FollowState.PENDING))
    if call.account_id not in found or row is None:
        raise SignInNeeded("The access token is invalid")
    account = found[call.account_id]
    chosen = await preferences_of(call.database, user_id=call.user_id)
    verified = [field.verified_at for field in account.fields]
    source = Source(
        note=row["bio"],
        fields=[
            Field(name, value, at)
            for (name, value), at in zip(typed_links(links_from(row["links"])), verified, strict=False)
        ],
        privacy=default_privacy(int(chosen.visibility or 0)),
        sensitive=chosen.sensitive,
        language=chosen.language or None,
        follow_requests_count=row["requests"],
        discoverable=bool(row["discoverable"]),
        indexable=bool(row["indexable"]),
        hide_collections=account.hide_collections,
        quote_policy=QUOTES[chosen.quote_policy],
    )
    return account, source


async def verify_credentials(call: Call) -> Account:
    """Show the account that the app acts for."""
    return await own_account(call)


ROUTES = (Route("GET", "/api/v1/accounts/verify_credentials", verify_credentials, scope="profile", gives=Account),)
