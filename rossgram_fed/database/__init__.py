"""The database: opened once, read by hand-written SQL, written in transactions; SQLite or PostgreSQL alike.

SQL is written once, for both engines, with PostgreSQL's ``$1, $2`` placeholders. Readers never wait for the writer.
Nothing here knows a table.
"""

from rossgram_fed.database.engine import FAILURES, Database, Reader, Row, Transaction, open_database
from rossgram_fed.database.signals import Signals

__all__ = ["FAILURES", "Database", "Reader", "Row", "Signals", "Transaction", "open_database"]
