"""The staff's log is written once and by one function: nothing in the program changes or removes a line."""

from __future__ import annotations

import re
from pathlib import Path

import rossgram_fed

ROOT = Path(rossgram_fed.__file__).parent
WRITES = re.compile(
    r"(INSERT INTO|UPDATE|DELETE FROM|DROP TABLE)\s+staff_actions|StaffAction\.|Rule\(\s*\"staff_actions"
)


def test_lines_are_only_added() -> None:
    """One place inserts lines, and no other statement of the program touches them."""
    found = [
        (file.relative_to(ROOT).as_posix(), match[0])
        for file in sorted(ROOT.rglob("*.py"))
        for match in WRITES.finditer(file.read_text(encoding="utf-8"))
    ]
    assert found == [("moderation/log.py", "INSERT INTO staff_actions")]
