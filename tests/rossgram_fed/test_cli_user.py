"""``rossgram user`` and ``rossgram migrate``, on a real database file."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rossgram_fed.accounts.passwords import password_matches
from rossgram_fed.cli.commands import application
from rossgram_fed.models.accounts import Role
from tests.databases import put_migrated


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with an empty database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROSSGRAM_CONFIG", raising=False)
    put_migrated(tmp_path / "data" / "rossgram.sqlite3")
    return tmp_path


def rossgram(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(application, list(words), input=typed)


def users() -> dict[str, tuple[int, str]]:
    """Role and password hash by username."""
    with sqlite3.connect("data/rossgram.sqlite3") as connection:
        rows = connection.execute(
            "SELECT username, role, password_hash FROM users JOIN accounts ON accounts.id = users.account_id"
        ).fetchall()
    return {username: (role, password_hash) for username, role, password_hash in rows}


def matches(password: str, username: str) -> bool:
    return asyncio.run(password_matches(password, users()[username][1]))


def test_create_makes_somebody_who_can_sign_in() -> None:
    """The password that is shown is theirs, and the role is the one asked for."""
    result = rossgram("user", "create", "anna", "--role", "admin", "--json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["handle"]) == (0, "@anna@localhost:8000")
    assert users()["anna"][0] == Role.ADMIN
    assert matches(answer["password"], "anna")


def test_create_reads_a_password() -> None:
    """A given password is taken and not repeated."""
    result = rossgram("user", "create", "anna", "--password-stdin", typed="blue boats by noon\n")
    assert result.exit_code == 0
    assert "blue boats" not in result.stdout
    assert matches("blue boats by noon", "anna")


@pytest.mark.parametrize(
    ("words", "typed", "says"),
    [
        pytest.param(("create", "anna"), "", "This name is taken", id="taken"),
        pytest.param(("create", "An na"), "", "small letters", id="not a name"),
        pytest.param(("create", "admin"), "", "not to be had", id="reserved"),
        pytest.param(("create", "bo", "--password-stdin"), "short\n", "at least 10 characters", id="weak password"),
        pytest.param(("create", "bo", "--password-stdin"), "", "at least 10 characters", id="no password"),
        pytest.param(("promote", "bo"), "", "There is no user called bo", id="promote nobody"),
        pytest.param(("reset-password", "bo"), "", "There is no user called bo", id="reset nobody's"),
    ],
)
def test_refusals(words: tuple[str, ...], typed: str, says: str) -> None:
    """What cannot be done ends with code 1 and a sentence, and changes nothing."""
    rossgram("user", "create", "anna")
    before = users()
    result = rossgram("user", *words, typed=typed)
    assert result.exit_code == 1
    assert says in result.stderr
    assert users() == before


def test_promote_gives_and_takes_roles() -> None:
    """Promotion makes an admin unless told otherwise."""
    rossgram("user", "create", "anna")
    assert users()["anna"][0] == Role.MEMBER
    assert rossgram("user", "promote", "anna").exit_code == 0
    assert users()["anna"][0] == Role.ADMIN
    assert rossgram("user", "promote", "anna", "--role", "member").exit_code == 0
    assert users()["anna"][0] == Role.MEMBER


def test_reset_password_signs_out_everywhere() -> None:
    """The old password and every open session end."""
    old = json.loads(rossgram("user", "create", "anna", "--json").stdout)["password"]
    with sqlite3.connect("data/rossgram.sqlite3") as connection:
        connection.execute(
            "INSERT INTO sessions (id, user_id, token_hash, user_agent, created_at, seen_at, expires_at) "
            "SELECT 1, id, 'x', '', 0, 0, 9 FROM users"
        )
    new = json.loads(rossgram("user", "reset-password", "anna", "--json").stdout)["password"]
    with sqlite3.connect("data/rossgram.sqlite3") as connection:
        assert connection.execute("SELECT COUNT(*) FROM sessions").fetchone() == (0,)
    assert matches(new, "anna")
    assert not matches(old, "anna")


def test_migrate_makes_the_tables_once() -> None:
    """What waits is shown, applied, and does not wait any longer; nobody else reads the data folder."""
    shutil.rmtree("data")
    waiting = rossgram("migrate", "--check", "--json")
    assert waiting.exit_code == 1
    names = json.loads(waiting.stdout)["waiting"]
    assert names
    assert json.loads(rossgram("migrate", "--json").stdout) == {"ok": True, "applied": names}
    assert rossgram("migrate", "--check").exit_code == 0
    assert "up to date" in rossgram("migrate").stdout
    assert stat.S_IMODE(Path("data").stat().st_mode) == 0o700


@pytest.mark.parametrize("words", [("migrate",), ("user", "create", "anna"), ("migrate", "--check")])
def test_a_database_that_cannot_be_used(words: tuple[str, ...]) -> None:
    """A broken database is said in words, not as a traceback."""
    Path("data/rossgram.sqlite3").write_bytes(b"no database" * 500)
    result = rossgram(*words)
    assert result.exit_code == 1
    assert "The database cannot be used" in result.stderr
