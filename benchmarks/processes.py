"""Servers in processes of their own, and what they cost: processor time and memory as the kernel counts them."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 60
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    pid: int
    port: int
    seconds_to_answer: float

    @property
    def cpu_seconds(self) -> float:
        """Processor time used so far by all threads of the process and by children it has waited for."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
        return sum(int(fields[place]) for place in (11, 12, 13, 14)) / TICKS

    @property
    def resident_mebibytes(self) -> float:
        """Memory that the process holds at this moment."""
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    @property
    def tree_mebibytes(self) -> float:
        """Memory that the process and all it has started hold together; what they share counts once."""
        return sum(_proportional(pid) for pid in _tree(self.pid)) / 1024


def _tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            tasks = list(Path(f"/proc/{parent}/task").iterdir())
            found += [int(child) for task in tasks for child in (task / "children").read_text("ascii").split()]
        except OSError:
            continue
    return found


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def running(*command: str, port: int, folder: Path) -> AsyncIterator[Running]:
    """Start a Python process, wait until it answers on ``port``, and stop it at the end; its log goes to ``folder``."""
    # A server that is installed has its bytecode, whatever the developer's shell says.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    with (folder / f"log-{port}").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=ROOT, stdout=log, stderr=log, env=environment
        )
    try:
        await _answering(process, port)
        yield Running(process.pid, port, time.perf_counter() - began)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _answering(process: asyncio.subprocess.Process, port: int) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            if process.returncode is not None:
                raise RuntimeError(f"The server on port {port} ended; its log says why.")
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.005)
                continue
            writer.write(b"GET /actor HTTP/1.1\r\nHost: bench.test\r\nConnection: close\r\n\r\n")
            answered = await reader.read(12)
            writer.close()
            if answered.startswith(b"HTTP/1."):
                return
