"""Find out on which line of a TOML file a setting was written; Python's reader does not tell.

A beginning of the file that can be parsed ends between two statements, so the first such beginning that knows a
setting ends with that setting's statement. This costs one parse a line and is done only when there is a mistake.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping

Key = tuple[str, ...]


def lines_of(text: str) -> dict[Key, int]:
    """Return the line, counted from 1, on which each key of a valid TOML text was written."""
    found: dict[Key, int] = {}
    lines = text.splitlines(keepends=True)
    begins = 1
    for end in range(1, len(lines) + 1):
        try:
            document = tomllib.loads("".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue  # in the middle of an array or a string that spans lines
        for key in _keys(document):
            found.setdefault(key, begins)
        begins = end + 1
    return found


def _keys(document: Mapping[str, object], above: Key = ()) -> Iterator[Key]:
    for name, value in document.items():
        yield (*above, name)
        if isinstance(value, Mapping):
            yield from _keys(value, (*above, name))
