"""The tables as they were at a point of their history, in the form in which Tortoise's migrations think of them."""

from __future__ import annotations

from collections.abc import Iterable

from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import Operation
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps

APP = "models"


class History(State):
    """Tortoise's state, which can be led through many steps at once.

    Tortoise makes all related models anew after each step, which takes 40 ms and is of use to a step that changes
    tables by means of them. Those that only look back, or only create, need them once, at their end.
    """

    _waiting = False

    @classmethod
    def beginning(cls, apps: StateApps | None = None) -> History:
        """Return the state before the first migration: no tables."""
        return cls(models={}, apps=apps or StateApps())

    def follow(self, migrations: Iterable[Migration]) -> None:
        """Come to where migrations led that the database has been through already."""
        self.go(operation for migration in migrations for operation in migration.operations)

    def go(self, operations: Iterable[Operation]) -> None:
        """Come to where operations lead; the database is not touched."""
        self._waiting = True
        try:
            for operation in operations:
                operation.state_forward(APP, self)
        finally:
            self._waiting = False
        self._reload(set(self.models))

    def reload_model(self, app_label: str, model_name: str) -> None:
        """As Tortoise does, unless more steps follow."""
        if not self._waiting:
            super().reload_model(app_label, model_name)

    def reload_models(self, model_tuples: Iterable[tuple[str, str]]) -> None:
        """As Tortoise does, unless more steps follow."""
        if not self._waiting:
            super().reload_models(model_tuples)
