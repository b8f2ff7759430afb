"""A real server at https://here.test on either engine, and a stranger at https://there.test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import SettableClock
from tests.databases import Engine
from tests.fediverse import FakePeer, Fediverse, Server


async def _fediverse(folder: Path, clock: SettableClock, engine: Engine) -> AsyncIterator[Fediverse]:
    made = Fediverse(folder, clock=clock, new_database=engine.migrated)
    try:
        yield made
    finally:
        await made.close()


@pytest.fixture
async def fediverse(tmp_path: Path, clock: SettableClock, sqlite_engine: Engine) -> AsyncIterator[Fediverse]:
    """Servers on SQLite, for tests in which the engine does not matter."""
    async for made in _fediverse(tmp_path, clock, sqlite_engine):
        yield made


@pytest.fixture
async def either_fediverse(tmp_path: Path, clock: SettableClock, engine: Engine) -> AsyncIterator[Fediverse]:
    """Servers on each engine in turn."""
    async for made in _fediverse(tmp_path, clock, engine):
        yield made


@pytest.fixture
async def here(fediverse: Fediverse) -> Server:
    return await fediverse.server("here")


@pytest.fixture
async def there(fediverse: Fediverse) -> FakePeer:
    return await fediverse.peer("there.test")
