"""From a TOML file to ``Settings``.

A setting that the file does not name keeps its default. A name that is no setting, or a value that is not allowed, is
a mistake; all of them are gathered before anything is refused.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from pathlib import Path

from rossgram_fed.config import (
    DevelopmentSettings,
    FederationSettings,
    LimitSettings,
    S3Settings,
    ServerSettings,
    Settings,
    StorageSettings,
)
from rossgram_fed.configuration.agreement import disagreements
from rossgram_fed.configuration.lines import lines_of
from rossgram_fed.configuration.problems import BadConfiguration, Problem
from rossgram_fed.configuration.rules import RULES

USUAL_FILE = "config.toml"
VARIABLE = "ROSSGRAM_CONFIG"

_PASSWORD = re.compile(r"//[^@]*@")

SECTIONS = {
    "server": ServerSettings,
    "storage": StorageSettings,
    "s3": S3Settings,
    "limits": LimitSettings,
    "federation": FederationSettings,
    "development": DevelopmentSettings,
}


def find_file(named: Path | None, environment: Mapping[str, str], folder: Path) -> Path | None:
    """Return the file to read: the named one, else the environment's, else ``config.toml`` if the folder has one."""
    if named is not None:
        return named
    if environment.get(VARIABLE):
        return Path(environment[VARIABLE])
    usual = folder / USUAL_FILE
    return usual if usual.exists() else None


def read_settings(file: Path | None) -> Settings:
    """Read a configuration file; None gives the defaults, with a data folder below the present one.

    Relative paths in it start from the file's own folder. Raises ``BadConfiguration`` with every mistake at once.
    """
    if file is None:
        return settings_from({}, beside=Path.cwd())[0]
    text = _text_of(file)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfiguration(file, [Problem("", f"This is not TOML: {error}.")]) from error
    settings, mistakes = settings_from(document, beside=file.resolve().parent)
    if mistakes:
        lines = lines_of(text)
        raise BadConfiguration(file, [replace(mistake, line=_line(lines, mistake.setting)) for mistake in mistakes])
    return settings


def settings_from(document: Mapping[str, object], *, beside: Path) -> tuple[Settings, list[Problem]]:
    """Return the settings that a parsed file asks for, and all that is wrong with it."""
    problems: list[Problem] = []
    # Paths that nobody wrote start from the file's folder too.
    sections: dict[str, dict[str, object]] = {"storage": {"data": (beside / StorageSettings().data).resolve()}}
    for section, values in document.items():
        if section not in SECTIONS:
            problems.append(_unknown_section(section, values))
        elif not isinstance(values, Mapping):
            problems.append(Problem(section, f"{section} is a section: write [{section}] and its settings below it."))
        else:
            sections.setdefault(section, {}).update(_section(section, values, beside, problems))
    settings = Settings(**{name: SECTIONS[name](**values) for name, values in sections.items()})
    problems.extend(
        Problem(setting, sentence)
        for setting, sentence in disagreements(settings)
        if setting not in {problem.setting for problem in problems}
    )
    return settings, problems


def _section(section: str, values: Mapping[str, object], beside: Path, problems: list[Problem]) -> dict[str, object]:
    known = [field.name for field in fields(SECTIONS[section])]
    read: dict[str, object] = {}
    for name, value in values.items():
        setting = f"{section}.{name}"
        if name not in known:
            problems.append(Problem(setting, f"{setting} is no setting. {_hint(name, known, section)}"))
            continue
        try:
            read[name] = RULES[setting].read(value, beside)
        except ValueError:
            problems.append(Problem(setting, f"{setting} is {_shown(value)}. Allowed: {RULES[setting].allowed}."))
    return read


def _unknown_section(section: str, values: object) -> Problem:
    if isinstance(values, Mapping):
        return Problem(section, f"[{section}] is no section. {_hint(section, list(SECTIONS), '')}")
    homes = [
        f"[{home}]" for home, settings in SECTIONS.items() if section in {field.name for field in fields(settings)}
    ]
    if homes:
        return Problem(section, f"{section} stands above the first section. It belongs below {homes[0]}.")
    every = [setting.partition(".")[2] for setting in RULES]
    return Problem(section, f"{section} is no setting. {_hint(section, every, '')}")


def _hint(name: str, known: list[str], section: str) -> str:
    nearest = get_close_matches(name, known, n=1, cutoff=0.5)
    if nearest:
        return f"Did you mean {nearest[0]}?"
    elsewhere = [setting for setting in RULES if setting.endswith(f".{name}")]
    if elsewhere:
        return f"It belongs below [{elsewhere[0].partition('.')[0]}]."
    where = f"[{section}] knows" if section else "There are"
    return f"{where}: {', '.join(sorted(known))}."


def _shown(value: object) -> str:
    written = {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)
    written = _PASSWORD.sub("//…@", written)
    return written if len(written) <= 80 else f"{written[:77]}…"


def _line(lines: Mapping[tuple[str, ...], int], setting: str) -> int | None:
    parts = tuple(setting.split("."))
    return lines.get(parts) or lines.get(parts[:1])


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BadConfiguration(file, [Problem("", "There is no such file.")]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfiguration(file, [Problem("", f"It cannot be read: {error}.")]) from error
