"""Migrations: they lead where the models are, and lose nothing on the way."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import rossgram_fed.migrations
from rossgram_fed.config import Settings
from rossgram_fed.database import Database, open_database
from rossgram_fed.database.autodetect import next_migration
from rossgram_fed.database.migrate import MigrationError, migrate, pending
from rossgram_fed.database.turns import turn
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Follow, PostTag, Tag
from rossgram_fed.models.relations import FollowState
from tests.builders import a_person, a_post, a_stranger
from tests.conftest import SettableClock
from tests.databases import Engine, make_tables
from tests.schema import schema_of

SECOND = """
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


async def shout(apps, editor):
    await editor.client.execute_query("UPDATE tags SET name = UPPER(name)")


class Migration(migrations.Migration):
    dependencies = [("models", "LATEST")]
    operations = [
        ops.AlterField("Account", "username", fields.CharField(max_length=300)),
        ops.AlterField("Post", "language", fields.CharField(max_length=32, default="en; or so")),
        ops.AlterField("User", "email", fields.CharField(max_length=400, null=True, unique=True)),
        ops.AddField("Account", "mood", fields.CharField(max_length=20, db_default="calm; mostly")),
        ops.AddIndex("Account", Index(fields=["mood"])),
        ops.RemoveField("Post", "context_uri"),
        ops.RemoveIndex("Account", fields=["domain"]),
        ops.RunPython(shout),
        ops.RunSQL("UPDATE tags SET name = name || ';'"),
    ]
"""

BROKEN = """
from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "LATEST")]
    operations = [ops.RunSQL("DELETE FROM tags"), ops.RunSQL("DELETE FROM no_such_table")]
"""

ORPHANING = """
from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "LATEST")]
    operations = [ops.RunSQL("DELETE FROM accounts")]
"""


@pytest.fixture
def package(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The real migrations followed by a made-up one (the parameter), as an importable package."""
    name = f"migrations_{tmp_path.name.replace('-', '_')}"
    folder = tmp_path / name
    shutil.copytree(Path(rossgram_fed.migrations.__path__[0]), folder, ignore=shutil.ignore_patterns("__pycache__"))
    latest = max(file.stem for file in folder.glob("[0-9]*.py"))
    (folder / "9999_second.py").write_text(request.param.replace("LATEST", latest))
    sys.path.insert(0, str(tmp_path))
    yield name
    sys.path.remove(str(tmp_path))
    for module in [module for module in sys.modules if module.startswith(name)]:
        del sys.modules[module]


async def populate(database: Database, settings: Settings, clock: SettableClock) -> None:
    instance = Instance(settings, database, clock)
    async with instance.change() as change:
        alice = await a_person(change, "alice")
        sam = await a_stranger(change)
        for author in (alice, sam):
            post = await a_post(change, author)
            await a_post(change, alice, parent=post)
            tag = await Tag.create(id=change.new_id(), name=f"tag{post.id}")
            await PostTag.create(id=change.new_id(), tag_id=tag.id, post_id=post.id)
        await Follow.create(
            id=change.new_id(),
            follower_id=alice.id,
            followed_id=sam.id,
            state=FollowState.ACCEPTED,
            uri="f",
            created_at=1,
        )


async def counts(database: Database) -> dict[str, int]:
    tables = ("accounts", "users", "posts", "tags", "post_tags", "follows")
    return {table: await database.fetch_value(f"SELECT COUNT(*) FROM {table}") for table in tables}


async def test_migrations_lead_to_the_models(empty_database: Database, engine: Engine) -> None:
    """Tables, columns, defaults, indexes and constraints are those that Tortoise makes from the models themselves."""
    await migrate(empty_database, by_steps=True)
    url = engine.empty()
    await make_tables(url)
    generated = await open_database(url)
    try:
        assert await schema_of(empty_database) == await schema_of(generated)
    finally:
        await generated.close()


async def test_an_empty_database_gets_all_tables_at_once(empty_database: Database, engine: Engine) -> None:
    """The tables of a new server are those that the migrations lead to, and every migration counts as done."""
    waiting = await pending(empty_database)
    assert await migrate(empty_database) == waiting
    assert await pending(empty_database) == []
    url = engine.empty()
    await make_tables(url)
    generated = await open_database(url)
    try:
        assert await schema_of(empty_database) == await schema_of(generated)
    finally:
        await generated.close()


async def test_the_models_have_not_moved_on(empty_database: Database) -> None:
    """Nothing in the models is missing from the migrations; run ``python -m rossgram_fed.migrations`` if it is."""
    assert await next_migration(empty_database) is None


async def test_migrating_once_is_enough(empty_database: Database) -> None:
    """What was applied is reported, and not applied again."""
    waiting = await pending(empty_database)
    assert waiting[0] == "0001_initial"
    told: list[str] = []
    assert await migrate(empty_database, told.append) == waiting == told
    assert await pending(empty_database) == []
    assert await migrate(empty_database) == []


async def test_two_processes_start_at_once(engine: Engine) -> None:
    """Both wait for each other, each migration is made by one of them, and neither fails."""
    url = engine.empty()
    databases = [await open_database(url), await open_database(url)]
    try:
        wanted = await pending(databases[0])
        applied = await asyncio.gather(*[migrate(database) for database in databases])
        assert sorted(applied[0] + applied[1]) == wanted
    finally:
        for database in databases:
            await database.close()


