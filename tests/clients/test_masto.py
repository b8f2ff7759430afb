"""An app built on masto, a library of other make, does here what people do with theirs."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from tests.clients.server import joined, served
from tests.rossgram_fed.media.samples import encoded, pixels

HOME = Path(__file__).with_name("masto")


async def test_a_journey_with_masto(tmp_path: Path) -> None:
    """Sign in, listen, post an album with descriptions, react, answer, page, search, edit, delete."""
    assert (HOME / "node_modules").exists(), "masto is not installed: run tests/clients/install."
    photos = [tmp_path / f"{number}.jpg" for number in range(2)]
    for number, path in enumerate(photos):
        path.write_bytes(encoded(pixels(400, 300, seed=number)))
    async with served(tmp_path) as base_url:
        environment = {
            **os.environ, "BASE_URL": base_url, "TOKEN": await joined(base_url, "mira"),
            "PHOTOS": ",".join(map(str, photos)),
        }  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            *(Path(sys.executable).with_name("node"), "journey.mjs"),
            cwd=HOME, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, complained = await process.communicate()
    assert process.returncode == 0, complained.decode()
    saw = json.loads(said)
    assert saw.pop("version").startswith("4.5.0 (compatible; Rossgram ")
    assert saw == {
        "most": 20,
        "me": "mira",
        "descriptions": ["A lighthouse", "The pier below it"],
        "tags": ["coast"],
        "favourited": True,
        "bookmarked": True,
        "reblogged": True,
        "answers": True,
        "walked": 8,
        "walkedOnce": True,
        "home": True,
        "tagged": True,
        "found": True,
        "edited": True,
        "history": 2,
        "gone": True,
        "heard": ["delete", "status.update", "update"],
    }
