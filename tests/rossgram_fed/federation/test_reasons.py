"""Why something failed, in words that harm nobody."""

from __future__ import annotations

import pytest

from rossgram_fed.federation.reasons import LONGEST, details_of, in_words, printable


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("", ""),
        ("a.test answered 410.", "The people who followed there are gone."),
        ("a.test answered 401.", "It did not accept our signature."),
        ("a.test answered 413.", "This is too large for it."),
        ("a.test answered 418.", "It refused."),
        ("a.test answered 302.", "It refused."),
        ("a.test answered 502.", "It has trouble of its own."),
        ("a.test answered 599.", "It has trouble of its own."),
        ("a.test cannot be reached: [Errno 111] Connect call failed.", "It cannot be reached."),
        ("a.test took too long to answer.", "a.test took too long to answer."),
        ("The server has not answered for a week.", "The server has not answered for a week."),
    ],
)
def test_in_words(error: str, words: str) -> None:
    """What an answer means is said; what is a sentence already stays one."""
    assert in_words(error) == words


@pytest.mark.parametrize(
    ("error", "details"),
    [
        ("", ""),
        ("a.test answered 410.", "answer 410"),
        ("a.test cannot be reached: [Errno 111] Connect\u202e call failed.", "[Errno 111] Connect call failed"),
        ("a.test took too long to answer.", ""),
    ],
)
def test_details(error: str, details: str) -> None:
    """Whoever wants to know gets the number, or what the network said."""
    assert details_of(error) == details


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\t c", "a b c"),
        ("a\u202eb\u2066c\u200b", "abc"),
        ("a\x00\x1b[31mb", "a[31mb"),
        ("a\u2028b", "a b"),
        ("\ud800a", "a"),
        ("x" * 1000, "x" * (LONGEST - 1) + "…"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    """Nothing invisible, nothing that turns the line, nothing endless."""
    assert printable(text) == shown
