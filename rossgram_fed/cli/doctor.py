"""``rossgram doctor``: examine the surroundings and say how to mend them."""

from __future__ import annotations

from typing import Annotated

import typer

from rossgram_fed.cli.configured import ConfigOption, settings_of
from rossgram_fed.cli.loop import run
from rossgram_fed.cli.output import FAILED, JsonOption, say, say_json
from rossgram_fed.config import Settings
from rossgram_fed.doctor.clock import TIME_SERVER
from rossgram_fed.doctor.examination import examine
from rossgram_fed.doctor.findings import Finding, State

MARKS = {State.WELL: ("✓", "green"), State.UNSURE: ("?", "yellow"), State.WRONG: ("✗", "red")}

command = typer.Typer(add_completion=False)


@command.command()
def doctor(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    time_server: Annotated[str, typer.Option(metavar="HOST", help="Whose clock to compare with.")] = TIME_SERVER,
) -> None:
    """Look at folders, database, DNS, TLS, proxy headers and clock; say what is wrong and how to mend it.

    Exit code 1: something is wrong.
    """
    settings = settings_of(config, as_json=as_json)
    found = run(_examine(settings, time_server=time_server, aloud=not as_json))
    sick = any(finding.state is State.WRONG for finding in found)
    if as_json:
        findings = [
            {"subject": one.subject, "state": one.state.value, "sentence": one.sentence, "mend": one.mend}
            for one in found
        ]
        say_json({"ok": not sick, "findings": findings})
    if sick:
        raise typer.Exit(FAILED)


async def _examine(settings: Settings, *, time_server: str, aloud: bool) -> list[Finding]:
    found = []
    async for finding in examine(settings, time_server=time_server):
        found.append(finding)
        if aloud:
            _say(finding)
    return found


def _say(finding: Finding) -> None:
    mark, colour = MARKS[finding.state]
    say(f"{typer.style(mark, fg=colour)} {typer.style(finding.subject, bold=True)}  {finding.sentence}")
    if finding.mend:
        say(f"    To mend: {finding.mend}")
