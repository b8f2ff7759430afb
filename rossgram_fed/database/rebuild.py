"""Changing a table on SQLite, which can hardly change one: build the new table, copy, drop the old, rename.

That is the order SQLite's documentation asks for (lang_altertable, section 7). Tortoise's own rebuild forgets unique
constraints over several columns, uniqueness of one-to-one columns, and every index.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from tortoise.backends.base.client import TransactionalDBClient
from tortoise.fields.base import Field
from tortoise.migrations.schema_editor import SqliteSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.models import Model


class RebuildingEditor(SqliteSchemaEditor):
    """Rebuilds tables from the state a migration leads to, with all their constraints and indexes.

    It must run with ``foreign_keys`` off: dropping the old table would otherwise delete what points to it.
    """

    def __init__(self, client: TransactionalDBClient, state: State) -> None:
        super().__init__(client)
        self._state = state

    async def _run_sql(self, sql: str) -> None:
        """Run statements one by one, inside the transaction; a semicolon in a text does not end one."""
        statement = ""
        for part in sql.split(";"):
            statement += part + ";"
            if sqlite3.complete_statement(statement):
                if statement.strip(" \n;"):
                    await self.client.execute_query(statement)
                statement = ""

    async def _remake_table(
        self,
        model: type[Model],
        create_field: Field[Any] | None = None,
        delete_field: Field[Any] | None = None,
        alter_fields: list[tuple[Field[Any], Field[Any]]] | None = None,
    ) -> None:
        """Rebuild ``model``'s table as the state now has it; the arguments say where a column's values come from."""
        target = self._state.apps.get_model(f"{model._meta.app}.{model.__name__}")
        table = target._meta.db_table
        columns = {column: f'"{column}"' for column in target._meta.fields_db_projection.values()}
        for old, new in alter_fields or ():
            columns[_column(new)] = self._source(old, new)
        if create_field is not None:
            columns.pop(_column(create_field), None)
        for index in await self._indexes(table):
            await self.client.execute_query(f'DROP INDEX "{index}"')
        await self.client.execute_query("PRAGMA legacy_alter_table=ON")
        await self.client.execute_query(f'ALTER TABLE "{table}" RENAME TO "old__{table}"')
        await self.create_model(target)
        await self.client.execute_query(
            f'INSERT INTO "{table}" ({", ".join(map(self.quote, columns))})'  # noqa: S608 - names from our models
            f' SELECT {", ".join(columns.values())} FROM "old__{table}"'
        )
        await self.client.execute_query(f'DROP TABLE "old__{table}"')
        await self.client.execute_query("PRAGMA legacy_alter_table=OFF")

    def _source(self, old: Field[Any], new: Field[Any]) -> str:
        """Say in SQL where an altered column's values come from: a null that is no longer allowed takes the default."""
        column = f'"{_column(old)}"'
        if old.null and not new.null and new.default is not None and not callable(new.default):
            return f"COALESCE({column}, {self._default_to_sql_literal(new.default)})"
        return column

    async def _indexes(self, table: str) -> list[str]:
        """Return the names of a table's own indexes, without those that SQLite keeps for its constraints."""
        _, rows = await self.client.execute_query(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", [table]
        )
        return [row["name"] for row in rows]


def _column(field: Field[Any]) -> str:
    return str(field.source_field or field.model_field_name)
