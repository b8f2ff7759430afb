"""Every recorded activity and document is read; when no recordings lie beside the project, our own are."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub import jsonld, parse, parse_notes
from activitypub.activities import Activity, Unknown
from activitypub.actors import ACTOR_TYPES
from tests.activitypub.documents import own, own_names, recorded_activities, recorded_documents

UNREAD = {"Tombstone", "Emoji"}


def read(document: dict[str, Any]) -> object:
    """Read a document as what its type says it is."""
    kind = str(jsonld.plain(document)["type"])
    if kind in UNREAD or (kind == "Person" and "inbox" not in document):
        return kind
    if kind in ACTOR_TYPES:
        return parse.parse_actor(document)
    if "Collection" in kind:
        return parse.parse_collection(document)
    if kind in parse_notes.NOTE_KINDS:
        return parse.parse_note(document)
    return parse.parse_activity(document)


@pytest.mark.parametrize("name", own_names())
def test_own_documents(name: str) -> None:
    """Each of our own documents is read without an exception."""
    assert read(own(name))


@pytest.mark.parametrize("document", [pytest.param(body, id=name) for name, body in recorded_activities()])
def test_recorded_activities(document: dict[str, Any]) -> None:
    """Each recorded activity is read, and only those that are not acted on are unknown."""
    activity = parse.parse_activity(document)
    assert isinstance(activity, Activity)
    assert isinstance(activity, Unknown) == (document["type"] in {"Add", "Remove", "Flag", "Move"})
    assert activity.actor


@pytest.mark.parametrize("document", [pytest.param(body, id=name) for name, body in recorded_documents()])
def test_recorded_documents(document: dict[str, Any]) -> None:
    """Each recorded document is read without an exception."""
    assert read(document)


@pytest.mark.parametrize("name", ["mastodon/create_note", "gotosocial/create_note", "takahe/create_unlisted"])
def test_json_and_json_ld_agree(name: str) -> None:
    """Reading a document as plain JSON gives what its JSON-LD meaning gives."""
    document = own(name)
    assert parse.parse_activity(document) == parse.parse_activity(jsonld.compact(document))
