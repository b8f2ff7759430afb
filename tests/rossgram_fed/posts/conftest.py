"""Alice and whom she follows; real servers on either engine, for posts that have to be fetched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rossgram_fed.follows import actions as follows
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account
from tests.builders import a_person, a_stranger
from tests.conftest import SettableClock
from tests.databases import Engine
from tests.fediverse import Fediverse


@pytest.fixture
async def fediverse(tmp_path: Path, clock: SettableClock, engine: Engine) -> AsyncIterator[Fediverse]:
    made = Fediverse(tmp_path, clock=clock, new_database=engine.migrated)
    try:
        yield made
    finally:
        await made.close()


@pytest.fixture
async def people(instance: Instance) -> tuple[Account, Account]:
    """Alice, who lives here and follows Sam, and Sam."""
    async with instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        await follows.follow(change, account_id=alice.id, target_id=sam.id)
        await follows.receive_accept(change, follower_id=alice.id, followed_id=sam.id)
    return alice, sam
