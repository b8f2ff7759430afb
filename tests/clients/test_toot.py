"""The integration tests of toot, a client of other make, pass against a server of ours, but for those listed here."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.clients.server import served

HOME = Path(__file__).with_name("toot") / ".venv"
PYTHON, SOURCE = HOME / "bin" / "python", HOME / "source"
EXCEPTIONS = {
    "test_login_cli": "it insists on a server at localhost:3000, and signs in by OAuth's password grant, which OAuth "
    "2.1 forbids and Mastodon took out in 4.4",
    "test_login_cli_wrong_password": "the same",
}
"""Tests that fail, and why that is the test's doing."""


@pytest.mark.timeout(600)
async def test_everything_that_toot_does(tmp_path: Path) -> None:
    """Every test that comes with toot passes, except exactly those that cannot."""
    assert PYTHON.exists(), "toot is not installed: run tests/clients/install."
    report = tmp_path / "report.xml"
    async with served(tmp_path) as base_url:
        process = await asyncio.create_subprocess_exec(
            *(PYTHON, "-m", "pytest", "tests/integration", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"),
            cwd=SOURCE,
            env={**os.environ, "TOOT_TEST_BASE_URL": base_url, "PYTEST_ADDOPTS": ""},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
    problems = _problems(report)
    assert len(problems) > 100, said.decode()[-4000:]
    failed = {name: problem for name, problem in problems.items() if problem}
    assert failed.keys() == EXCEPTIONS.keys(), "\n\n".join(f"{name}: {problem}" for name, problem in failed.items())


def _problems(report: Path) -> dict[str, str]:
    """Return what was wrong in each test, or nothing; what was skipped did not pass."""
    cases = ElementTree.parse(report).iter("testcase")
    return {
        case.get("name", ""): "\n".join(
            bad.get("message", "") for bad in case if bad.tag in ("failure", "error", "skipped")
        )
        for case in cases
    }
