"""``rossgram demo``: two servers on this machine, with people, photos and a conversation."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from rossgram_fed.cli.loop import run, until_stopped
from rossgram_fed.cli.output import refuse, say
from rossgram_fed.cli.starting import set_up_logs
from rossgram_fed.demo.cast import HILLS, PASSWORD, PEOPLE, SEA
from rossgram_fed.demo.servers import DemoServer, demo_settings, running
from rossgram_fed.demo.story import STEPS, Story, StoryStopped

TOLD = "told"
"""A file in the folder of a demo whose story was told to its end; holds the first port."""

command = typer.Typer(add_completion=False)


@command.command()
def demo(
    folder: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the two servers keep their data.")] = Path(
        "demo-data"
    ),
    port: Annotated[int, typer.Option(min=1024, max=65534, help="The first of two ports.")] = 8001,
    once: Annotated[bool, typer.Option("--once", help="Tell the story, then stop, for scripts.")] = False,
) -> None:
    """Start two servers, let their people follow and talk to each other, and say where to look.

    The first time the story is told; later runs show what is in the folder. Remove the folder to begin anew.
    """
    set_up_logs()
    logging.getLogger().setLevel(logging.WARNING)
    again = _was_told(folder, port)
    run(_demo(folder.resolve(), port=port, again=again, once=once))


def _was_told(folder: Path, port: int) -> bool:
    """Say whether the folder holds a finished story; refuse what cannot be gone on with."""
    told = folder / TOLD
    if not told.exists():
        if folder.exists() and any(folder.iterdir()):
            refuse(f"{folder} is not empty and holds no finished demo. Remove it, or name another --folder.")
        return False
    if told.read_text(encoding="ascii") != str(port):
        refuse(f"The demo in {folder} lives at port {told.read_text(encoding='ascii')}: say so with --port.")
    return True


async def _demo(folder: Path, *, port: int, again: bool, once: bool) -> None:
    async with AsyncExitStack() as stack:
        servers = {}
        for number, name in enumerate((SEA, HILLS)):
            settings = demo_settings(name, port=port + number, data=folder / name)
            try:
                servers[name] = await stack.enter_async_context(running(settings))
            except OSError as error:
                refuse(f"{settings.server.listen} cannot be listened on: {error.strerror}. Choose another --port.")
        if not again:
            await _tell(Story(servers))
            await asyncio.to_thread((folder / TOLD).write_text, str(port), encoding="ascii")
        _show(servers)
        if not once:
            await until_stopped()


async def _tell(story: Story) -> None:
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=STEPS)
        try:
            async for sentence in story.unfold():
                progress.update(task, description=sentence, advance=1)
        except StoryStopped as stopped:
            refuse(str(stopped))


def _show(servers: Mapping[str, DemoServer]) -> None:
    say("Two servers that know each other:")
    for name, server in servers.items():
        people = " and ".join(person.username for person in PEOPLE if person.home == name)
        say(f"  {server.url}  where {people} live", bold=True)
    say(f"Sign in as any of them; the password is: {PASSWORD}")
