"""Reports by their ids; whether somebody may see one is asked by whoever has the ids."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Iterable

from rossgram_fed.api.entities.reports import REPORT_COLUMNS, Report, report_from
from rossgram_fed.api.reading import accounts_by_ids
from rossgram_fed.config import Settings
from rossgram_fed.database import Reader
from rossgram_fed.database.engine import placeholders


async def reports_by_ids(reader: Reader, settings: Settings, ids: Iterable[int | None]) -> dict[int, Report]:
    """Return reports by their ids, as far as the accounts they are about are still there."""
    wanted = sorted({one for one in ids if one is not None})
    if not wanted:
        return {}
    rows = await reader.fetch(
        f"SELECT {REPORT_COLUMNS} FROM reports r WHERE r.id IN ({placeholders(len(wanted))})", *wanted
    )
    accounts = await accounts_by_ids(reader, settings, [row["target_id"] for row in rows])
    return {row["id"]: report_from(row, accounts[row["target_id"]]) for row in rows if row["target_id"] in accounts}
