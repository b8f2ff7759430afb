"""Making somebody: what is slow (keys, the password's hash) first, then all rows in one change."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from rossgram_fed.accounts.passwords import hash_password
from rossgram_fed.accounts.usernames import username_problem
from rossgram_fed.federation import addresses
from rossgram_fed.federation.account_rows import insert_account
from rossgram_fed.federation.signers import NewKeys, make_account_keys, store_account_keys
from rossgram_fed.instance import Change
from rossgram_fed.models.accounts import Role
from rossgram_fed.web.errors import Invalid


class NameTaken(Invalid):
    """Somebody has, or had, this name."""

    def __init__(self) -> None:
        super().__init__("This name is taken. Choose another.")


@dataclass(frozen=True, slots=True)
class NewUser:
    """Everything about a person that is known before they exist."""

    username: str
    password_hash: str = field(repr=False)
    keys: NewKeys = field(repr=False)
    role: Role = Role.MEMBER
    name: str = ""


@dataclass(frozen=True, slots=True)
class Created:
    """The ids of somebody who exists now."""

    user_id: int
    account_id: int


async def prepare_user(username: str, password: str, *, role: Role = Role.MEMBER, name: str = "") -> NewUser:
    """Make what takes time, outside any change; raises ``Invalid`` for a name that nobody can take."""
    problem = username_problem(username)
    if problem:
        raise Invalid(problem)
    keys, password_hash = await asyncio.gather(asyncio.to_thread(make_account_keys), hash_password(password))
    return NewUser(username, password_hash, keys, role, name)


async def create_user(change: Change, new: NewUser) -> Created:
    """Write the account, its keys and its user; raises ``NameTaken``."""
    settings, name = change.settings, new.username
    account_id = change.new_id()
    values = {
        "username": name,
        "uri": addresses.actor_uri(settings, name),
        "url": addresses.profile_url(settings, name),
        "actor_type": "Person",
        "name": new.name,
        "inbox": addresses.inbox_uri(settings, name),
        "shared_inbox": addresses.shared_inbox_uri(settings),
        "outbox": addresses.outbox_uri(settings, name),
        "followers_uri": addresses.followers_uri(settings, name),
        "following_uri": addresses.following_uri(settings, name),
        "featured_uri": addresses.featured_uri(settings, name),
    }
    if not await insert_account(change, account_id, values):
        raise NameTaken
    await store_account_keys(change, account_id, new.keys)
    user_id = change.new_id()
    await change.tx.execute(
        "INSERT INTO users (id, account_id, password_hash, role, created_at, seen_at) VALUES ($1, $2, $3, $4, $5, 0)",
        user_id,
        account_id,
        new.password_hash,
        int(new.role),
        change.now,
    )
    return Created(user_id, account_id)
