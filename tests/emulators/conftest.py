"""The small fediverse of the journeys, for strangers of other makes."""

from __future__ import annotations

from tests.journeys.conftest import new_database, world

__all__ = ["new_database", "world"]
