"""Documents that are wrong, too much, or up to something."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub import attachments, jsonld, parse, parse_actors, parse_notes
from activitypub.activities import Create, Undo, Unknown, Update
from activitypub.errors import MalformedDocument
from activitypub.objects import PUBLIC, Collection

HOST = "https://a.example"
NOTE = {"id": f"{HOST}/1", "type": "Note", "attributedTo": f"{HOST}/u", "content": "x"}
PERSON = {"id": f"{HOST}/u", "type": "Person", "preferredUsername": "u", "inbox": f"{HOST}/u/inbox"}


def note(**changes: Any) -> Any:
    return parse.parse_note({**NOTE, **changes})


def activity(kind: str, **changes: Any) -> Any:
    return parse.parse_activity({"type": kind, "id": f"{HOST}/a", "actor": f"{HOST}/u", **changes})


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"not json", "no JSON"),
        (b"[]", "a list"),
        (b'"x"', "a string"),
        (b"null", "null"),
        (b'{"a":', "cut off"),
        (b'{"a":"\xff"}', "no UTF-8"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "too deep"),
        (b"[" * 100_000, "absurdly deep"),
        (b'{"a":[' + b"[]," * 200_000 + b"[]]}", "absurdly wide"),
        (b'{"@graph":[' + b"{}," * 40 + b"{}]}", "a graph"),
    ],
)
def test_load_refuses(body: bytes, reason: str) -> None:
    """A body that is no JSON object within bounds is refused with a sentence."""
    with pytest.raises(MalformedDocument):
        parse.load(body)
        pytest.fail(reason)


def test_load_accepts_an_object() -> None:
    """A body that is an object, as deep as allowed, is decoded."""
    assert parse.load(b'{"a":' * 31 + b"{}" + b"}" * 31)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({}, "no type"),
        ({"type": "Like", "object": f"{HOST}/1"}, "no actor"),
        ({"type": "Like", "actor": "javascript:x", "object": f"{HOST}/1"}, "an actor that is a script"),
        ({"type": "Like", "actor": f"{HOST}/u"}, "a Like of nothing"),
        ({"type": "Follow", "actor": f"{HOST}/u", "object": {}}, "a Follow of nothing"),
        ({"type": "Undo", "actor": f"{HOST}/u", "object": {"type": "Follow"}}, "an Undo of nothing"),
        ({"type": "Delete", "actor": f"{HOST}/u", "object": None}, "a Delete of nothing"),
        ({"type": "Create", "actor": f"{HOST}/u", "object": {"type": "Note"}}, "a note without id"),
        ({**NOTE, "actor": f"{HOST}/u"}, "a note posted as if it were an activity"),
        ({**PERSON, "actor": f"{HOST}/u"}, "a person posted as if they were an activity"),
        ({"type": "OrderedCollection", "actor": f"{HOST}/u"}, "a collection"),
        ({"type": ["Note", "Create"], "actor": f"{HOST}/u", "object": NOTE}, "two types, of which the first counts"),
    ],
)
def test_not_activities(document: dict[str, Any], reason: str) -> None:
    """What is no activity somebody could act on is refused."""
    with pytest.raises(MalformedDocument):
        parse.parse_activity(document)
        pytest.fail(reason)


@pytest.mark.parametrize("kind", ["View", "Story:Reaction", "Dislike", "Arrive", "Invented"])
def test_unknown_activities(kind: str) -> None:
    """Activities we do not act on are values, not errors."""
    found = activity(kind, object=f"{HOST}/1")
    assert isinstance(found, Unknown)
    assert found.kind == kind


def test_create_of_unknown_objects() -> None:
    """A Create of something that is no post is unknown, and says of what."""
    assert activity("Create", object={"type": "Ticket", "id": f"{HOST}/1"}) == Unknown(
        id=f"{HOST}/a", actor=f"{HOST}/u", kind="Create(Ticket)"
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": None}, "no id"),
        ({"id": "urn:uuid:1"}, "an id nobody can fetch"),
        ({"id": f"https://x@{HOST[8:]}/1"}, "user information in the id"),
        ({"attributedTo": None}, "no author"),
        ({"type": "Person"}, "another kind of thing"),
        ({"type": "Tombstone"}, "a tombstone"),
        ({"type": None}, "no type"),
    ],
)
def test_not_notes(change: dict[str, Any], reason: str) -> None:
    """A note needs a type we read, an id and an author."""
    with pytest.raises(MalformedDocument):
        note(**change)
        pytest.fail(reason)


@pytest.mark.parametrize(
    "change",
    [{"id": None}, {"inbox": None}, {"inbox": "gopher://a.example/"}, {"type": "Note"}, {"type": []}],
)
def test_not_actors(change: dict[str, Any]) -> None:
    """An actor needs a type of actor, an id and an inbox."""
    with pytest.raises(MalformedDocument):
        parse.parse_actor({**PERSON, **change})


def test_author_of_an_embedded_note_without_one() -> None:
    """A note inside a Create that names no author is the actor's."""
    found = activity("Create", object={**NOTE, "attributedTo": None})
    assert isinstance(found, Create)
    assert found.object.attributed_to == f"{HOST}/u"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("url", "read", "reason"),
    [
        (f"{HOST}/page", f"{HOST}/page", "the id's own host may say where the page is"),
        ("https://A.example./page", "https://A.example./page", "its host by another spelling"),
        ("https://victim.example/page", f"{HOST}/1", "a page in somebody else's name (security row 23)"),
        ("javascript:alert(1)", f"{HOST}/1", "a script (security row 32)"),
        ([{"type": "Link", "href": "javascript:alert(1)", "mediaType": "text/html"}], f"{HOST}/1", "a script linked"),
        (None, f"{HOST}/1", "none"),
        ([{"href": f"{HOST}/f.mp4", "mediaType": "video/mp4"}, {"href": f"{HOST}/p", "mediaType": "text/html"}],
         f"{HOST}/p", "the page among files"),
    ],
)  # fmt: skip
def test_pages(url: Any, read: str, reason: str) -> None:
    """A note's page is on its own host, or the id stands in."""
    assert note(url=url).url == read, reason
    assert parse.parse_actor({**PERSON, "id": f"{HOST}/1", "url": url}).url == read, reason


