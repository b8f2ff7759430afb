"""A house for each module of attacks, on the engine that matters or on both; building one takes most of a second."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from tests.conftest import SettableClock
from tests.databases import Engine
from tests.security.house import House, build


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, sqlite_engine: Engine) -> AsyncIterator[House]:
    """On SQLite, for attacks that do not depend on the engine."""
    async with AsyncExitStack() as closing:
        yield await build(tmp_path_factory.mktemp("house"), sqlite_engine, SettableClock(), closing)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def strict_house(tmp_path_factory: pytest.TempPathFactory, postgresql_engine: Engine) -> AsyncIterator[House]:
    """On PostgreSQL, which takes no NUL, no half of a surrogate pair, nothing too long and no number too large."""
    async with AsyncExitStack() as closing:
        yield await build(tmp_path_factory.mktemp("house"), postgresql_engine, SettableClock(), closing)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgresql"])
async def either_house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """On each engine in turn."""
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    async with AsyncExitStack() as closing:
        yield await build(tmp_path_factory.mktemp("house"), engine, SettableClock(), closing)
