"""Reads a database's schema back as plain values, to compare two of them."""

from __future__ import annotations

from rossgram_fed.database import Database

Schema = dict[str, object]
"""``table`` -> columns, ``index name`` -> definition, and so on; equal schemas are equal dictionaries."""


async def schema_of(database: Database) -> Schema:
    """Return tables, columns, indexes, uniqueness and references, without Tortoise's own record of migrations."""
    found = await (_postgresql(database) if database.postgresql else _sqlite(database))
    return {key: value for key, value in found.items() if "tortoise_migrations" not in f"{key} {value}"}


async def _sqlite(database: Database) -> Schema:
    schema: Schema = {}
    tables = await database.fetch("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    for table in (row["name"] for row in tables):
        columns = await database.fetch(f"SELECT * FROM pragma_table_info('{table}')")
        schema[f"table {table}"] = {
            row["name"]: (row["type"], row["notnull"], row["dflt_value"], row["pk"]) for row in columns
        }
        references = await database.fetch(f"SELECT * FROM pragma_foreign_key_list('{table}')")
        schema[f"references {table}"] = {(row["from"], row["table"], row["to"], row["on_delete"]) for row in references}
        unique = set()
        for index in await database.fetch(f"SELECT * FROM pragma_index_list('{table}') WHERE \"unique\" = 1"):
            parts = await database.fetch(f"SELECT name FROM pragma_index_info('{index['name']}') ORDER BY seqno")
            unique.add(tuple(row["name"] for row in parts))
        schema[f"unique {table}"] = unique
    for row in await database.fetch("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"):
        schema[f"index {row['name']}"] = row["sql"].replace(" IF NOT EXISTS", "").rstrip(";")
    return schema


async def _postgresql(database: Database) -> Schema:
    schema: Schema = {}
    for row in await database.fetch(
        "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public'"
    ):
        schema[f"column {row['table_name']}.{row['column_name']}"] = tuple(row.values())[2:]
    for row in await database.fetch("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"):
        schema[f"index {row['indexname']}"] = row["indexdef"]
    for row in await database.fetch(
        "SELECT conrelid::regclass::text AS owner, pg_get_constraintdef(oid) AS definition FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND contype <> 'n'"
    ):
        schema[f"constraint {row['owner']} {row['definition']}"] = True
    return schema
