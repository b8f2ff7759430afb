"""schemathesis tries what the description of the API allows, and much that it does not.

Nothing breaks, and every answer is one that the description knows.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, FormData

from tests.clients.server import joined, served
from tests.rossgram_fed.api.test_push_subscriptions import AUTH, KEY
from tests.rossgram_fed.media.samples import encoded, pixels

EXAMPLES = 4
"""Tries for each endpoint, besides those that schemathesis makes of its edges."""
ALIKE = (
    "POST /api/v1/accounts/update_credentials",
    "PATCH /api/v1/profile",
    "GET /api/v1/search",
    "GET /api/v2/notifications/unread_count",
    "GET /api/v1/notifications/unread_count",
    "PUT /api/v1/notifications/policy",
)
"""Endpoints that take what another one takes, by the same code: their edges are tried there."""
SUBSCRIPTION = {"subscription": {"endpoint": "https://push.example/one", "keys": {"p256dh": KEY, "auth": AUTH}}}
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.mark.timeout(600)
async def test_whatever_is_sent(tmp_path: Path) -> None:
    """No endpoint breaks, and none answers with a status, a type or a shape that its description does not know."""
    async with served(tmp_path) as base_url:
        token = await joined(base_url, "mira")
        (tmp_path / "schemathesis.toml").write_text(_settings(await _belongings(base_url, token)))
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
    """Give somebody one thing of each kind; return the ids by the operations that ask for them."""
    other = await joined(base_url, "tomas")
    async with (
        ClientSession(base_url, headers={"Authorization": f"Bearer {token}"}) as mira,
        ClientSession(base_url, headers={"Authorization": f"Bearer {other}"}) as tomas,
    ):

        async def made(path: str, **body: object) -> str:
            return str((await answer(mira.post(path, json=body)))["id"])

        async def uploaded() -> str:
            data = FormData()
            data.add_field("file", encoded(pixels(40, 30)), filename="a.jpg", content_type="image/jpeg")
            return str((await answer(mira.post("/api/v2/media", data=data)))["id"])

        async def posted(**body: object) -> str:
            return await made("/api/v1/statuses", **body)

        async def sieve(title: str) -> str:
            return await made("/api/v2/filters", title=title, context=["home"])

        him = await answer(tomas.get("/api/v1/accounts/verify_credentials"))
        poll = {"options": ["Tea", "Coffee"], "expires_in": 3600}
        asking = await answer(mira.get(f"/api/v1/statuses/{await posted(status='Tea?', poll=poll)}"))
        post, held = await posted(status="A word about #tea for @tomas"), await sieve("Held")
        await answer(tomas.post(f"/api/v1/statuses/{post}/favourite"))
        (news,) = await answer(mira.get("/api/v1/notifications"))
        await made("/api/v1/push/subscription", **SUBSCRIPTION)
        ids = {
            "[A-Z]+ /api/v1/statuses/{id}": post,
            "[A-Z]+ /api/v1/accounts/{id}": str(him["id"]),
            "[A-Z]+ /api/v1/polls/{id}": str(asking["poll"]["id"]),
            "[A-Z]+ /api/v1/conversations/{id}": await posted(status="@tomas Hello", visibility="direct"),
            "[A-Z]+ /api/v1/notifications/{id}": str(news["id"]),
            "[A-Z]+ /api/v2/notifications/{group_key}": str(news["group_key"]),
            "[A-Z]+ /api/v1/featured_tags/{id}": await made("/api/v1/featured_tags", name="tea"),
            "[A-Z]+ /api/v1/lists/{id}": await made("/api/v1/lists", title="Friends"),
            "[A-Z]+ /api/v1/timelines/list/{id}": await made("/api/v1/lists", title="Family"),
            "[A-Z]+ /api/v2/filters/{id}": await sieve("Noise"),
            "[A-Z]+ /api/v1/scheduled_statuses/{id}": await posted(status="Later", scheduled_at="2099-01-01T00:00:00Z"),
        }
        for method in ("GET", "PUT", "DELETE"):
            ids[f"{method} /api/v1/media/{{id}}"] = await uploaded()
            keyword = await made(f"/api/v2/filters/{held}/keywords", keyword="noise")
            ids[f"{method} /api/v2/filters/keywords/{{id}}"] = keyword
        for method in ("GET", "DELETE"):
            part = await made(f"/api/v2/filters/{held}/statuses", status_id=await posted(status=method))
            ids[f"{method} /api/v2/filters/statuses/{{id}}"] = part
        return ids


async def answer(request: Awaitable[ClientResponse]) -> Any:
    """What a request that must succeed brings."""
    response = await request
    assert response.status == 200, await response.text()
    return await response.json()


def _settings(ids: dict[str, str]) -> str:
    """Return a configuration: ids that exist in addresses, beside those that schemathesis makes up; no edge twice.

    Of the methods that an address does not know, one is tried.
    """
    lines = ['[phases.coverage]\nunexpected-methods = ["trace"]']
    for name, value in ids.items():
        start, _, parameter = name.removesuffix("}").partition("{")
        lines.append(f"[[operations]]\ninclude-name-regex = '^{start}\\{{{parameter}}}'")
        lines.append(f'parameters = {{ "path.{parameter}" = "{value}" }}')
    lines += [f'[[operations]]\ninclude-name = "{name}"\nphases.coverage.enabled = false' for name in ALIKE]
    return "\n".join(lines)
