"""schemathesis tries what the description of the API allows, and much that it does not.

Nothing breaks, and every answer is one that the description knows.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.clients.server import joined, served

EXAMPLES = 4
"""Tries for each endpoint, besides those that schemathesis makes of its edges."""
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.mark.timeout(600)
async def test_whatever_is_sent(tmp_path: Path) -> None:
    """No endpoint breaks, and none answers with a status, a type or a shape that its description does not know."""
    async with served(tmp_path) as base_url:
        token = await joined(base_url, "mira")
        (tmp_path / "schemathesis.toml").write_text(_with_real_ids(await _belongings(base_url, token)))
        process = await asyncio.create_subprocess_exec(
            *(Path(sys.executable).with_name("schemathesis"), "run", f"{base_url}/api/openapi.json"),
            *("--header", f"Authorization: Bearer {token}", "--checks", CHECKS, "--seed", "1"),
            *("--max-examples", str(EXAMPLES), "--phases", "coverage,fuzzing", "--no-color", "--request-timeout", "60"),
            *("--suppress-health-check", "too_slow"),
            *("--exclude-path-regex", "/streaming|/profile/"),
            cwd=tmp_path,
            env={**os.environ, "SCHEMATHESIS_HOOKS": ""},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()[-30_000:]
    generated = re.search(r"(\d+) generated", said.decode())
    assert generated is not None, said.decode()[-3000:]
    assert int(generated[1]) > 5000


async def _belongings(base_url: str, token: str) -> dict[str, str]:
    """Give somebody one thing of each kind; return the ids by the addresses that ask for them."""
    other = await joined(base_url, "tomas")
    async with ClientSession(base_url, headers={"Authorization": f"Bearer {token}"}) as session:

        async def made(path: str, body: dict[str, object]) -> str:
            async with session.post(path, json=body) as response:
                assert response.status == 200, await response.text()
                return str((await response.json())["id"])

        headers = {"Authorization": f"Bearer {other}"}
        async with session.get("/api/v1/accounts/verify_credentials", headers=headers) as response:
            tomas = str((await response.json())["id"])
        poll = {"options": ["Tea", "Coffee"], "expires_in": 3600}
        asking = await made("/api/v1/statuses", {"status": "Tea or coffee?", "poll": poll})
        async with session.get(f"/api/v1/statuses/{asking}") as response:
            poll_id = str((await response.json())["poll"]["id"])
        words = {"title": "Noise", "context": ["home"], "keywords_attributes": [{"keyword": "noise"}]}
        later = {"status": "Later", "scheduled_at": "2099-01-01T00:00:00Z"}
        return {
            "/api/v1/statuses/": await made("/api/v1/statuses", {"status": "A word about #tea for @tomas"}),
            "/api/v1/accounts/": tomas,
            "/api/v1/polls/": poll_id,
            "/api/v1/lists/": await made("/api/v1/lists", {"title": "Friends"}),
            "/api/v1/timelines/list/": await made("/api/v1/lists", {"title": "Family"}),
            "/api/v2/filters/": await made("/api/v2/filters", words),
            "/api/v1/scheduled_statuses/": await made("/api/v1/statuses", later),
        }


def _with_real_ids(ids: dict[str, str]) -> str:
    """Return a configuration that puts ids that exist into addresses, beside those that schemathesis makes up."""
    return "\n".join(
        f'[[operations]]\ninclude-path-regex = "^{start}\\\\{{id"\nparameters = {{ "path.id" = "{number}" }}\n'
        for start, number in ids.items()
    )
