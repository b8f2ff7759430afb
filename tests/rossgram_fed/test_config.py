"""The configuration file: what it may say, and how its mistakes are reported."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields, is_dataclass
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path

import pytest

from rossgram_fed.config import Registration, Settings
from rossgram_fed.configuration import BadConfiguration, find_file, read_settings
from rossgram_fed.configuration.rules import RULES
from rossgram_fed.resources import static_folder, templates_folder

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def every_setting(settings: Settings | None = None) -> Iterator[tuple[str, object]]:
    for section in fields(Settings):
        value = getattr(settings or Settings(), section.name)
        assert is_dataclass(value)
        for field in fields(value):
            yield f"{section.name}.{field.name}", getattr(value, field.name)


def as_written(value: object) -> object:
    """The value as the example file writes it."""
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, Path):
        return str(value or "")
    return [str(one) for one in value] if isinstance(value, tuple) else value


def refusals(tmp_path: Path, text: str) -> list[str]:
    """What is wrong with a configuration file of this text."""
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(BadConfiguration) as refused:
        read_settings(file)
    return [str(problem) for problem in refused.value.problems]


def read(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "config.toml"
    file.write_text(text)
    return read_settings(file)


def test_example_names_every_setting_with_its_default() -> None:
    """The example is complete and true."""
    written = {
        f"{section}.{name}": value
        for section, values in tomllib.loads(EXAMPLE.read_text()).items()
        for name, value in values.items()
    }
    assert written == {name: as_written(value) for name, value in every_setting()}


def test_example_is_itself_a_configuration(tmp_path: Path) -> None:
    """Copying the example changes nothing."""
    copied = read(tmp_path, EXAMPLE.read_text())
    (tmp_path / "config.toml").write_text("")
    assert copied == read_settings(tmp_path / "config.toml")


def test_every_setting_has_one_rule() -> None:
    """What is allowed is known for every setting, and for nothing else."""
    assert list(RULES) == [name for name, _ in every_setting()]


def test_every_default_is_allowed(tmp_path: Path) -> None:
    """No default would be refused if somebody wrote it down."""
    for name, value in every_setting():
        RULES[name].read(as_written(value), tmp_path)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        pytest.param('[server]\n\nbse_url = "https://a.example"', 3, "Did you mean base_url?", id="misspelt name"),
        pytest.param("[sever]\nname = 'x'", 1, "Did you mean server?", id="misspelt section"),
        pytest.param("[server]\nphotos_per_post = 3", 2, "It belongs below [limits].", id="wrong section"),
        pytest.param('name = "x"', 1, "It belongs below [server].", id="no section"),
        pytest.param("server = 3", 1, "server is a section", id="section as a value"),
        pytest.param("[server]\nzzzz = 3", 2, "[server] knows: account_domain, base_url", id="nothing near"),
        pytest.param("[limits]\nphotos_per_post = 0", 2, "Allowed: a whole number from 1 to 20.", id="too small"),
        pytest.param("[limits]\nphotos_per_post = true", 2, "is true. Allowed", id="a truth is no number"),
        pytest.param("[limits]\nphotos_per_post = 2.0", 2, "is 2.0. Allowed", id="a fraction is no whole number"),
        pytest.param('[limits]\nphotos_per_post = "2"', 2, "is '2'. Allowed", id="a text is no number"),
        pytest.param('[server]\nregistration = "opne"', 2, 'Allowed: "open" or "invite" or "closed".', id="a choice"),
        pytest.param('[server]\nname = "  "', 2, "of 1 to 100 characters", id="blank name"),
        pytest.param("[server]\nname = 7", 2, "is 7. Allowed: a text", id="number as text"),
        pytest.param('[server]\nrules = "Be kind."', 2, "a list of up to 30 texts", id="a rule that is no list"),
        pytest.param('[server]\nrules = [""]', 2, "a list of up to 30 texts", id="an empty rule"),
        pytest.param('[server]\nbase_url = "photos.example"', 2, "an address without a path", id="no scheme"),
        pytest.param('[server]\nbase_url = "https://a.example/x"', 2, "an address without a path", id="a path"),
        pytest.param('[server]\nbase_url = "https://u@a.example"', 2, "an address without a path", id="a user"),
        pytest.param('[server]\nbase_url = "https://a..example"', 2, "an address without a path", id="empty label"),
        pytest.param('[server]\nbase_url = "https://a.example:99999"', 2, "an address without", id="no such port"),
        pytest.param('[server]\nbase_url = "http://a.example"', 2, "trust https only", id="http to strangers"),
        pytest.param('[server]\nbase_url = "http://192.168.1.4"', 2, "trust https only", id="http in a private net"),
        pytest.param('[server]\nbase_url = "https://203.0.113.4"', 2, "refuse a bare IP address", id="bare address"),
        pytest.param('[server]\naccount_domain = "https://a.example"', 2, 'such as "example.org"', id="domain as URL"),
        pytest.param('[server]\nlisten = "8000"', 2, "an address and a port", id="no host to listen on"),
        pytest.param('[server]\nlisten = "::1:80"', 2, "an address and a port", id="IPv6 without brackets"),
        pytest.param('[server]\ntrusted_proxies = "10.0.0.1"', 2, "a list of networks", id="network outside a list"),
        pytest.param('[server]\ntrusted_proxies = ["10.0.0.1/8"]', 2, "a list of networks", id="host bits set"),
        pytest.param('[server]\ntrusted_proxies = [\n  "proxy",\n]', 2, "a list of networks", id="over several lines"),
        pytest.param('[server]\nsource_url = "git@a.example:x"', 2, "an address such as", id="source without a scheme"),
        pytest.param('[server]\nsource_url = "javascript:x"', 2, "an address such as", id="source that runs"),
        pytest.param('[server]\nsource_url = "https://a .example/"', 2, "an address such as", id="source with a space"),
        pytest.param('[storage]\ndatabase = "mysql://h/n"', 2, '"sqlite:PATH"', id="another engine"),
        pytest.param('[storage]\ndatabase = "sqlite::memory:"', 2, '"sqlite:PATH"', id="a database in memory"),
        pytest.param('[storage]\ndatabase = "postgresql://h"', 2, '"sqlite:PATH"', id="no database name"),
        pytest.param('[storage]\ndatabase = "sqlite:."', 2, "which is a folder", id="folder as database"),
        pytest.param('[storage]\nmedia = "config.toml"', 2, "the path of a folder", id="file as folder"),
        pytest.param('[federation]\nextra_ca_file = "no.pem"', 2, "that exists", id="missing authority file"),
        pytest.param('[development]\nprivate_networks = ["10.0.0.0/8"]', 2, "opens nothing", id="networks, no switch"),
        pytest.param("[development]\nallow_http_and_private_networks = 1", 2, "true or false", id="one is not true"),
        pytest.param('[server]\nname = "x', 0, "This is not TOML", id="not TOML"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, line: int, says: str) -> None:
    """A mistake stops the start and names its line, the nearest right name and what is allowed."""
    (refusal,) = refusals(tmp_path, text)
    assert says in refusal
    assert refusal.startswith(f"line {line}: ") == bool(line)


def test_every_mistake_is_reported_at_once(tmp_path: Path) -> None:
    """Nobody mends one line to be told of the next; they come in the file's order."""
    told = refusals(tmp_path, 'nmae = "x"\n[limits]\npicture_seconds = -1\n[server]\nlisten = 4\ncolour = "red"\n')
    assert [sentence.partition(":")[0] for sentence in told] == ["line 1", "line 3", "line 5", "line 6"]


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    """The refusal of a database address may land in a log; the password in it does not."""
    (refusal,) = refusals(tmp_path, '[storage]\ndatabase = "postgres://me:hunter2@db"')
    assert "hunter2" not in refusal


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        pytest.param('base_url = "https://A.Example/"', "base_url", "https://a.example", id="slash and capitals"),
        pytest.param('base_url = "https://a.example:443"', "base_url", "https://a.example", id="usual port"),
        pytest.param('base_url = "https://bücher.example"', "base_url", "https://xn--bcher-kva.example", id="IDN"),
        pytest.param('base_url = "http://sea.localhost:81"', "base_url", "http://sea.localhost:81", id="localhost"),
        pytest.param('base_url = "http://[::1]:8000"', "base_url", "http://[::1]:8000", id="loopback address"),
        pytest.param('account_domain = "Example.org"', "account_domain", "example.org", id="domain's capitals"),
        pytest.param('listen = "[::]:80"', "listen", "[::]:80", id="IPv6"),
        pytest.param('registration = "open"', "registration", Registration.OPEN, id="choice"),
        pytest.param('trusted_proxies = ["::1"]', "trusted_proxies", (ip_network("::1/128"),), id="one address"),
    ],
)
def test_values_are_read(tmp_path: Path, text: str, name: str, value: object) -> None:
    """What is allowed is taken, in its one usual spelling."""
    assert getattr(read(tmp_path, f"[server]\n{text}\n").server, name) == value


