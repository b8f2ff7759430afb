"""The secrets that the server makes for itself."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rossgram_fed.secrets_file import BadSecrets, S3Keys, load_or_create, s3_keys


def test_secrets_are_made_once(tmp_path: Path) -> None:
    """A restart keeps the secret; the token of the first-run page is new each time and on no disk."""
    first = load_or_create(tmp_path / "data")
    second = load_or_create(tmp_path / "data")
    assert first.csrf == second.csrf
    assert len(first.csrf) == 32
    assert first.vapid_public == second.vapid_public
    assert len(first.vapid_public) == 88
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
    assert len({(secrets.csrf, secrets.vapid_public) for secrets in made}) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secrets.toml"]


@pytest.mark.parametrize(
    "text", ["", "csrf = 3", 'csrf = "zz"', 'csrf = "ab"', "csrf =", f'csrf = "{"0" * 64}"\nvapid = "0"']
)
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
    assert "vapid" not in repr(secrets)


def test_an_older_file_gets_a_key_for_pushes(tmp_path: Path) -> None:
    """Starts at once agree on one key; what stood in the file, sections too, stays; nobody else may read it."""
    file = tmp_path / "secrets.toml"
    file.write_text(f'csrf = "{"1" * 64}"\n\n[s3]\naccess_key_id = "a"\nsecret_access_key = "b"\n')
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: load_or_create(tmp_path), range(16)))
    assert len({secrets.vapid_public for secrets in made}) == 1
    assert {secrets.csrf for secrets in made} == {bytes.fromhex("1" * 64)}
    assert s3_keys(tmp_path, {}) == S3Keys("a", "b")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["secrets.toml"]
