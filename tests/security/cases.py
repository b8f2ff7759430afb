"""The table of holes that others shipped, as the threat model lists it: number, our rule, and where it is tested."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parents[1]
THREAT_MODEL = TESTS.parent / "docs" / "threat-model.md"
HEADING = "## Holes that others shipped"
LATER = "later: "

NUMBERS = (
    {*range(1, 161)} - {8, 9, 13, 22, 26, 30, 34, 35, 37, 39, 42, 44, 49, 51, 52, 57, 58, 61, 64, 71, 72, 75, 83, 84}
    - {86, 91, 103, 105, 106, 111, 112, 113, 116, 127, 138, 139, 146, 147, 154, 157}
)  # fmt: skip
"""The rows there are; the numbers left out are of holes that another row covers."""


@dataclass(frozen=True)
class Case:
    """One row."""

    number: int
    rule: str
    tests: tuple[str, ...]
    """``file.py::function``, below ``tests/``; empty when the case does not apply yet."""
    why: str
    """Why it does not apply yet."""


def cases() -> list[Case]:
    """Read the table out of the threat model."""
    table = THREAT_MODEL.read_text(encoding="utf-8").partition(HEADING)[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines() if line[:3] > "| 0"]
    return [_case(int(row[0]), row[1], row[2].strip(" |")) for row in rows if row[0].isdigit()]


def _case(number: int, rule: str, where: str) -> Case:
    if where.startswith(LATER):
        return Case(number, rule, (), where.removeprefix(LATER))
    return Case(number, rule, tuple(one.strip("` ") for one in where.split(";")), "")
