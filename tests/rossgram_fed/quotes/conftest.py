"""Real servers on either engine, beside strangers whose words are to be checked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

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
