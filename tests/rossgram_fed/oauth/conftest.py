"""A site with its API, on either engine, and an app that registers there as apps do."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from rossgram_fed.instance import Instance
from tests.apps import ApiSite, opened_api


@pytest.fixture
async def site(instance: Instance) -> AsyncIterator[ApiSite]:
    async with opened_api(instance) as opened:
        yield opened
