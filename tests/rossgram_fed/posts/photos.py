"""Waiting photos, as an upload leaves them, and what was sent out."""

from __future__ import annotations

from typing import Any

import orjson

from rossgram_fed.instance import Change, Instance
from rossgram_fed.models import Account, Photo
from rossgram_fed.models.posts import PhotoState


async def a_waiting_photo(change: Change, owner: Account, *, description: str = "A hill") -> int:
    """A developed upload in its owner's composer; its id."""
    photo_id = change.new_id()
    renditions = {
        name: {"key": f"{photo_id}-{name}.jpg", "media_type": "image/jpeg", "width": width, "height": height, "size": 9}
        for name, width, height in (
            ("grid", 640, 640),
            ("feed", 1080, 810),
            ("full", 2048, 1536),
            ("federated", 4000, 3000),
        )
    }
    await Photo.create(
        id=photo_id,
        account_id=owner.id,
        state=PhotoState.READY,
        description=description,
        media_type="image/jpeg",
        width=4000,
        height=3000,
        blurhash="L6PZfSi_.AyE_3t7t7R**0o#DgR4",
        renditions=orjson.dumps(renditions).decode(),
        created_at=change.now,
    )
    return photo_id


async def sent(instance: Instance) -> list[tuple[dict[str, Any], list[str]]]:
    """Return every activity queued so far with the inboxes it goes to, in order."""
    rows = await instance.database.fetch("SELECT id, body FROM outbox_activities ORDER BY id")
    found = []
    for row in rows:
        inboxes = await instance.database.fetch(
            "SELECT inbox FROM deliveries WHERE activity_id = $1 ORDER BY inbox", row["id"]
        )
        found.append((orjson.loads(row["body"]), [one["inbox"] for one in inboxes]))
    return found
