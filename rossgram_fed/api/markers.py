"""How far somebody has read (https://docs.joinmastodon.org/methods/markers/).

Writing never conflicts here, so nothing is answered with 409: the database adds one to the version as it writes.
"""

from __future__ import annotations

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.words import instant
from rossgram_fed.api.parameters import Id
from rossgram_fed.api.table import Route
from rossgram_fed.timelines.markers import TIMELINES, Position, positions, put_position


class MarkersParams(msgspec.Struct, kw_only=True):
    """Which timelines."""

    timeline: list[str] | str = msgspec.field(default_factory=list)


class NewMarker(msgspec.Struct, kw_only=True):
    """How far one timeline was read."""

    last_read_id: Id


class NewMarkers(msgspec.Struct, kw_only=True):
    """How far timelines were read."""

    home: NewMarker | None = None
    notifications: NewMarker | None = None


class Marker(msgspec.Struct):
    """How far somebody has read (https://docs.joinmastodon.org/entities/Marker/)."""

    last_read_id: str
    version: int
    updated_at: str


async def show(call: Call, params: MarkersParams) -> dict[str, Marker]:
    """Show how far timelines were read."""
    asked = [params.timeline] if isinstance(params.timeline, str) else params.timeline
    return _shown(await positions(call.database, asked, user_id=call.user_id))


async def save(call: Call, params: NewMarkers) -> dict[str, Marker]:
    """Note how far timelines were read."""
    async with call.instance.change() as change:
        written = [
            await put_position(change, user_id=call.user_id, timeline=timeline, last_read_id=given.last_read_id)
            for timeline in TIMELINES
            if (given := getattr(params, timeline)) is not None
        ]
    return _shown(written)


def _shown(found: list[Position]) -> dict[str, Marker]:
    return {one.timeline: Marker(str(one.last_read_id), one.version, instant(one.updated_at)) for one in found}


ROUTES = (
    Route("GET", "/api/v1/markers", show, scope="read:statuses", takes=MarkersParams, gives=dict[str, Marker]),
    Route("POST", "/api/v1/markers", save, scope="write:statuses", takes=NewMarkers, gives=dict[str, Marker]),
)
