"""How commands speak: sentences for people on the terminal, JSON for scripts, an exit code for both.

Commands that have no progress to show do not load rich for it, so that the server starts sooner.

Exit codes: 0 all is well; 1 what was asked for could not be done, or something is wrong; 2 the command line or the
configuration cannot be used.
"""

from __future__ import annotations

import json
from typing import Annotated, NoReturn

import typer

from rossgram_fed.software import VERSION

FAILED = 1
UNUSABLE = 2

JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")]


def say(sentence: str, *, bold: bool = False) -> None:
    """Print what was asked for, to standard output."""
    typer.secho(sentence, bold=bold)


def warn(sentence: str, *, colour: str | None = None) -> None:
    """Print everything else, warnings, refusals and progress, to standard error."""
    typer.secho(sentence, fg=colour, err=True)


def say_json(value: object) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def refuse(sentence: str, *, code: int = FAILED, as_json: bool = False) -> NoReturn:
    """Say why not, and end the command. A script gets the sentence too, as JSON on standard output."""
    if as_json:
        say_json({"ok": False, "error": sentence})
    else:
        warn(sentence, colour="red")
    raise typer.Exit(code)


def say_version(wanted: bool) -> None:
    """Print the version and end, if asked to."""
    if wanted:
        typer.echo(f"rossgram {VERSION}")
        raise typer.Exit
