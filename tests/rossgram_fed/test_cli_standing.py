"""``rossgram user suspend`` and its like, on a real database file."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rossgram_fed.cli.commands import application
from tests.databases import put_migrated


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with an empty database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROSSGRAM_CONFIG", raising=False)
    put_migrated(tmp_path / "data" / "rossgram.sqlite3")
    return tmp_path


def rossgram(*words: str) -> Result:
    return CliRunner().invoke(application, list(words))


def rows(sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect("data/rossgram.sqlite3") as connection:
        return connection.execute(sql).fetchall()


def test_standings() -> None:
    """Even an admin is suspended from the command line, and let back in; the log says who, why and in what order."""
    assert rossgram("user", "create", "anna", "--role", "admin").exit_code == 0
    done = rossgram("user", "suspend", "anna", "--reason", "Key lost")
    assert (done.exit_code, done.stdout) == (0, "@anna@localhost:8000 is suspended.\n")
    assert rows("SELECT suspended_at IS NOT NULL FROM accounts WHERE username = 'anna'") == [(1,)]
    done = rossgram("user", "unsuspend", "@anna@localhost:8000", "--reason", "Found", "--json")
    assert json.loads(done.stdout) == {"ok": True, "handle": "@anna@localhost:8000", "deed": "unsuspend"}
    assert rossgram("user", "limit", "anna", "--reason", "x").exit_code == 0
    assert rossgram("user", "unlimit", "anna", "--reason", "x").exit_code == 0
    log = rows("SELECT actor_id, actor_name, kind, target_name, reason FROM staff_actions ORDER BY id")
    assert [(one[0], one[1], one[3]) for one in log] == [(None, "the command line", "@anna")] * 4
    assert [(one[2], one[4]) for one in log] == [
        ("suspend", "Key lost"), ("unsuspend", "Found"), ("limit", "x"), ("unlimit", "x"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("suspend", "nobody", "--reason", "x"), "Nobody is known here as nobody."),
        (("suspend", "@@", "--reason", "x"), "Nobody is known here as @@."),
        (("unsuspend", "anna", "--reason", "x"), "@anna is not suspended."),
        (("suspend", "anna", "--reason", " "), "Say why."),
    ],
)
def test_refusals(words: tuple[str, ...], why: str) -> None:
    """Who is not there, what was not done and what has no reason is refused with a sentence, and nothing is noted."""
    assert rossgram("user", "create", "anna").exit_code == 0
    done = rossgram("user", *words)
    assert done.exit_code == 1
    assert why in done.output
    assert rows("SELECT COUNT(*) FROM staff_actions") == [(0,)]
    assert rossgram("user", "suspend", "anna").exit_code == 2, "a reason is needed"
