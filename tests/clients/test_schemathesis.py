"""schemathesis tries what the description of the API allows, and much that it does not.

Nothing breaks, and every answer is one that the description knows.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.clients.server import joined, served

EXAMPLES = 4
"""Tries for each endpoint, besides those that schemathesis makes of its edges."""
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.mark.timeout(600)
async def test_whatever_is_sent(tmp_path: Path) -> None:
    """No endpoint breaks, and none answers with a status, a type or a shape that its description does not know."""
    async with served(tmp_path) as base_url:
        token = await joined(base_url, "mira")
        process = await asyncio.create_subprocess_exec(
            *(Path(sys.executable).with_name("schemathesis"), "run", f"{base_url}/api/openapi.json"),
            *("--header", f"Authorization: Bearer {token}", "--checks", CHECKS, "--seed", "1"),
            *("--max-examples", str(EXAMPLES), "--phases", "coverage,fuzzing", "--no-color", "--request-timeout", "30"),
            *("--exclude-path-regex", "/streaming"),
            cwd=tmp_path,
            env={**os.environ, "SCHEMATHESIS_HOOKS": ""},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()[-30_000:]
