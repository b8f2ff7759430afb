"""What an examination finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How bad it is."""

    WELL = "well"
    UNSURE = "unsure"
    """It could not be found out, or may be meant so."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at, in a sentence; ``mend`` says what to do when it is not well."""

    subject: str
    state: State
    sentence: str
    mend: str = ""


def well(subject: str, sentence: str) -> Finding:
    """Return a finding that is as it should be."""
    return Finding(subject, State.WELL, sentence)


def unsure(subject: str, sentence: str, mend: str) -> Finding:
    """Return a finding that somebody should look at."""
    return Finding(subject, State.UNSURE, sentence, mend)


def wrong(subject: str, sentence: str, mend: str) -> Finding:
    """Return a finding that has to be mended."""
    return Finding(subject, State.WRONG, sentence, mend)