IMAGE = {"type": "Image", "mediaType": "image/jpeg", "url": f"{HOST}/p.jpg"}


@pytest.mark.parametrize(
    ("field", "change", "most", "reason"),
    [
        ("attachments", {"attachment": [{**IMAGE, "url": f"{HOST}/{n}.jpg"} for n in range(999)]},
         attachments.MAX_ATTACHMENTS, "pictures"),
        ("hashtags", {"tag": [{"type": "Hashtag", "name": f"#{n}"} for n in range(999)]},
         parse_notes.MAX_HASHTAGS, "hashtags"),
        ("mentions", {"tag": [{"type": "Mention", "href": f"{HOST}/{n}"} for n in range(999)]},
         parse_notes.MAX_MENTIONS, "mentions"),
        ("to", {"to": [f"{HOST}/{n}" for n in range(9999)]}, parse_notes.MAX_RECIPIENTS, "recipients"),
        ("content", {"content": "x" * 999_999}, parse_notes.MAX_CONTENT, "characters"),
        ("summary", {"summary": "x" * 999_999}, parse_notes.MAX_SUMMARY, "characters of a warning"),
    ],
)  # fmt: skip
def test_notes_are_bounded(field: str, change: dict[str, Any], most: int, reason: str) -> None:
    """However much is sent, so much is kept."""
    assert len(getattr(note(**change), field)) == most, reason


@pytest.mark.parametrize(
    ("field", "change", "most"),
    [
        ("public_keys", {"publicKey": [{"id": f"{HOST}/u#{n}", "owner": f"{HOST}/u", "publicKeyPem": "x"}
                                       for n in range(99)]}, parse_actors.MAX_KEYS),
        ("multikeys", {"assertionMethod": [{"id": f"{HOST}/u#{n}", "controller": f"{HOST}/u",
                                            "publicKeyMultibase": "z"} for n in range(99)]}, parse_actors.MAX_KEYS),
        ("fields", {"attachment": [{"type": "PropertyValue", "name": "n", "value": "v"} for _ in range(99)]},
         parse_actors.MAX_FIELDS),
        ("also_known_as", {"alsoKnownAs": [f"{HOST}/{n}" for n in range(999)]}, parse_actors.MAX_ALIASES),
        ("name", {"name": "x" * 9999}, parse_actors.MAX_NAME),
        ("summary", {"summary": "x" * 99_999}, parse_actors.MAX_SUMMARY),
        ("implements", {"generator": {"implements": [f"{HOST}/{n}" for n in range(99)]}}, 50),
    ],
)  # fmt: skip
def test_actors_are_bounded(field: str, change: dict[str, Any], most: int) -> None:
    """However much a profile says of itself, so much is kept (security row 114)."""
    assert len(getattr(parse.parse_actor({**PERSON, **change}), field)) == most


