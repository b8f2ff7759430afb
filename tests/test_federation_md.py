"""FEDERATION.md says what the code does: every activity, every answer of the inbox, every schedule and limit."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from activitypub import activities, parse
from rossgram_fed.activities import HANDLERS
from rossgram_fed.config import LimitSettings
from rossgram_fed.federation.budget import BACKFILL, MEBIBYTE, MISSED, THREAD
from rossgram_fed.federation.outcomes import FINAL
from rossgram_fed.jobs.retry import HOUR, MINUTE, WAITS

ROOT = Path(__file__).parents[1]
KINDS = {
    name
    for name, value in vars(activities).items()
    if isinstance(value, type) and issubclass(value, activities.Activity)
} - {"Activity", "Unknown", "InteractionRequest"}
ONE_OF = {"EmojiReact": "Like", "PassedOn": "Announce"}
"""Kinds that are told of under another name."""


@cache
def text() -> str:
    return (ROOT / "FEDERATION.md").read_text(encoding="utf-8")


def table(first_column: str) -> list[list[str]]:
    """Return the cells of the table whose first heading is this."""
    lines = iter(text().splitlines())
    for line in lines:
        if line.startswith(f"| {first_column} |"):
            next(lines)
            break
    rows = []
    for line in lines:
        if not line.startswith("|"):
            return rows
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows


def told() -> Iterator[tuple[str, str, str]]:
    """Yield each kind of activity that the table names, with what it says of sending and accepting."""
    for name, sent, accepted in table("activity"):
        for kind in re.findall(r"[A-Z]\w+", " ".join(re.findall(r"`([^`]+)`", name))):
            yield kind, sent, accepted


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "rossgram_fed").rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def made() -> set[str]:
    """Return the kinds of activities that the app makes a document of."""
    found = set()
    for name, module in modules():
        imported = {
            alias.asname or alias.name: alias.name
            for node in ast.walk(module)
            if isinstance(node, ast.ImportFrom) and node.module == "activitypub.activities"
            for alias in node.names
        }
        if name.endswith("inbound.py"):
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.Call | ast.IfExp):
                chosen = (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node.func,)
                found |= {imported[one.id] for one in chosen if isinstance(one, ast.Name) and one.id in imported}
    return found


def test_every_activity_that_is_handled_is_told_of() -> None:
    """Whatever has a handler is in the table as accepted, and nothing else is."""
    handled = {ONE_OF.get(kind.__name__, kind.__name__) for kind in HANDLERS}
    accepted = {kind for kind, _, how in told() if how != "no" and kind in KINDS}
    assert {ONE_OF.get(kind, kind) for kind in accepted} == handled


def test_every_activity_that_is_sent_is_told_of() -> None:
    """Whatever the app makes is in the table as sent, and nothing else is."""
    sent = {kind for kind, how, _ in told() if how != "no" and kind in KINDS}
    assert sent == made()


def test_every_activity_that_is_understood_has_a_handler() -> None:
    """Nothing is parsed for nobody."""
    assert {ONE_OF.get(kind, kind) for kind in KINDS} == {ONE_OF.get(kind.__name__, kind.__name__) for kind in HANDLERS}


def test_every_answer_of_the_inbox_is_told_of() -> None:
    """The statuses with which the inbox answers are those of the table."""
    listed = {int(status) for cells in table("answer of the inbox") for status in re.findall(r"\d{3}", cells[0])}
    doors = {"gate", "authentication", "inbox", "acceptance", "forwarded", "bodies", "domain_rules", "signed_requests"}
    answered = {410, 404}  # an inbox that is not there, which endpoints.py answers
    for name, module in modules():
        if not name.startswith("rossgram_fed/federation/") or Path(name).stem not in doors:
            continue
        for node in ast.walk(module):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("Turned", "ForeignKey")
            ):
                answered |= {
                    arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, int)
                }
    assert answered == listed


def test_objects_that_are_read_are_told_of() -> None:
    """Every kind of object that is kept as a post is named."""
    missing = {kind for kind in parse.NOTE_KINDS if f"`{kind}`" not in text()}
    assert missing == set()


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        (f"{LimitSettings().inbox_kilobytes // 1024} MiB", "the longest body"),
        (f"{BACKFILL.requests} requests, {BACKFILL.items} posts, {BACKFILL.depth} pages", "what a profile may cost"),
        (f"{THREAD.requests} requests, {THREAD.items} items, {THREAD.bytes // MEBIBYTE} MiB", "what a thread may cost"),
        (f"{THREAD.hosts} other servers, {THREAD.requests_per_host} requests each", "whom a thread may cost it"),
        (f"{MISSED.requests} requests each", "what catching up with somebody may cost"),
        (", ".join(str(status) for status in sorted(FINAL)[:-1]) + f" and {max(FINAL)} end it", "final answers"),
    ],
)
def test_figures_are_those_of_the_code(sentence: str, why: str) -> None:
    """A figure in the text is the one in force."""
    assert sentence in " ".join(text().split()), why


def test_the_schedule_is_the_one_in_force() -> None:
    """The waits between tries are told as they are."""
    minutes = [wait // MINUTE for wait in WAITS if wait < HOUR]
    hours = [wait // HOUR for wait in WAITS if HOUR <= wait < 12 * HOUR]
    assert minutes == [1, 5, 15]
    assert hours == [1, 3, 8]
    assert set(WAITS[6:]) == {12 * HOUR}
    assert "after 1, 5 and 15 minutes, 1, 3 and 8 hours, then every 12 hours for five days" in " ".join(text().split())
