"""The secrets that the server makes for itself."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rossgram_fed.secrets_file import BadSecrets, load_or_create


def test_secrets_are_made_once(tmp_path: Path) -> None:
    """A restart keeps the secret; the token of the first-run page is new each time and on no disk."""
    first = load_or_create(tmp_path / "data")
    second = load_or_create(tmp_path / "data")
    assert first.csrf == second.csrf
    assert len(first.csrf) == 32
    assert first.setup_token != second.setup_token
    assert all(first.setup_token not in file.read_text() for file in (tmp_path / "data").iterdir())


def test_only_the_owner_reads_them(tmp_path: Path) -> None:
    """Neither the file nor the folder it makes is anybody else's to read."""
    load_or_create(tmp_path / "data")
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "data/secrets.toml").stat().st_mode) == 0o600


def test_two_starts_at_once_agree(tmp_path: Path) -> None:
    """Whoever is first makes the file; nobody replaces it, and nothing is left over."""
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: load_or_create(tmp_path), range(32)))
    assert len({secrets.csrf for secrets in made}) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secrets.toml"]


@pytest.mark.parametrize("text", ["", "csrf = 3", 'csrf = "zz"', 'csrf = "ab"', "csrf ="])
def test_a_damaged_file_stops_the_start(tmp_path: Path, text: str) -> None:
    """A weak or broken secret is never used, and never silently replaced."""
    (tmp_path / "secrets.toml").write_text(text)
    with pytest.raises(BadSecrets):
        load_or_create(tmp_path)


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    """A log line with the value in it gives nothing away."""
    secrets = load_or_create(tmp_path)
    assert secrets.setup_token not in repr(secrets)
    assert str(secrets.csrf) not in repr(secrets)
