"""Write the next migration: what the models say and the migrations so far do not."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from rossgram_fed.database import open_database
from rossgram_fed.database.autodetect import next_migration


async def write(name: str) -> None:
    """Write the next migration into this folder under ``NNNN_name.py``, or say that there is nothing to do."""
    with tempfile.TemporaryDirectory() as folder:
        database = await open_database(f"sqlite:{folder}/empty.sqlite3")
        try:
            migration = await next_migration(database)
        finally:
            await database.close()
    if migration is None:
        print("The migrations say all that the models say.")
        return
    number, text = migration
    path = Path(__file__).with_name(f"{number:04d}_{name}.py")
    path.write_text(text, encoding="utf-8")
    print(f"Wrote {path}. Read it before you trust it.")


asyncio.run(write(sys.argv[1] if len(sys.argv) > 1 else "change"))
