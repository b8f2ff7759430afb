"""What a transaction can be asked; each engine brings its own way to run a statement."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
"""One row, by column name. Ask it by key, ``get``, ``keys`` or ``items``; walking over the row itself gives values."""


class Transaction(ABC):
    """One transaction: its statements all happen or none does. It ends with its block and is of no use afterwards."""

    skip_locked: str = ""
    """Appended to the inner SELECT of a claim; SQLite has one writer and needs nothing."""

    def __init__(self) -> None:
        self._signals: list[tuple[str, str]] = []
        self._over = False

    @abstractmethod
    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        """Run one short statement and return its rows; write ``RETURNING`` to learn what a change touched.

        Raises tortoise's ``IntegrityError`` when a constraint forbids it and ``OperationalError`` when it makes no
        sense. On PostgreSQL the transaction is of no further use after either: prefer ``ON CONFLICT``.
        """

    @abstractmethod
    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement once per row of arguments, in one go."""

    @abstractmethod
    async def execute_long(self, sql: str, *arguments: Any) -> None:
        """Run one statement that may touch thousands of rows, without holding up the event loop meanwhile."""

    async def fetch_quickly(self, sql: str, *arguments: Any) -> list[Row]:
        """The same as ``fetch``; outside of transactions there is a difference (``Database``)."""
        return await self.fetch(sql, *arguments)

    async def fetch_one(self, sql: str, *arguments: Any) -> Row | None:
        """Return the first row, or None."""
        rows = await self.fetch(sql, *arguments)
        return rows[0] if rows else None

    async def fetch_value(self, sql: str, *arguments: Any) -> Any:
        """Return the first column of the first row, or None."""
        return first_value(await self.fetch(sql, *arguments))

    async def execute(self, sql: str, *arguments: Any) -> None:
        """Run one statement whose rows do not matter."""
        await self.fetch(sql, *arguments)

    def signal(self, name: str, about: str = "") -> None:
        """Fire a signal once this transaction is committed, and only then."""
        if (name, about) not in self._signals:
            self._signals.append((name, about))

    @property
    def signals(self) -> Sequence[tuple[str, str]]:
        """What will be fired at commit."""
        return self._signals

    @property
    def over(self) -> bool:
        """Whether its block has ended."""
        return self._over

    def end(self) -> None:
        """Refuse every further statement."""
        self._over = True

    def check_open(self) -> None:
        """Raise ``RuntimeError`` when the block has ended: a statement now would belong to no transaction."""
        if self._over:
            raise RuntimeError("This change is over; what it did is committed or undone. Open another one.")


def first_value(rows: Sequence[Row]) -> Any:
    """Return the first column of the first row, or None when there is no row."""
    return next(iter(rows[0].values())) if rows else None
