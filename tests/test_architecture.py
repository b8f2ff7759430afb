"""The rules that keep the code easy to find one's way in, checked as any other behaviour is."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("rossgram_fed", "activitypub", "webfinger")
LONGEST_FILE = 300

DOORS = {
    "rossgram_fed/federation/transport.py": "the one guarded door to strangers",
    "rossgram_fed/doctor/asking.py": "asks our own public address, on the admin's word",
    "rossgram_fed/doctor/clock.py": "asks a time server the time, on the admin's word",
    "rossgram_fed/doctor/encryption.py": "shakes hands with our own public address, on the admin's word",
    "rossgram_fed/database/engine.py": "opens the database the admin named",
    "rossgram_fed/database/signals.py": "listens at the database the admin named",
}
"""The modules that may open connections, and why."""

OPENERS = {
    "ClientSession", "TCPConnector", "UnixConnector", "BaseConnector",
    "create_connection", "create_datagram_endpoint", "open_connection", "open_unix_connection", "sock_connect",
    "HTTPConnection", "HTTPSConnection", "urlopen", "urlretrieve", "FTP", "SMTP",
}  # fmt: skip
"""Names that open a connection, whatever module they come from."""

CLIENT_LIBRARIES = {"requests", "httpx", "urllib3", "http.client", "urllib.request", "socket", "ftplib", "smtplib"}
HARMLESS = {"rossgram_fed/doctor/names.py", "rossgram_fed/demo/servers.py", "rossgram_fed/federation/names.py"}
"""Modules that import ``socket`` for constants or to look names up; ``OPENERS`` sees to it that they open nothing."""


INSTALLED = {"node_modules", ".venv"}
"""Folders below ours that hold other people's code."""


def python_files(*folders: str) -> list[Path]:
    return sorted(
        file
        for folder in folders
        for file in (ROOT / folder).rglob("*.py")
        if not INSTALLED.intersection(file.relative_to(ROOT).parts)
    )


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def short(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def names_used(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every name a module speaks of: plain, as an attribute, or imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute):
            yield node.attr, node.lineno
        elif isinstance(node, ast.ImportFrom):
            yield from ((alias.name, node.lineno) for alias in node.names)


def modules_imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_imports_point_down() -> None:
    """Every import contract of pyproject.toml is kept."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_files_are_short() -> None:
    """Nobody has to scroll through more than 300 lines to know what is in a file."""
    long = {
        short(file): lines
        for file in python_files(*PACKAGES, "tests", "benchmarks")
        if file.parent != ROOT / "rossgram_fed/migrations"  # written by a program, read by a program
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert not long


def test_one_door_to_strangers() -> None:
    """Only the modules that are named, with a reason, open connections."""
    found = [
        f"{short(file)}:{line} uses {name}"
        for file in python_files(*PACKAGES)
        if short(file) not in DOORS
        for name, line in names_used(tree_of(file))
        if name in OPENERS
    ]
    assert not found


def test_no_other_client_libraries() -> None:
    """No module but the named ones imports a library that could open a connection."""
    found = [
        f"{short(file)} imports {module}"
        for file in python_files(*PACKAGES)
        if short(file) not in DOORS
        for module in modules_imported(tree_of(file))
        if module in CLIENT_LIBRARIES and not (module == "socket" and short(file) in HARMLESS)
    ]
    assert not found


def test_every_door_is_there() -> None:
    """The list of doors names no module that is gone."""
    assert [door for door in (*DOORS, *HARMLESS) if not (ROOT / door).is_file()] == []


def test_no_imports_inside_functions() -> None:
    """What a module needs stands at its top; only the table of commands imports by name."""
    found = [
        f"{short(file)}:{inner.lineno}"
        for file in python_files(*PACKAGES, "tests", "benchmarks")
        for function in ast.walk(tree_of(file))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    by_name = [
        short(file)
        for file in python_files(*PACKAGES)
        if {"import_module", "__import__"} & {name for name, _ in names_used(tree_of(file))}
    ]
    assert not found
    assert by_name == ["rossgram_fed/cli/commands.py"]


def test_every_module_says_what_lives_in_it() -> None:
    """Every module that holds code begins with a docstring."""
    silent = [
        short(file) for file in python_files(*PACKAGES) if tree_of(file).body and not ast.get_docstring(tree_of(file))
    ]
    assert not silent


def test_every_test_says_what_must_hold() -> None:
    """Every test has a sentence."""
    silent = [
        f"{short(file)}:{node.lineno}"
        for file in python_files("tests")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert not silent


def test_nothing_is_named_for_nothing() -> None:
    """No module's name hides what is in it."""
    empty = {"utils", "util", "helpers", "common", "base", "manager", "service", "misc", "core"}
    assert [short(file) for file in python_files(*PACKAGES) if file.stem in empty or file.parent.name in empty] == []


INLINE = {
    "an inline style": re.compile(r"<style\b|\sstyle\s*=", re.I),
    "a script": re.compile(r"<script\b|javascript:", re.I),
    "an inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "unescaped output but sanitised HTML": re.compile(
        r"(?<!_html)(?<!_html )(?<!link\.value )\|\s*safe\b|{%-?\s*autoescape\s+false"
    ),
}


@pytest.mark.parametrize("what", INLINE)
def test_templates_bring_no(what: str) -> None:
    """The content security policy allows no inline code; only HTML that was cleaned before is not escaped."""
    templates = sorted((ROOT / "templates").rglob("*.html"))
    assert templates
    assert [short(file) for file in templates if INLINE[what].search(file.read_text(encoding="utf-8"))] == []


def test_the_lock_names_public_addresses_only() -> None:
    """Nobody's private index or mirror is written into the lock file."""
    hosts = set(re.findall(r"https?://([^/\"]+)", (ROOT / "uv.lock").read_text(encoding="utf-8")))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}