def test_keys_without_owner_claim_their_actor() -> None:
    """A key that names no owner is read as the actor's own; a huge one, or one without text, not at all."""
    key = {"id": f"{HOST}/u#k", "publicKeyPem": "pem"}
    (found,) = parse.parse_actor({**PERSON, "publicKey": key}).public_keys
    assert found.owner == f"{HOST}/u"
    assert parse.parse_actor({**PERSON, "publicKey": {**key, "publicKeyPem": "x" * 99_999}}).public_keys == ()
    assert parse.parse_actor({**PERSON, "publicKey": f"{HOST}/u#k"}).public_keys == ()


@pytest.mark.parametrize("name", [PUBLIC, "as:Public", "Public"])
def test_public_by_all_its_names(name: str) -> None:
    """The public collection is known by its three names, and written by one."""
    assert note(to=name).to == (PUBLIC,)
    assert note(cc=[name, name]).cc == (PUBLIC,)


def test_scripts_are_dropped_everywhere() -> None:
    """No address that is a script comes out of any field (security row 32)."""
    bad = "javascript:alert(1)"
    found = note(
        inReplyTo=bad, context=bad, conversation=bad, replies=bad, likes={"id": bad}, shares=bad, to=bad, cc=[bad],
        tag=[{"type": "Hashtag", "name": "#x", "href": bad}, {"type": "Mention", "href": bad, "name": "@x"}],
    )  # fmt: skip
    actor = parse.parse_actor({
        **PERSON, "url": bad, "icon": {"url": bad}, "image": bad, "outbox": bad, "followers": bad, "following": bad,
        "featured": bad, "movedTo": bad, "alsoKnownAs": [bad], "endpoints": {"sharedInbox": bad},
    })  # fmt: skip
    assert "javascript" not in repr(found)
    assert "javascript" not in repr(actor)


def test_reference_loops_end() -> None:
    """An Undo of an Undo of an Undo is an Undo of an id; nothing follows references."""
    inner: dict[str, Any] = {"type": "Follow", "actor": f"{HOST}/u", "object": f"{HOST}/v", "id": f"{HOST}/f"}
    for number in range(20):
        inner = {"type": "Undo", "actor": f"{HOST}/u", "object": inner, "id": f"{HOST}/undo/{number}"}
    found = parse.parse_activity(inner)
    assert isinstance(found, Undo)
    assert found.object == f"{HOST}/undo/18"


def test_self_reference_is_just_an_id() -> None:
    """A note that replies to itself, in its own thread, is read like any other."""
    assert note(inReplyTo=f"{HOST}/1", replies=f"{HOST}/1", context=f"{HOST}/1").in_reply_to == f"{HOST}/1"


def test_first_pages_do_not_nest() -> None:
    """A collection may embed its first page; a page inside that page is only named."""
    page: dict[str, Any] = {"id": f"{HOST}/3", "type": "CollectionPage", "items": ["x"]}
    page = {"id": f"{HOST}/2", "type": "CollectionPage", "first": page, "items": [f"{HOST}/1"]}
    found = parse.parse_collection({"id": f"{HOST}/1", "type": "Collection", "first": page, "totalItems": 10**20})
    assert isinstance(found.first, Collection)
    assert found.first.first is None
    assert found.total is None
    assert len(parse.parse_collection({"type": "Collection", "items": ["x"] * 5000}).items) == parse.MAX_ITEMS


def test_collections_only() -> None:
    """A note is no collection."""
    with pytest.raises(MalformedDocument):
        parse.parse_collection(NOTE)


def test_thin_updates_give_an_id() -> None:
    """An Update whose object is too thin to read gives its id, to be fetched; one of a note gives the note."""
    assert activity("Update", object={"type": "Person", "id": f"{HOST}/u"}).object == f"{HOST}/u"
    found = activity("Update", object=PERSON)
    assert isinstance(found, Update)
    assert activity("Update", object=NOTE).object == parse.parse_note(NOTE)


def test_undo_without_inner_actor() -> None:
    """An embedded activity that names no actor is taken as the sender's; one that names another keeps it."""
    inner = {"type": "Like", "object": f"{HOST}/1"}
    assert activity("Undo", object=inner).object.actor == f"{HOST}/u"
    assert activity("Undo", object={**inner, "actor": f"{HOST}/other"}).object.actor == f"{HOST}/other"


def test_lists_of_one_object() -> None:
    """A list of one object is that object."""
    assert activity("Create", object=[NOTE]).object == parse.parse_note(NOTE)


def test_deep_documents_are_refused_by_every_reader() -> None:
    """Too deep is too deep, whoever asks."""
    deep: Any = "x"
    for _ in range(jsonld.MAX_DEPTH + 1):
        deep = [deep]
    for read in (parse.parse_activity, parse.parse_note, parse.parse_actor, parse.parse_collection):
        with pytest.raises(MalformedDocument, match="levels"):
            read({**NOTE, "extra": deep})
