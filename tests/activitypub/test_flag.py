"""Flag: read as every server writes it, and written as the strictest reader wants it."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub import parse, render
from activitypub.activities import Flag
from activitypub.errors import MalformedDocument

HOST = "https://there.example"
ACTOR = f"{HOST}/actor"
ALICE = "https://photos.example/users/alice"
POST = "https://photos.example/p/42"

SHAPES: tuple[tuple[str, dict[str, Any], tuple[str, ...], str], ...] = (
    ("misskey names the account alone", {"object": ALICE, "content": "spam"}, (ALICE,), "spam"),
    ("takahe names the post first", {"object": [POST, ALICE], "content": "spam"}, (POST, ALICE), "spam"),
    ("mastodon names the account first", {"object": [ALICE, POST], "content": "", "to": ALICE}, (ALICE, POST), ""),
    ("pixelfed names posts as the account", {"object": [ALICE, POST], "content": "spam"}, (ALICE, POST), "spam"),
    ("lemmy gives its reason in summary", {"object": POST, "summary": "rude"}, (POST,), "rude"),
    (
        "whole objects",
        {"object": [{"id": ALICE, "type": "Person"}, {"id": POST, "type": "Note"}], "content": None},
        (ALICE, POST),
        "",
    ),
    ("twice the same, and things that are no address", {"object": [POST, POST, 7, None, "x"]}, (POST,), ""),
)


@pytest.mark.parametrize(("shape", "parts", "flagged", "words"), SHAPES)
def test_flags_are_read(shape: str, parts: dict[str, Any], flagged: tuple[str, ...], words: str) -> None:
    """Whatever the shape, what is reported and why comes out."""
    found = parse.parse_activity({"id": f"{HOST}/1", "type": "Flag", "actor": ACTOR, **parts})
    assert isinstance(found, Flag), shape
    assert (found.object, found.content) == (flagged, words), shape


@pytest.mark.parametrize("thing", [None, [], {}, "nothing", [{"type": "Person"}], "javascript:alert(1)"])
def test_flags_of_nothing(thing: object) -> None:
    """A Flag that names nothing is refused."""
    with pytest.raises(MalformedDocument):
        parse.parse_activity({"id": f"{HOST}/1", "type": "Flag", "actor": ACTOR, "object": thing})


def test_a_flag_is_bounded() -> None:
    """A Flag of more things, or with more words, than anybody reads is cut."""
    many = [f"{POST}{number}" for number in range(10_000)]
    found = parse.parse_activity({"type": "Flag", "actor": ACTOR, "object": many, "content": "x" * 1_000_000})
    assert isinstance(found, Flag)
    assert len(found.object) == parse.MAX_FLAGGED
    assert len(found.content) == parse.MAX_COMPLAINT


def test_a_flag_is_written_as_a_list() -> None:
    """What we send names the account first and the posts behind it, always in a list."""
    flag = Flag(id=f"{ACTOR}#flags/1", actor=ACTOR, to=(ALICE,), object=(ALICE, POST), content="spam")
    document = render.activity_document(flag)
    assert document == {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{ACTOR}#flags/1",
        "type": "Flag",
        "actor": ACTOR,
        "to": [ALICE],
        "cc": [],
        "object": [ALICE, POST],
        "content": "spam",
    }
    assert parse.parse_activity(document) == flag
