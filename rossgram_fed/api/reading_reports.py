"""Reports and warnings by their ids; whether somebody may see one is asked by whoever has the ids."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Iterable

from rossgram_fed.api.entities.reports import REPORT_COLUMNS, AccountWarning, Report, report_from, warning_from
from rossgram_fed.api.reading import accounts_by_ids
from rossgram_fed.config import Settings
from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders

_REPORTS = f"SELECT {REPORT_COLUMNS} FROM reports r WHERE r.id"
_WARNINGS = "SELECT w.id, w.account_id AS target_id, w.text, w.created_at FROM warnings w WHERE w.id"


async def reports_by_ids(reader: Reader, settings: Settings, ids: Iterable[int | None]) -> dict[int, Report]:
    """Return reports by their ids, as far as the accounts they are about are still there."""
    rows = await _rows(reader, _REPORTS, ids)
    accounts = await accounts_by_ids(reader, settings, [row["target_id"] for row in rows])
    return {row["id"]: report_from(row, accounts[row["target_id"]]) for row in rows if row["target_id"] in accounts}


async def warnings_by_ids(reader: Reader, settings: Settings, ids: Iterable[int | None]) -> dict[int, AccountWarning]:
    """Return warnings by their ids."""
    rows = await _rows(reader, _WARNINGS, ids)
    accounts = await accounts_by_ids(reader, settings, [row["target_id"] for row in rows])
    return {row["id"]: warning_from(row, accounts[row["target_id"]]) for row in rows if row["target_id"] in accounts}


async def _rows(reader: Reader, query: str, ids: Iterable[int | None]) -> list[Row]:
    wanted = sorted({one for one in ids if one is not None})
    return await reader.fetch(f"{query} IN ({placeholders(len(wanted))})", *wanted) if wanted else []
