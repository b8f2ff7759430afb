"""One line of the table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, what is wanted, and whether it is so."""

    what: str
    ours: float
    unit: str
    wanted: str
    kept: bool
    floor: float | None = None
    note: str = ""
