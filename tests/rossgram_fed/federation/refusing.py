"""A Like to send about, and a count of everything a stranger could leave behind."""

from __future__ import annotations

from typing import Any

from tests.fediverse import AS2, Server

INBOX = "https://here.test/inbox"
TABLES = ("inbox_items", "jobs", "deliveries", "outbox_activities", "hosts", "posts", "follows", "tombstones")
MINUTE = 60_000


def a_like(actor: str, /, **changes: object) -> dict[str, Any]:
    document = {
        "@context": AS2,
        "id": f"{actor}/likes/1",
        "type": "Like",
        "actor": actor,
        "object": "https://here.test/p/1",
    }
    return document | changes


async def rows(server: Server) -> dict[str, int]:
    """How many rows there are of everything a stranger could cause."""
    counts = {table: await server.instance.database.fetch_value(f"SELECT count(*) FROM {table}") for table in TABLES}
    strangers = "SELECT count(*) FROM accounts WHERE domain <> ''"
    return counts | {"accounts": await server.instance.database.fetch_value(strangers)}