async def test_who_comes_late_waits_for_the_first(tmp_path: Path) -> None:
    """On SQLite a start waits for another one's switch to WAL and for its migrations, not for a timeout."""
    path = tmp_path / "new.sqlite3"
    async with turn(path):
        opening = asyncio.create_task(open_database(f"sqlite:{path}"))
        await asyncio.wait({opening}, timeout=0.2)
        assert not opening.done()
    database = await opening
    try:
        assert await database.fetch_value("PRAGMA journal_mode") == "wal"
        async with turn(path):
            migrating = asyncio.create_task(migrate(database))
            await asyncio.wait({migrating}, timeout=0.2)
            assert not migrating.done()
            assert await database.fetch_value("SELECT COUNT(*) FROM sqlite_master") == 0
        assert await migrating
    finally:
        await database.close()
    again = await open_database(f"sqlite:{path}")
    async with turn(path):
        assert await migrate(again) == [], "where nothing waits nobody does"
    await again.close()
    assert {one.name for one in tmp_path.iterdir()} == {"new.sqlite3"}


@pytest.mark.parametrize("package", [SECOND], indirect=True, ids=["second"])
async def test_a_populated_database_loses_nothing(
    empty_database: Database, package: str, settings: Settings, clock: SettableClock
) -> None:
    """Altering, adding and removing columns keeps every row, index, uniqueness and reference on both engines."""
    database = empty_database
    await migrate(database)
    await populate(database, settings, clock)
    rows, schema = await counts(database), await schema_of(database)
    assert await pending(database, package=package) == ["9999_second"]
    assert await migrate(database, package=package) == ["9999_second"]
    assert await counts(database) == rows
    after = await schema_of(database)
    assert {key for key in schema if key not in after} <= {
        "index idx_accounts_domain_28e5b3",
        "column posts.context_uri",
    }
    assert {key.split()[0] for key in after if key not in schema} <= {"index", "column"}
    changed = {key for key in after if key in schema and after[key] != schema[key]}
    expected = {"table accounts", "table posts", "table users"}
    columns = {"column accounts.username", "column posts.language", "column users.email"}
    assert changed == (columns if database.postgresql else expected)
    assert await database.fetch_value("SELECT DISTINCT mood FROM accounts") == "calm; mostly"
    assert all(
        row["name"].startswith("TAG") and row["name"].endswith(";")
        for row in await database.fetch("SELECT name FROM tags")
    )
    if not database.postgresql:
        assert await database.fetch("PRAGMA foreign_key_check") == []
        with database.active():
            await database.client.execute_query("DELETE FROM accounts WHERE domain = ''")
        assert await database.fetch_value("SELECT COUNT(*) FROM users") == 0, "references are followed again"


@pytest.mark.parametrize("package", [SECOND], indirect=True, ids=["second"])
async def test_a_copy_is_made_before_an_sqlite_file_changes(
    sqlite_engine: Engine, package: str, settings: Settings, clock: SettableClock
) -> None:
    """An SQLite database with tables is copied next to itself first; an empty one is not."""
    url = sqlite_engine.empty()
    database = await open_database(url)
    path = Path(url.removeprefix("sqlite:"))
    try:
        await migrate(database)
        assert list(path.parent.glob(f"{path.name}.before-*")) == []
        await populate(database, settings, clock)
        await migrate(database, package=package)
    finally:
        await database.close()
    copy = Path(f"{path}.before-9999_second")
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT COUNT(*) FROM accounts").fetchone() == (2,)
        assert "mood" not in [row[1] for row in connection.execute("PRAGMA table_info(accounts)")]
    connection.close()


@pytest.mark.parametrize("package", [BROKEN], indirect=True, ids=["second"])
async def test_a_broken_migration_changes_nothing(
    empty_database: Database, package: str, settings: Settings, clock: SettableClock
) -> None:
    """A migration that fails half-way is undone wholly, is not noted down, and can be tried again."""
    await migrate(empty_database)
    await populate(empty_database, settings, clock)
    rows = await counts(empty_database)
    with pytest.raises(Exception, match="no_such_table"):
        await migrate(empty_database, package=package)
    assert await counts(empty_database) == rows
    assert await pending(empty_database, package=package) == ["9999_second"]


@pytest.mark.parametrize("package", [ORPHANING], indirect=True, ids=["second"])
async def test_rows_that_point_nowhere_are_refused(
    sqlite_engine: Engine, package: str, settings: Settings, clock: SettableClock
) -> None:
    """SQLite does not follow references while it migrates, so they are checked before the commit."""
    database = await open_database(sqlite_engine.empty())
    try:
        await migrate(database)
        await populate(database, settings, clock)
        rows = await counts(database)
        with pytest.raises(MigrationError, match="posts"):
            await migrate(database, package=package)
        assert await counts(database) == rows
    finally:
        await database.close()


@pytest.mark.parametrize("package", [SECOND], indirect=True, ids=["second"])
async def test_an_older_version_refuses_a_newer_database(empty_database: Database, package: str) -> None:
    """A database that has been through migrations we do not know is left alone."""
    await migrate(empty_database)
    await migrate(empty_database, package=package)
    with pytest.raises(MigrationError, match="newer version of Rossgram, which knows 9999_second"):
        await pending(empty_database)
    with pytest.raises(MigrationError, match="newer"):
        await migrate(empty_database)


async def test_models_work_after_migrating(empty_database: Database, settings: Settings, clock: SettableClock) -> None:
    """The process that migrated can go on and serve."""
    await migrate(empty_database)
    await populate(empty_database, settings, clock)
    with empty_database.active():
        assert await Account.filter(domain="").count() == 1
