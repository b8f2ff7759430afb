"""What can be wrong with a configuration, said so that its owner can mend it without reading the code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. ``line`` counts from 1; None when the mistake is not in one line of a file."""

    setting: str
    sentence: str
    line: int | None = None

    def __str__(self) -> str:
        return f"line {self.line}: {self.sentence}" if self.line else self.sentence


class BadConfiguration(Exception):
    """The configuration cannot be used; ``problems`` says every reason."""

    def __init__(self, file: Path | None, problems: Sequence[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line or 0))
        super().__init__(self.text())

    def text(self) -> str:
        """Return the whole refusal, one mistake a line."""
        count = "one thing" if len(self.problems) == 1 else f"{len(self.problems)} things"
        return "\n".join(
            [f"{self.file or 'The configuration'} cannot be used; {count} to mend:"]
            + [f"  {problem}" for problem in self.problems]
        )
