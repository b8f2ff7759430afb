"""``rossgram user suspend`` and its like: standings, for whoever keeps the machine.

Here one can act on everybody, admins included, which no page lets anybody do. The staff's log says that it was the
command line.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer

from rossgram_fed.accounts.mentions import handle_from
from rossgram_fed.cli.configured import ConfigOption, settings_of
from rossgram_fed.cli.databases import opened
from rossgram_fed.cli.loop import run
from rossgram_fed.cli.output import JsonOption, refuse, say, say_json
from rossgram_fed.config import Settings
from rossgram_fed.database.migrate import migrate
from rossgram_fed.instance import Change, Instance
from rossgram_fed.moderation.log import Deed
from rossgram_fed.moderation.staff import COMMAND_LINE
from rossgram_fed.moderation.standing import DEEDS
from rossgram_fed.web.errors import NotFound, Refusal

Handle = Annotated[
    str, typer.Argument(metavar="HANDLE", help="The name of somebody here, or name@host of somebody elsewhere.")
]
Reason = Annotated[str, typer.Option(help="Why; kept in the staff's log.")]


def limit(handle: Handle, config: ConfigOption = None, *, reason: Reason, as_json: JsonOption = False) -> None:
    """Show an account to its followers and to whoever goes looking, nowhere else."""
    _act(Deed.LIMIT, handle, config, reason=reason, as_json=as_json, now="limited")


def unlimit(handle: Handle, config: ConfigOption = None, *, reason: Reason, as_json: JsonOption = False) -> None:
    """Lift a limit."""
    _act(Deed.UNLIMIT, handle, config, reason=reason, as_json=as_json, now="no longer limited")


def suspend(handle: Handle, config: ConfigOption = None, *, reason: Reason, as_json: JsonOption = False) -> None:
    """Let nobody see or hear an account, and sign its owner out."""
    _act(Deed.SUSPEND, handle, config, reason=reason, as_json=as_json, now="suspended")


def unsuspend(handle: Handle, config: ConfigOption = None, *, reason: Reason, as_json: JsonOption = False) -> None:
    """Lift a suspension."""
    _act(Deed.UNSUSPEND, handle, config, reason=reason, as_json=as_json, now="no longer suspended")


def add_to(command: typer.Typer) -> None:
    """Put these commands among the others about users."""
    for function in (limit, unlimit, suspend, unsuspend):
        command.command()(function)


def _act(deed: Deed, handle: str, config: ConfigOption, *, reason: str, as_json: bool, now: str) -> None:
    settings = settings_of(config, as_json=as_json)

    async def work() -> str:
        async with _changing(settings, as_json=as_json) as change:
            account_id, found = await _account(change, settings, handle)
            await DEEDS[deed](change, COMMAND_LINE, account_id=account_id, reason=reason)
            return found

    try:
        found = run(work())
    except Refusal as error:
        refuse(str(error), as_json=as_json)
    if as_json:
        say_json({"ok": True, "handle": found, "deed": deed.value})
    else:
        say(f"{found} is {now}.")


async def _account(change: Change, settings: Settings, text: str) -> tuple[int, str]:
    """Return the id and the handle of an account; raise ``NotFound`` when nobody has that one."""
    handle = handle_from(settings, text.removeprefix("@"))
    if handle is not None:
        found = await change.tx.fetch_value(
            "SELECT id FROM accounts WHERE username IN ($1, $2) AND domain = $3 AND deleted_at IS NULL",
            handle.username,
            handle.username.lower(),
            handle.host,
        )
        if found is not None:
            return int(found), f"@{handle.username}@{handle.host or settings.account_domain}"
    raise NotFound(f"Nobody is known here as {text}.")


@asynccontextmanager
async def _changing(settings: Settings, *, as_json: bool) -> AsyncIterator[Change]:
    async with opened(settings, as_json=as_json) as database:
        await migrate(database)
        async with Instance(settings, database).change() as change:
            yield change
