"""``rossgram check-config``: read the configuration as ``serve`` would, start nothing."""

from __future__ import annotations

import typer

from rossgram_fed.cli.configured import ConfigOption, file_of, warn_of_development
from rossgram_fed.cli.output import UNUSABLE, JsonOption, refuse, say, say_json
from rossgram_fed.configuration import BadConfiguration, read_settings

command = typer.Typer(add_completion=False)


@command.command()
def check_config(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Read the configuration and say what is wrong with it, with the line of each mistake. Exit code 2: it is bad."""
    file = file_of(config)
    try:
        settings = read_settings(file)
    except BadConfiguration as error:
        if not as_json:
            refuse(error.text(), code=UNUSABLE)
        problems = [
            {"line": problem.line, "setting": problem.setting, "problem": problem.sentence}
            for problem in error.problems
        ]
        say_json({"ok": False, "file": str(file), "problems": problems})
        raise typer.Exit(UNUSABLE) from error
    if as_json:
        say_json({"ok": True, "file": str(file) if file else None, "problems": []})
        return
    warn_of_development(settings)
    say(f"{file or 'There is no configuration file, so the defaults hold'}: nothing is wrong.")
    say(f"The server will be at {settings.base_url} and listen on {settings.server.listen}.")
