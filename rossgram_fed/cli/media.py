"""``rossgram media``: move photos between the folder and the bucket, tidy up, check what is there, and give shares.

All of it can be done while the server runs.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from rossgram_fed.cli.configured import ConfigOption, settings_of
from rossgram_fed.cli.databases import opened
from rossgram_fed.cli.loop import Result, run
from rossgram_fed.cli.output import FAILED, JsonOption, refuse, say, say_json, warn
from rossgram_fed.config import PhotosIn, Settings
from rossgram_fed.database.migrate import migrate
from rossgram_fed.instance import Instance
from rossgram_fed.media.bucket import NoLibrary
from rossgram_fed.media.checking import Checked
from rossgram_fed.media.checking import check as check_files
from rossgram_fed.media.collecting import Waste, collect, waste
from rossgram_fed.media.configured import bucket_from, storage_from
from rossgram_fed.media.errors import NotReachable
from rossgram_fed.media.moving import Moved, Place
from rossgram_fed.media.moving import move as move_files
from rossgram_fed.media.quota import set_quota
from rossgram_fed.media.storage import Folder
from rossgram_fed.secrets_file import BadSecrets

command = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Move photos, tidy them up, check them, and give people shares."
)
MEGABYTE = 1 << 20


@command.command()
def move(
    to: Annotated[PhotosIn, typer.Option("--to", help="Where everything is to be.")],
    config: ConfigOption = None,
    *,
    delete_source: Annotated[
        bool, typer.Option("--delete-source", help="Remove each file where it was, once it is verified where it is.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Copy every photo to the bucket, or to the folder, and verify it. Stop it at any time, and start it again.

    Nothing is missing meanwhile: the server looks in both places. Set storage.photos_in first and restart, so that new
    photos go to the new place, then move the old ones.
    """
    settings = settings_of(config, as_json=as_json)

    async def work() -> Moved:
        async with _instance(settings, as_json=as_json) as instance:
            folder, bucket = Place(_folder(settings)), Place(bucket_from(settings, os.environ))
            source, target = (folder, bucket) if to is PhotosIn.S3 else (bucket, folder)
            with _progress(as_json) as told:
                return await move_files(
                    instance.database,
                    source,
                    target,
                    delete_source=delete_source,
                    told=lambda done: told(f"{done.copied} files copied, {done.there_already} there already"),
                )

    if not settings.s3.bucket:
        refuse("There is no bucket: name one as s3.bucket in the configuration.", as_json=as_json)
    done = _run(work(), as_json=as_json)
    if as_json:
        say_json({"ok": not (done.failed or done.stopped)} | asdict(done))
    else:
        _report_move(done)
    raise typer.Exit(FAILED if done.failed or done.stopped else 0)


@command.command()
def gc(
    config: ConfigOption = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take away files that nobody needs, and copies of strangers' pictures beyond their bounds.

    The server does that by itself, bit by bit; this does it at once.
    """
    settings = settings_of(config, as_json=as_json)

    async def work() -> list[Waste]:
        async with _instance(settings, as_json=as_json) as instance:
            storage = storage_from(settings, os.environ)
            return await (waste if dry_run else collect)(instance, storage)

    found = _run(work(), as_json=as_json)
    if as_json:
        say_json({"ok": True, "removed": not dry_run, "files": [asdict(one) for one in found]})
        return
    say("Would go:" if dry_run else "Gone:")
    for one in found:
        size = "" if one.size is None else f", {_shown(one.size)}"
        say(f"  {one.files:>8} files{size}: {one.kind}")


@command.command()
def check(config: ConfigOption = None, *, as_json: JsonOption = False) -> None:
    """Read every file and compare it with its checksum; exit code 1 if one is missing or changed."""
    settings = settings_of(config, as_json=as_json)

    async def work() -> Checked:
        async with _instance(settings, as_json=as_json) as instance:
            places = [Place(_folder(settings))]
            if settings.s3.bucket:
                places.append(Place(bucket_from(settings, os.environ)))
            with _progress(as_json) as told:
                return await check_files(
                    instance.database, tuple(places), lambda done: told(f"{done.well + done.unverified} files read")
                )

    done = _run(work(), as_json=as_json)
    if as_json:
        say_json({"ok": not done.bad} | asdict(done))
    else:
        say(f"{done.well} files are as they were stored; {done.unverified} are there and have no checksum.")
        for what, keys in (("missing", done.missing), ("changed", done.changed)):
            for key in keys:
                warn(f"{what}: {key}", colour="red")
        if done.unreachable:
            warn(f"{done.unreachable} files could not be looked at: the bucket does not answer.", colour="red")
    raise typer.Exit(FAILED if done.bad or done.unreachable else 0)


@command.command()
def quota(
    username: Annotated[str, typer.Argument(metavar="NAME", help="The name in the handle, without @ and domain.")],
    megabytes: Annotated[
        str, typer.Argument(metavar="MEGABYTES", help='A number, 0 for no bound, or "default" for the server\'s.')
    ],
    config: ConfigOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Give somebody more or less of the storage than limits.quota_megabytes says."""
    settings = settings_of(config, as_json=as_json)
    if megabytes != "default" and not (megabytes.isascii() and megabytes.isdecimal() and len(megabytes) < 10):
        refuse('Write a number of megabytes, 0 for no bound, or "default".', as_json=as_json)
    share = None if megabytes == "default" else int(megabytes)

    async def work() -> bool:
        async with _instance(settings, as_json=as_json) as instance, instance.change() as change:
            return await set_quota(change, username=username, megabytes=share)

    if not _run(work(), as_json=as_json):
        refuse(f"There is no user called {username} here.", as_json=as_json)
    if as_json:
        say_json({"ok": True, "username": username, "megabytes": share})
        return
    shown = "what everybody has" if share is None else f"{share} MB" if share else "as much as there is"
    say(f"{username} may use {shown}.")


def _folder(settings: Settings) -> Folder:
    folder = Folder(settings.media_folder, reserve=settings.storage.reserve_megabytes * MEGABYTE)
    folder.prepare()
    return folder


@asynccontextmanager
async def _instance(settings: Settings, *, as_json: bool) -> AsyncIterator[Instance]:
    async with opened(settings, as_json=as_json) as database:
        await migrate(database)
        yield Instance(settings, database)


@contextmanager
def _progress(as_json: bool) -> Iterator[Callable[[str], None]]:
    """Show a line on standard error that says how far the work is; nothing for scripts."""
    if as_json:
        yield lambda _: None
        return
    with Console(stderr=True).status("Looking …") as status:
        yield status.update


def _run(work: Coroutine[object, object, Result], *, as_json: bool) -> Result:
    try:
        return run(work)
    except (BadSecrets, NoLibrary) as error:
        refuse(str(error), as_json=as_json)
    except NotReachable as error:
        refuse(f"The bucket does not answer as it should: {error}", as_json=as_json)


def _report_move(done: Moved) -> None:
    say(f"{done.copied} files copied ({_shown(done.size)}), {done.there_already} were there already.")
    if done.deleted:
        say(f"{done.deleted} removed where they were, after they were verified.")
    for problem in done.problems:
        warn(f"not moved: {problem}", colour="red")
    if done.failed > len(done.problems):
        warn(f"… and {done.failed - len(done.problems)} more.", colour="red")
    if done.stopped:
        warn(f"It ended early: {done.stopped}. Run it again; it goes on where it ended.", colour="red")


def _shown(size: int) -> str:
    return f"{size / MEGABYTE:.1f} MB"
