"""Polls in documents: what of a Question is read, what is written, and what is a vote."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from activitypub.objects import Note, Poll, PollOption
from activitypub.parse import parse_note
from activitypub.polls import is_vote, vote_document
from activitypub.render import note_document

ENDS = datetime(2026, 11, 23, 7, 33, 50, tzinfo=UTC)


def question(**parts: Any) -> Poll | None:
    base = {"id": "https://there.test/1", "type": "Question", "attributedTo": "https://there.test/a", "content": "Tea?"}
    return parse_note({**base, **parts}).poll


def option(name: str, votes: object) -> dict[str, Any]:
    return {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": votes}}


@pytest.mark.parametrize(
    ("parts", "poll", "reason"),
    [
        (
            {"oneOf": [option("Yes", 3), option("No", 0)], "endTime": "2026-11-23T07:33:50Z", "votersCount": 3},
            Poll((PollOption("Yes", 3), PollOption("No")), ends_at=ENDS, voters=3),
            "as Mastodon writes it",
        ),
        (
            {"anyOf": [option("Yes", 1)], "closed": "2026-11-23T07:33:50Z"},
            Poll((PollOption("Yes", 1),), multiple=True, ends_at=ENDS, closed=True),
            "several answers, over",
        ),
        (
            {"oneOf": [option(" a \n b ", -5), {"name": "c"}], "closed": True},
            Poll((PollOption("a b"), PollOption("c")), closed=True),
            "odd numbers count nothing",
        ),
        ({"oneOf": [option("", 1), option("b", 1)]}, None, "an answer without words"),
        ({"oneOf": "Yes"}, None, "no answers"),
        ({}, None, "nothing to choose from"),
        ({"type": "Note", "oneOf": [option("a", 1)]}, None, "no question"),
    ],
)
def test_questions_are_read(parts: dict[str, Any], poll: Poll | None, reason: str) -> None:
    """Options in their order with their numbers, when it ends, and whether it is over."""
    assert question(**parts) == poll, reason


def test_no_more_than_twenty_answers_are_read() -> None:
    """A question with a thousand answers costs no more than one with twenty."""
    found = question(oneOf=[option(str(number), 0) for number in range(1000)])
    assert found is not None
    assert len(found.options) == 20


def test_a_question_is_written_and_read_back() -> None:
    """What we send is what we read, in the words of other servers."""
    poll = Poll((PollOption("Yes", 2), PollOption("No", 1)), multiple=True, ends_at=ENDS, closed=True, voters=2)
    note = Note(id="https://here.test/p/1", attributed_to="https://here.test/users/a", kind="Question", poll=poll)
    document = note_document(note)
    assert document["type"] == "Question"
    assert document["anyOf"][0] == option("Yes", 2)
    assert (document["endTime"], document["closed"], document["votersCount"]) == (
        "2026-11-23T07:33:50Z",
        "2026-11-23T07:33:50Z",
        2,
    )
    assert parse_note(document).poll == poll


def test_what_is_a_vote() -> None:
    """A name and what it answers make a vote; words or a picture make a comment of it."""
    vote = Note(
        id="https://there.test/v",
        attributed_to="https://there.test/a",
        name="Yes",
        in_reply_to="https://here.test/p/1",
        to=("https://here.test/users/a",),
    )
    document = vote_document(vote)
    assert "content" not in document
    assert is_vote(parse_note(document))
    assert not is_vote(parse_note({**document, "content": "<p>Hello</p>"}))
    assert not is_vote(parse_note({**document, "inReplyTo": None}))
