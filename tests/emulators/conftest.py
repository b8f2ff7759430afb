"""The small fediverse of the journeys, for strangers of other makes."""

from __future__ import annotations

from tests.journeys.conftest import world

__all__ = ["world"]
