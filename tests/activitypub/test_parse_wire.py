"""Every document of ours is read, and every recorded one where recordings lie beside the project."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub import jsonld, parse, parse_notes
from activitypub.activities import Activity, Unknown
from activitypub.actors import ACTOR_TYPES
from tests.activitypub.documents import own, own_names, recorded_activities, recorded_documents

OWN = [pytest.param(own(name), id=name) for name in own_names()]
RECORDED = [pytest.param(body, id=name) for name, body in (*recorded_activities(), *recorded_documents())]
UNREAD = {"Tombstone", "Emoji"}
NOT_ACTED_ON = {"Dislike", "Lock", "Warn", "Resolve"}


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


@pytest.mark.parametrize("document", [*OWN, *RECORDED])
def test_every_document_is_read(document: dict[str, Any]) -> None:
    """Each document is read without an exception, and only activities that are not acted on are unknown."""
    found = read(document)
    assert found
    if isinstance(found, Activity) and document.get("type") != "Announce":
        assert isinstance(found, Unknown) == (document.get("type") in NOT_ACTED_ON)


@pytest.mark.parametrize("name", ["mastodon/create_note", "gotosocial/create_note", "takahe/create_unlisted"])
def test_json_and_json_ld_agree(name: str) -> None:
    """Reading a document as plain JSON gives what its JSON-LD meaning gives."""
    document = own(name)
    assert parse.parse_activity(document) == parse.parse_activity(jsonld.compact(document))