def test_development_switch_allows_http(tmp_path: Path) -> None:
    """With the switch on, and only then, a stranger may be spoken to without https."""
    text = '[server]\nbase_url = "http://10.1.1.1"\n[development]\nallow_http_and_private_networks = true\n'
    assert read(tmp_path, text).base_url == "http://10.1.1.1"


def test_paths_start_from_the_file(tmp_path: Path) -> None:
    """Where the server is started from does not matter."""
    settings = read(tmp_path, '[storage]\ndata = "d"\nmedia = "/m"\ndatabase = "sqlite:x/y.db"\n')
    assert settings.storage.data == tmp_path / "d"
    assert settings.media_folder == Path("/m")
    assert settings.database_url == f"sqlite:{tmp_path}/x/y.db"
    assert read(tmp_path, "").database_url == f"sqlite:{tmp_path}/data/rossgram.sqlite3"


def test_settings_are_frozen() -> None:
    """Nobody changes a setting while the server runs."""
    with pytest.raises(FrozenInstanceError):
        Settings().server.name = "other"  # type: ignore[misc]


def test_the_file_is_found(tmp_path: Path) -> None:
    """The option wins over the environment, which wins over ``config.toml`` in the folder; none at all is fine."""
    assert find_file(None, {}, tmp_path) is None
    (tmp_path / "config.toml").touch()
    assert find_file(None, {}, tmp_path) == tmp_path / "config.toml"
    assert find_file(None, {"ROSSGRAM_CONFIG": "/e"}, tmp_path) == Path("/e")
    assert find_file(Path("/o"), {"ROSSGRAM_CONFIG": "/e"}, tmp_path) == Path("/o")


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    """A missing file that somebody asked for is not quietly replaced by defaults."""
    with pytest.raises(BadConfiguration, match="There is no such file"):
        read_settings(tmp_path / "none.toml")


def test_resources_are_found() -> None:
    """A checkout finds its templates beside the package, and the static files in it."""
    assert templates_folder() == EXAMPLE.parent / "templates"
    assert static_folder().parent.name == "rossgram_fed"
