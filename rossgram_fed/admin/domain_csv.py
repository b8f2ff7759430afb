"""Rules for whole servers as the CSV that Mastodon exports and imports: one file of blocks, one of allowed hosts. Pure.

A block's line is ``#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate``, an allowed host's only
``#domain``; the first line names the columns. A line that cannot be read changes nothing and is named.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from activitypub.errors import MalformedDocument
from activitypub.origin import host_of
from rossgram_fed.config import Settings
from rossgram_fed.federation.domain_rules import Rule, covers
from rossgram_fed.models.accounts import Standing
from rossgram_fed.web.forms import clean_text

MOST_LINES = 50_000
LONGEST_COMMENT = 2000
_BLOCKS = ("#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate")
_ALLOWS = ("#domain",)
_SEVERITIES = {"noop": Standing.OPEN, "silence": Standing.LIMITED, "suspend": Standing.SUSPENDED}
_WORDS = {standing: word for word, standing in _SEVERITIES.items()}
_FLAGS = {"": False, "false": False, "0": False, "f": False, "true": True, "1": True, "t": True}


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that says nothing we could do."""

    number: int
    text: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was read."""

    rules: tuple[Rule, ...]
    bad: tuple[BadLine, ...]


class BadSheet(ValueError):
    """Nothing of the file can be read; the text is a sentence."""


def blocks_csv(rules: Iterable[Rule]) -> str:
    """Write the rules that close or narrow something."""
    lines = (
        (rule.host, _WORDS[rule.standing], _flag(rule.reject_media), _flag(rule.reject_reports), rule.public_comment,
         "False")
        for rule in rules
        if rule.standing is not Standing.OPEN or rule.reject_media or rule.reject_reports
    )  # fmt: skip
    return _written(_BLOCKS, lines)


def allows_csv(rules: Iterable[Rule]) -> str:
    """Write the hosts that are allowed by name."""
    return _written(_ALLOWS, ((rule.host,) for rule in rules if rule.standing is Standing.OPEN))


def sheet_from(text: str, settings: Settings, *, known: Mapping[str, Rule]) -> Sheet:
    """Read a file of either kind; raise ``BadSheet`` when it is neither.

    ``known`` are the rules there are: what a file does not say of them (their comments) stays.
    """
    rows = _rows(text)
    columns = [name.strip().lower().removeprefix("#") for name in next(rows, (0, [""]))[1]]
    if "domain" not in columns:
        raise BadSheet("The first line names no column #domain, so this is no list that Mastodon exports.")
    rules: dict[str, Rule] = {}
    bad: list[BadLine] = []
    for number, row in rows:
        if number > MOST_LINES:
            raise BadSheet(f"A list may have {MOST_LINES} lines; this one has more.")
        cells = dict(zip(columns, row, strict=False))
        try:
            rule = _rule(cells, settings, known=known, allows="severity" not in columns)
            if rule.host in rules:
                raise BadSheet("This server stands in the list before.")
        except BadSheet as problem:
            bad.append(BadLine(number, clean_text(",".join(row))[:200], str(problem)))
        else:
            rules[rule.host] = rule
    return Sheet(tuple(rules.values()), tuple(bad))


def host_from(text: str, settings: Settings) -> str:
    """Return a host as rules name it, in its one spelling; raise ``BadSheet`` for what is none, and for our own."""
    name = text.strip().removeprefix("@")
    try:
        host = host_of(f"https://{name}/")
    except MalformedDocument:
        host = ""
    if not name or "/" in name or not host or ":" in host:
        raise BadSheet("That is no name of a server, such as photos.example.")
    if covers(host, settings.host) or covers(host, settings.account_domain):
        raise BadSheet("That is this server itself.")
    return host


def _rule(cells: Mapping[str, str], settings: Settings, *, known: Mapping[str, Rule], allows: bool) -> Rule:
    host = host_from(cells.get("domain", ""), settings)
    before = known.get(host, Rule(host))
    if allows:
        return Rule(host, Standing.OPEN, before.reject_media, before.reject_reports, before.comment,
                    before.public_comment)  # fmt: skip
    severity = cells.get("severity", "").strip().lower() or "suspend"
    if severity not in _SEVERITIES:
        raise BadSheet(f"{severity[:40]!r} is no severity: noop, silence or suspend.")
    media, reports = _read_flag(cells, "reject_media"), _read_flag(cells, "reject_reports")
    if severity == "noop" and not (media or reports):
        raise BadSheet("This line asks for nothing.")
    allowed = host in known and before.standing is Standing.OPEN
    if severity == "noop" and settings.federation.allow_list_only and not allowed:
        raise BadSheet("This line would let a server in that is not allowed by name.")
    public = clean_text(cells.get("public_comment") or "")[:LONGEST_COMMENT]
    return Rule(host, _SEVERITIES[severity], media, reports, before.comment, public or before.public_comment)


def _read_flag(cells: Mapping[str, str], name: str) -> bool:
    text = (cells.get(name) or "").strip().lower()
    if text not in _FLAGS:
        raise BadSheet(f"{text[:40]!r} in {name} is neither true nor false.")
    return _FLAGS[text]


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Return the lines that are not empty, with their numbers."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff").replace("\x00", "")))
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error as error:
        raise BadSheet(f"Line {reader.line_num} cannot be read as CSV: {error}.") from error


def _written(columns: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([columns, *lines])
    return written.getvalue()


def _flag(value: bool) -> str:
    return "True" if value else "False"
