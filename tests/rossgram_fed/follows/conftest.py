"""A server at https://here.test on either engine, which does everything a real one does but pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rossgram_fed.activities import HANDLERS, job_handlers
from rossgram_fed.jobs.runner import JobHandler
from tests.conftest import SettableClock
from tests.databases import Engine
from tests.fediverse import FakePeer, Fediverse, Server


@pytest.fixture
async def fediverse(tmp_path: Path, clock: SettableClock, engine: Engine) -> AsyncIterator[Fediverse]:
    made = Fediverse(tmp_path, clock=clock, new_database=engine.migrated)
    try:
        yield made
    finally:
        await made.close()


@pytest.fixture
async def here(fediverse: Fediverse) -> Server:
    jobs: dict[str, JobHandler] = {}
    server = await fediverse.server("here", handlers=HANDLERS, jobs=jobs)
    jobs.update(job_handlers(server.network))
    return server


@pytest.fixture
async def there(fediverse: Fediverse) -> FakePeer:
    return await fediverse.peer("there.test")
