"""``rossgram user``: people, for whoever keeps the machine. The server may be running meanwhile."""

from __future__ import annotations

import secrets
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Annotated

import typer

from rossgram_fed.accounts.actions import reset_password, set_role
from rossgram_fed.accounts.new_users import create_user, prepare_user
from rossgram_fed.accounts.passwords import hash_password, password_problem
from rossgram_fed.cli import standing
from rossgram_fed.cli.configured import ConfigOption, settings_of
from rossgram_fed.cli.databases import opened
from rossgram_fed.cli.loop import Result, run
from rossgram_fed.cli.output import JsonOption, refuse, say, say_json
from rossgram_fed.config import Settings
from rossgram_fed.database.migrate import migrate
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models.accounts import Role
from rossgram_fed.web.errors import Refusal

command = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Create a user, give one a role, set a new password, or suspend."
)


class RoleName(StrEnum):
    """A role as the command line writes it."""

    MEMBER = "member"
    MODERATOR = "moderator"
    ADMIN = "admin"


Username = Annotated[str, typer.Argument(metavar="NAME", help="The name in the handle, without @ and domain.")]
PasswordOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of making one.")
]


@command.command()
def create(
    username: Username,
    config: ConfigOption = None,
    *,
    role: Annotated[RoleName, typer.Option(help="What they may do.")] = RoleName.MEMBER,
    name: Annotated[str, typer.Option(help="The name shown on their profile.")] = "",
    password_stdin: PasswordOption = False,
    as_json: JsonOption = False,
) -> None:
    """Create a user and show their password, once."""
    settings = settings_of(config, as_json=as_json)
    password = _password(username, from_stdin=password_stdin, as_json=as_json)

    async def work() -> None:
        new = await prepare_user(username, password, role=Role[role.name], name=name)
        async with _changing(settings, as_json=as_json) as change:
            await create_user(change, new)

    _run(work(), as_json=as_json)
    handle = f"@{username}@{settings.account_domain}"
    if as_json:
        _say_json(handle, password, made=not password_stdin)
    else:
        _say(f"{handle} can sign in at {settings.base_url}/sign-in", password, made=not password_stdin)


@command.command()
def promote(
    username: Username,
    config: ConfigOption = None,
    *,
    role: Annotated[
        RoleName, typer.Option(help="What they may do from now on; member takes it away.")
    ] = RoleName.ADMIN,
    as_json: JsonOption = False,
) -> None:
    """Make a user an admin, or give another role."""
    settings = settings_of(config, as_json=as_json)

    async def work() -> bool:
        async with _changing(settings, as_json=as_json) as change:
            return await set_role(change, username=username, role=Role[role.name])

    if not _run(work(), as_json=as_json):
        refuse(f"There is no user called {username} here.", as_json=as_json)
    handle = f"@{username}@{settings.account_domain}"
    if as_json:
        say_json({"ok": True, "handle": handle, "role": role.value})
    else:
        say(f"{handle} is now {role.value}.")


@command.command(name="reset-password")
def reset(
    username: Username,
    config: ConfigOption = None,
    *,
    password_stdin: PasswordOption = False,
    as_json: JsonOption = False,
) -> None:
    """Set a new password, show it once, and sign the user out everywhere."""
    settings = settings_of(config, as_json=as_json)
    password = _password(username, from_stdin=password_stdin, as_json=as_json)

    async def work() -> bool:
        password_hash = await hash_password(password)
        async with _changing(settings, as_json=as_json) as change:
            return await reset_password(change, username=username, password_hash=password_hash)

    if not _run(work(), as_json=as_json):
        refuse(f"There is no user called {username} here.", as_json=as_json)
    handle = f"@{username}@{settings.account_domain}"
    if as_json:
        _say_json(handle, password, made=not password_stdin)
    else:
        _say(f"{handle} has a new password and is signed out everywhere.", password, made=not password_stdin)


standing.add_to(command)


@asynccontextmanager
async def _changing(settings: Settings, *, as_json: bool) -> AsyncIterator[Change]:
    async with opened(settings, as_json=as_json) as database:
        await migrate(database)
        async with Instance(settings, database).change() as change:
            yield change


def _run(work: Coroutine[object, object, Result], *, as_json: bool) -> Result:
    try:
        return run(work)
    except Refusal as error:
        refuse(str(error), as_json=as_json)


def _password(username: str, *, from_stdin: bool, as_json: bool) -> str:
    if not from_stdin:
        return secrets.token_urlsafe(15)
    password = sys.stdin.readline().rstrip("\r\n")
    problem = password_problem(password, username=username)
    if problem:
        refuse(problem, as_json=as_json)
    return password


def _say(sentence: str, password: str, *, made: bool) -> None:
    say(sentence)
    if made:
        say(f"Password: {password}")
        say("It is shown only now. They can change it in their settings.")


def _say_json(handle: str, password: str, *, made: bool) -> None:
    say_json({"ok": True, "handle": handle} | ({"password": password} if made else {}))
