"""``rossgram serve`` and ``rossgram worker`` as processes: what they print, how they begin and how they end."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.ports import free_port

ROOT = Path(__file__).parents[2]


def configure(folder: Path, port: int, more: str = "") -> None:
    (folder / "config.toml").write_text(
        f'[server]\nbase_url = "http://localhost:{port}"\nlisten = "127.0.0.1:{port}"\n{more}'
    )


@contextmanager
def running(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A ``rossgram`` process in a folder; killed if the test leaves it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    environment.pop("ROSSGRAM_CONFIG", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "rossgram_fed", *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line_with(process: subprocess.Popen[str], text: str) -> str:
    """The first line of standard output that says something; fails when the process ends before."""
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return line
    assert process.stderr is not None
    raise AssertionError(process.stderr.read())


def get(port: int, path: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Host": f"localhost:{port}"})
    response = connection.getresponse()
    return response.status, response.read().decode()


def test_serve_from_nothing(tmp_path: Path) -> None:
    """A first start prints the address and the one-time first-run page, answers, and ends cleanly on SIGTERM."""
    port = free_port()
    configure(tmp_path, port)
    with running(tmp_path, "serve") as process:
        assert f"http://localhost:{port}" in line_with(process, " is at ")
        found = re.search(
            rf"http://localhost:{port}(/setup\?token=[\w-]{{32}})\s*$", line_with(process, "/setup?token=")
        )
        assert found
        status, page = get(port, found[1])
        assert (status, "<form" in page) == (200, True)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in said
    assert {file.name for file in (tmp_path / "data").iterdir()} >= {"secrets.toml", "rossgram.sqlite3", "media"}


def test_serve_once_somebody_runs_it(tmp_path: Path) -> None:
    """With an admin there is no first-run page; SIGINT ends the server as well."""
    port = free_port()
    configure(tmp_path, port)
    with running(tmp_path, "user", "create", "anna", "--role", "admin") as made:
        assert made.wait(timeout=60) == 0
    with running(tmp_path, "serve", "--no-worker") as process:
        line_with(process, " is at ")
        assert get(port, "/setup")[0] == 404
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "token" not in output


def test_a_place_that_is_taken(tmp_path: Path) -> None:
    """A port in use is said in words, with the setting to change."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        configure(tmp_path, other.getsockname()[1])
        with running(tmp_path, "serve") as process:
            _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "cannot be listened on" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_bad_configuration_stops_the_start(tmp_path: Path, command: str) -> None:
    """Nothing is made on disk before the configuration is understood."""
    configure(tmp_path, free_port(), 'colour = "red"\n')
    with running(tmp_path, command) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "line 4: server.colour is no setting." in said
    assert not (tmp_path / "data").exists()


def test_the_development_switch_is_loud(tmp_path: Path) -> None:
    """Whoever starts a server with the switch on is told, before anything else."""
    configure(tmp_path, free_port(), "[development]\nallow_http_and_private_networks = true\n")
    with running(tmp_path, "serve") as process:
        line_with(process, " is at ")
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert "DEVELOPMENT SWITCH IS ON" in said


def test_worker_works_and_stops(tmp_path: Path) -> None:
    """The worker runs without listening anywhere and ends cleanly."""
    port = free_port()
    configure(tmp_path, port)
    with running(tmp_path, "worker") as process:
        line_with(process, "Working for")
        with pytest.raises(OSError, match="refused"):
            get(port, "/")
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in said
