"""What every command that needs settings does first: read them, or refuse in words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from rossgram_fed.cli.output import UNUSABLE, refuse, warn
from rossgram_fed.config import Settings
from rossgram_fed.configuration import BadConfiguration, find_file, read_settings

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The configuration file; otherwise $ROSSGRAM_CONFIG, otherwise config.toml in this folder, if any.",
    ),
]


def file_of(named: Path | None) -> Path | None:
    """Return the configuration file that counts; None: there is none, and the defaults hold."""
    return find_file(named, os.environ, Path.cwd())


def settings_of(named: Path | None, *, as_json: bool = False) -> Settings:
    """Read the settings, or end the command with every mistake in them."""
    try:
        return read_settings(file_of(named))
    except BadConfiguration as error:
        refuse(error.text(), code=UNUSABLE, as_json=as_json)


def warn_of_development(settings: Settings) -> None:
    """Say loudly that this server must not be a community's, when it must not."""
    if not settings.development.allow_http_and_private_networks:
        return
    reach = ", ".join(str(network) for network in settings.development.private_networks) or "none"
    lines = (
        "DEVELOPMENT SWITCH IS ON",
        "",
        "development.allow_http_and_private_networks is true.",
        "Federation accepts unencrypted http: anybody on the way can read and change what is sent.",
        f"Private networks that strangers can make this server reach: {reach}.",
        "This is for trying things out on one machine. If people rely on this server, stop it now",
        "and take the [development] section out of its configuration.",
    )
    bar = "!" * 92
    warn("\n".join([bar, *(f"!! {line}".rstrip() for line in lines), bar]), colour="bright_red")
