"""``rossgram domains``: the rules for whole servers, for whoever keeps the machine; the server may run meanwhile.

A server on SQLite hears of a change within half a minute; what it does to accounts there is the running server's work.
"""

from __future__ import annotations

from collections.abc import Coroutine
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rossgram_fed.admin.domain_actions import in_words
from rossgram_fed.admin.domain_csv import BadSheet, allows_csv, blocks_csv
from rossgram_fed.admin.domain_plans import Plan, carry_out, plan_of
from rossgram_fed.cli.configured import ConfigOption, settings_of
from rossgram_fed.cli.databases import opened
from rossgram_fed.cli.loop import Result, run
from rossgram_fed.cli.output import JsonOption, refuse, say, say_json, warn
from rossgram_fed.config import Settings
from rossgram_fed.database.migrate import migrate
from rossgram_fed.federation.domain_rules import Rule, all_rules
from rossgram_fed.instance import Instance
from rossgram_fed.moderation.staff import COMMAND_LINE

command = typer.Typer(
    add_completion=False, no_args_is_help=True, help="List the rules for other servers; import and export them."
)


class Kind(StrEnum):
    """Which of Mastodon's two lists."""

    BLOCKS = "blocks"
    ALLOWS = "allows"


@command.command(name="list")
def show(config: ConfigOption = None, *, as_json: JsonOption = False) -> None:
    """List every rule."""
    rules = _run(_rules(settings_of(config, as_json=as_json), as_json=as_json), as_json=as_json)
    if as_json:
        say_json([_as_json(rule) for rule in rules])
        return
    for rule in rules:
        say(f"{rule.host}: {_in_words(rule)}")
    if not rules:
        say("There are no rules for other servers.")


@command.command(name="export")
def export_list(
    config: ConfigOption = None,
    *,
    kind: Annotated[Kind, typer.Option(help="Blocks and limits, or the servers that are allowed by name.")] = (
        Kind.BLOCKS
    ),
) -> None:
    """Write a list that Mastodon imports to standard output."""
    rules = _run(_rules(settings_of(config)), as_json=False)
    typer.echo(allows_csv(rules) if kind is Kind.ALLOWS else blocks_csv(rules), nl=False)


@command.command(name="import")
def import_list(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A list that Mastodon exported.", dir_okay=False)],
    config: ConfigOption = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Set the rules of a list. Lines that cannot be read are named and change nothing."""
    settings = settings_of(config, as_json=as_json)
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        refuse(f"{file} cannot be read: {error.strerror}.", as_json=as_json)

    async def work() -> Plan:
        async with opened(settings, as_json=as_json) as database:
            await migrate(database)
            if dry_run:
                return await plan_of(database, text, settings)
            async with Instance(settings, database).change() as change:
                return await carry_out(change, COMMAND_LINE, text)

    _tell(_run(work(), as_json=as_json), dry_run=dry_run, as_json=as_json)


def _tell(plan: Plan, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        bad = [{"line": one.number, "text": one.text, "error": one.sentence} for one in plan.bad]
        changed = {"added": len(plan.added), "changed": len(plan.changed), "same": plan.same}
        say_json({"ok": not bad, "done": not dry_run, **changed, "bad": bad})
        return
    for one in plan.bad:
        warn(f"Line {one.number}: {one.sentence} ({one.text})", colour="red")
    verb = "would be" if dry_run else "were"
    say(f"{len(plan.added)} rules {verb} set, {len(plan.changed)} {verb} changed, {plan.same} are here already.")


async def _rules(settings: Settings, *, as_json: bool = False) -> tuple[Rule, ...]:
    async with opened(settings, as_json=as_json) as database:
        await migrate(database)
        return await all_rules(database)


def _run(work: Coroutine[object, object, Result], *, as_json: bool) -> Result:
    try:
        return run(work)
    except BadSheet as error:
        refuse(str(error), as_json=as_json)


def _in_words(rule: Rule) -> str:
    return in_words(rule) + (f" ({rule.comment})" if rule.comment else "")


def _as_json(rule: Rule) -> dict[str, object]:
    return {
        "host": rule.host,
        "standing": rule.standing.name.lower(),
        "reject_media": rule.reject_media,
        "reject_reports": rule.reject_reports,
        "comment": rule.comment,
        "public_comment": rule.public_comment,
    }
