"""A worker that is killed in the middle of a job: nothing is lost, nothing has its effect twice."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from rossgram_fed.instance import Instance
from rossgram_fed.jobs.queue import enqueue
from rossgram_fed.jobs.runner import LEASE_MS, JobSource
from rossgram_fed.jobs.worker import Worker
from tests.conftest import SettableClock

ROOT = Path(__file__).parents[3]
JOBS = 12
FATAL = 5

WORKER = """
    import asyncio, sys
    from rossgram_fed.config import Settings
    from rossgram_fed.database import open_database
    from rossgram_fed.instance import Instance
    from rossgram_fed.jobs.runner import JobSource
    from rossgram_fed.jobs.worker import Worker

    async def main(url, now, fatal, moment):
        instance = Instance(Settings(), await open_database(url), clock=lambda: now)

        async def tag(payload):
            if payload["number"] == fatal and moment == "before":
                await hang()
            async with instance.change() as change:
                await change.tx.execute(
                    "INSERT INTO tags (id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                    payload["number"], f"tag{payload['number']}",
                )
                if payload["number"] == fatal and moment == "during":
                    await hang()
            if payload["number"] == fatal and moment == "after":
                await hang()

        await Worker(instance, [JobSource(instance, {"tag": tag})]).run()

    async def hang():
        print("ready", flush=True)
        await asyncio.Event().wait()

    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
"""


@pytest.mark.parametrize("moment", ["before", "during", "after"])
async def test_a_killed_worker_loses_nothing(instance: Instance, clock: SettableClock, moment: str) -> None:
    """Killed before, within or after a job's change, the job is done by another worker once the lease runs out."""
    async with instance.change() as change:
        for number in range(JOBS):
            await enqueue(change, "tag", {"number": number})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", textwrap.dedent(WORKER), instance.settings.database_url),
        *(str(clock.now), str(FATAL), moment),
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 100) == b"ready\n"
    process.send_signal(signal.SIGKILL)
    await process.wait()

    async def tag(payload: dict[str, object]) -> None:
        async with instance.change() as change:
            await change.tx.execute(
                "INSERT INTO tags (id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                payload["number"],
                f"tag{payload['number']}",
            )

    worker = Worker(instance, [JobSource(instance, {"tag": tag})])
    assert await worker.run_until_idle() == JOBS - FATAL - 1, "what nobody held is done at once"
    assert await instance.database.fetch_value("SELECT COUNT(*) FROM jobs WHERE state = 0") == 1
    clock.advance(LEASE_MS)
    assert await worker.run_until_idle() == 1, "what the dead worker held comes back with the end of its lease"
    rows = await instance.database.fetch("SELECT id, name FROM tags ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [(number, f"tag{number}") for number in range(JOBS)]
    attempts = await instance.database.fetch("SELECT state, attempts FROM jobs ORDER BY id")
    assert [tuple(row.values()) for row in attempts] == [(1, 2 if number == FATAL else 1) for number in range(JOBS)]
