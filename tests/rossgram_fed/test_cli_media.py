"""``rossgram media``: on a real database file, a real folder, and a bucket on this machine."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rossgram_fed.cli.commands import application
from rossgram_fed.config import S3Settings, Settings, StorageSettings
from rossgram_fed.doctor.buckets import examine_bucket
from rossgram_fed.media.storage import Folder
from tests.databases import put_migrated
from tests.rossgram_fed.media.buckets import make_bucket, s3

KEYS = {"ROSSGRAM_S3_ACCESS_KEY_ID": "id", "ROSSGRAM_S3_SECRET_ACCESS_KEY": "hidden"}
COUNT = 24


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3() as address:
        yield address


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endpoint: str) -> Folder:
    """A server with files and a bucket."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROSSGRAM_CONFIG", raising=False)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    Path("config.toml").write_text(
        f'[storage]\nphotos_in = "s3"\n[s3]\nendpoint = "{endpoint}"\nbucket = "{make_bucket(endpoint)}"\n'
    )
    put_migrated(tmp_path / "data" / "rossgram.sqlite3")
    made = Folder(tmp_path / "data" / "media")
    made.prepare()
    return made


def rossgram(*words: str) -> Result:
    return CliRunner().invoke(application, list(words))


def with_files(folder: Folder, count: int = COUNT) -> list[str]:
    """Files with rows that somebody needs; their keys."""
    assert rossgram("user", "create", "anna").exit_code == 0
    written = asyncio.run(folder.put_all([(f"file {number}".encode() * 99, ".jpg") for number in range(count)]))
    with sqlite3.connect("data/rossgram.sqlite3") as connection:
        account_id = connection.execute("SELECT id FROM accounts WHERE username = 'anna'").fetchone()[0]
        connection.executemany(
            "INSERT INTO media_files (id, key, digest, account_id, remote, source, size, created_at, viewed_at) "
            "VALUES (?, ?, ?, ?, 0, '', 1, 0, 0)",
            [(number, one.key, one.digest, account_id) for number, one in enumerate(written)],
        )
    return sorted(one.key for one in written)


def local(folder: Folder) -> list[str]:
    return sorted(key for keys in folder.older_than(-5) for key in keys)


def test_a_move_that_is_killed_goes_on(folder: Folder) -> None:
    """kill -9 at any moment loses no file; run again, everything is there, verified, and nothing is left behind."""
    keys = with_files(folder)
    words = [sys.executable, "-m", "rossgram_fed", "media", "move", "--to", "s3", "--delete-source", "--json"]
    kills = 0
    for _ in range(2):
        before = local(folder)
        process = subprocess.Popen(words, env=os.environ | KEYS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while len(local(folder)) > len(before) - 5 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
    assert kills, "it was too fast to be killed"
    done = json.loads(rossgram("media", "move", "--to", "s3", "--delete-source", "--json").stdout)
    assert (done["ok"], done["failed"], local(folder)) == (True, 0, [])
    checked = json.loads(rossgram("media", "check", "--json").stdout)
    assert (checked["well"], checked["missing"], checked["changed"]) == (COUNT, [], [])
    back = rossgram("media", "move", "--to", "folder", "--delete-source")
    assert back.exit_code == 0
    assert f"{COUNT} files copied" in back.stdout
    assert local(folder) == keys


def test_check_names_what_is_wrong(folder: Folder) -> None:
    """A file that is missing and one whose bytes changed are named, and a script sees it by the exit code."""
    keys = with_files(folder, 3)
    folder.path(keys[0]).unlink()
    folder.path(keys[1]).write_bytes(b"other")
    done = rossgram("media", "check")
    assert done.exit_code == 1
    assert f"missing: {keys[0]}" in done.stderr
    assert f"changed: {keys[1]}" in done.stderr
    assert "1 files are as they were stored" in done.stdout


def test_gc_says_before_it_does(folder: Folder) -> None:
    """A dry run counts and takes nothing; the other takes what was counted."""
    with_files(folder, 2)
    with sqlite3.connect("data/rossgram.sqlite3") as connection:
        connection.execute("UPDATE media_files SET account_id = NULL WHERE id = 0")
    for words, left in ((["--dry-run"], 2), ([], 1)):
        done = rossgram("media", "gc", "--json", *words)
        assert json.loads(done.stdout)["files"][0]["files"] == 1
        assert len(local(folder)) == left


def test_shares(folder: Folder) -> None:
    """A share is given by name; what makes no sense is refused and changes nothing."""
    with_files(folder, 1)
    for typed, kept in (("500", 500), ("0", 0), ("x", 0), ("-5", 0), ("default", None)):
        done = rossgram("media", "quota", "anna", "--", typed)
        assert (done.exit_code == 0) == (typed not in ("x", "-5"))
        with sqlite3.connect("data/rossgram.sqlite3") as connection:
            assert connection.execute("SELECT quota_megabytes FROM users").fetchone()[0] == kept
    assert rossgram("media", "quota", "nobody", "5").exit_code == 1


def test_no_bucket_no_move(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a bucket, or without its keys, the command says what is missing, and shows no secret."""
    for name in KEYS:
        monkeypatch.delenv(name)
    assert "ROSSGRAM_S3_ACCESS_KEY_ID" in rossgram("media", "move", "--to", "s3").stderr
    assert "hidden" not in rossgram("media", "gc").output
    Path("config.toml").write_text("")
    assert "There is no bucket" in rossgram("media", "move", "--to", "folder").stderr


async def test_the_doctor_tries_the_bucket(endpoint: str, tmp_path: Path) -> None:
    """A bucket that works is well; one that is not there, or whose keys are nowhere, is named with what to do."""
    good = Settings(
        storage=StorageSettings(data=tmp_path), s3=S3Settings(bucket=make_bucket(endpoint), endpoint=endpoint)
    )
    (finding,) = [one async for one in examine_bucket(good, KEYS)]
    assert "keeps them from strangers" in finding.sentence
    (finding,) = [one async for one in examine_bucket(good, {})]
    assert "ROSSGRAM_S3_ACCESS_KEY_ID" in finding.sentence
    missing = Settings(storage=StorageSettings(data=tmp_path), s3=S3Settings(bucket="nowhere", endpoint=endpoint))
    (finding,) = [one async for one in examine_bucket(missing, KEYS)]
    assert "cannot be used" in finding.sentence
    assert [one async for one in examine_bucket(Settings(), KEYS)] == []
