"""How Pixelfed's app shall show things to somebody on all of their devices: kept for it, and used by nothing here."""

from __future__ import annotations

from typing import Any

import orjson

from rossgram_fed.database import Reader
from rossgram_fed.instance import Change


async def app_settings_of(reader: Reader, *, user_id: int) -> tuple[Any, int | None]:
    """Return what the app kept, and when (milliseconds since 1970 UTC); an empty mapping and None before it did."""
    kept = orjson.loads(await reader.fetch_value("SELECT app_settings FROM users WHERE id = $1", user_id) or "{}")
    return kept.get("common", {}), kept.get("at")


async def keep_app_settings(change: Change, settings: Any, *, user_id: int) -> None:
    """Keep what the app says; the caller has checked that it is what the app may say, and no more."""
    column = orjson.dumps({"at": change.now, "common": settings}).decode()
    await change.tx.execute("UPDATE users SET app_settings = $1 WHERE id = $2", column, user_id)
