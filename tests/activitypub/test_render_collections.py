"""Collections and pages we send."""

from __future__ import annotations

from activitypub import jsonld, parse, render
from activitypub.activities import Create
from activitypub.objects import Note

BASE = "https://photos.example"
ALICE = f"{BASE}/users/alice"
BOB = "https://other.example/users/bob"
POST = f"{BASE}/p/42"


def test_collections() -> None:
    """A collection names its total and first page; a hidden one neither page nor items; pages hold no contexts."""
    assert render.collection_document(f"{ALICE}/outbox", total=9, first=f"{ALICE}/outbox?page=true") == {
        "id": f"{ALICE}/outbox",
        "type": "OrderedCollection",
        "totalItems": 9,
        "first": f"{ALICE}/outbox?page=true",
    }
    assert set(render.collection_document(f"{ALICE}/followers", total=9)) == {"id", "type", "totalItems"}
    create = render.activity_document(
        Create(id=f"{POST}/activity", actor=ALICE, object=Note(id=POST, attributed_to=ALICE))
    )
    page = render.page_document(
        f"{ALICE}/outbox?page=true", part_of=f"{ALICE}/outbox", items=[create, POST], next_page=f"{ALICE}/outbox?b=1"
    )
    assert "@context" not in page["orderedItems"][0]
    assert render.with_context(page)["@context"] == render.CONTEXT
    read = parse.parse_collection(render.with_context(page))
    assert (read.part_of, read.next, len(read.items)) == (f"{ALICE}/outbox", f"{ALICE}/outbox?b=1", 2)
    followers = render.page_document("x", part_of="y", items=[BOB], previous_page="z", ordered=False)
    assert (followers["type"], followers["items"], followers["prev"]) == ("CollectionPage", [BOB], "z")
    assert render.with_context(followers)["@context"] == jsonld.AS2_URL
