"""The command line: what it says, to people and to scripts, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rossgram_fed.cli.commands import COMMANDS, application


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROSSGRAM_CONFIG", raising=False)
    return CliRunner()


def test_check_config_without_a_file(cli: CliRunner) -> None:
    """No file at all is a configuration: the defaults."""
    result = cli.invoke(application, ["check-config"])
    assert result.exit_code == 0
    assert "http://localhost:8000" in result.stdout


def test_check_config_names_mistakes(cli: CliRunner) -> None:
    """A bad file ends with code 2 and every mistake on standard error."""
    Path("config.toml").write_text("[limits]\nphoto_megabyte = 3\npicture_seconds = 0\n")
    result = cli.invoke(application, ["check-config"])
    assert result.exit_code == 2
    assert "line 2: limits.photo_megabyte is no setting. Did you mean photo_megabytes?" in result.stderr
    assert "line 3: limits.picture_seconds is 0." in result.stderr


def test_check_config_for_scripts(cli: CliRunner) -> None:
    """A script gets the same as JSON, and nothing else, on standard output."""
    Path("other.toml").write_text('[server]\nname = ""\n')
    result = cli.invoke(application, ["check-config", "--config", "other.toml", "--json"])
    answer = json.loads(result.stdout)
    assert result.exit_code == 2
    assert (answer["ok"], answer["file"]) == (False, "other.toml")
    assert [(problem["line"], problem["setting"]) for problem in answer["problems"]] == [(2, "server.name")]


def test_the_environment_names_the_file(cli: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    """$ROSSGRAM_CONFIG is read, and a file it names must exist."""
    monkeypatch.setenv("ROSSGRAM_CONFIG", "elsewhere.toml")
    result = cli.invoke(application, ["check-config"])
    assert result.exit_code == 2
    assert "elsewhere.toml" in result.stderr
    assert "There is no such file." in result.stderr


def test_the_development_switch_is_loud(cli: CliRunner) -> None:
    """Nobody overlooks that federation is open to unencrypted http and private networks."""
    Path("config.toml").write_text(
        '[development]\nallow_http_and_private_networks = true\nprivate_networks = ["10.0.0.0/8"]\n'
    )
    result = cli.invoke(application, ["check-config"])
    assert "DEVELOPMENT SWITCH IS ON" in result.stderr
    assert "10.0.0.0/8" in result.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(cli: CliRunner, name: str) -> None:
    """Every entry of the table loads, and --help says what it does."""
    result = cli.invoke(application, [name, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.stdout


def test_help_lists_every_command(cli: CliRunner) -> None:
    """The table and the help are one."""
    result = cli.invoke(application, ["--help"])
    assert result.exit_code == 0
    assert all(name in result.stdout for name in COMMANDS)


def test_an_unknown_command_is_refused(cli: CliRunner) -> None:
    """A typing mistake is not taken for anything else."""
    assert cli.invoke(application, ["srve"]).exit_code == 2


def test_light_commands_stay_light() -> None:
    """Reading the configuration waits for no web framework and no database."""
    script = (
        "import sys; import rossgram_fed.cli.commands, rossgram_fed.cli.check_config; "
        "print([name for name in ('aiohttp', 'tortoise', 'PIL', 'cryptography') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
