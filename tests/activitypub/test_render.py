"""Documents we send: what strict readers demand of them, and that we read them as we meant them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from activitypub import jsonld, parse, parse_actors, parse_notes, render
from activitypub.activities import (
    Accept,
    Activity,
    Announce,
    Block,
    Create,
    Delete,
    Follow,
    Like,
    Reject,
    Undo,
    Update,
)
from activitypub.actors import Actor, Multikey, ProfileField, PublicKey
from activitypub.objects import PUBLIC, Attachment, Hashtag, MentionTag, Note, Tombstone

BASE = "https://photos.example"
ALICE = f"{BASE}/users/alice"
BOB = "https://other.example/users/bob"
POST = f"{BASE}/p/42"

PHOTO = Attachment(
    url=f"{BASE}/media/a.jpg",
    media_type="image/jpeg",
    description="A heron",
    width=4096,
    height=2731,
    blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj",
    focal_point=(0.25, -0.5),
)
NOTE = Note(
    id=POST,
    attributed_to=ALICE,
    content="<p>At dawn</p>",
    summary="wet feet",
    sensitive=True,
    url=POST,
    published=datetime(2026, 11, 22, 5, 0, 0, 250_000, tzinfo=UTC),
    updated=datetime(2026, 11, 22, 6, tzinfo=UTC),
    to=(PUBLIC,),
    cc=(f"{ALICE}/followers", BOB),
    in_reply_to="https://other.example/notes/1",
    context=f"{BASE}/contexts/42",
    language="en",
    attachments=(PHOTO,),
    hashtags=(Hashtag("heron", f"{BASE}/tags/heron"),),
    mentions=(MentionTag(BOB, "@bob@other.example"),),
    replies=f"{POST}/replies",
    likes=f"{POST}/likes",
    shares=f"{POST}/shares",
    likes_total=3,
    shares_total=1,
)
ACTOR = Actor(
    id=ALICE,
    kind="Person",
    preferred_username="alice",
    inbox=f"{ALICE}/inbox",
    name="Alice",
    summary="<p>Birds.</p>",
    url=f"{BASE}/@alice",
    outbox=f"{ALICE}/outbox",
    shared_inbox=f"{BASE}/inbox",
    followers=f"{ALICE}/followers",
    following=f"{ALICE}/following",
    featured=f"{ALICE}/collections/featured",
    icon=f"{BASE}/media/alice.jpg",
    icon_media_type="image/jpeg",
    image=f"{BASE}/media/header.jpg",
    public_keys=(PublicKey(f"{ALICE}#main-key", ALICE, "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n"),),
    multikeys=(Multikey(f"{ALICE}#ed25519-key", ALICE, "z6MkgCpuc1T8FZb7"),),
    locked=True,
    discoverable=True,
    indexable=True,
    published=datetime(2026, 1, 1, tzinfo=UTC),
    fields=(ProfileField("Site", '<a href="https://alice.example/">alice.example</a>'),),
    also_known_as=("https://old.example/users/alice",),
    moved_to="https://new.example/users/alice",
    webfinger="alice@photos.example",
    implements=("https://datatracker.ietf.org/doc/html/rfc9421",),
)
FOLLOW = Follow(id=f"{BASE}/follows/1", actor=ALICE, to=(BOB,), object=BOB)
POLICY = {
    "commentsEnabled": False,
    "capabilities": {"announce": PUBLIC, "like": PUBLIC, "reply": ALICE},
    "interactionPolicy": {"canReply": {"automaticApproval": [ALICE]}},
}


def test_notes_are_read_as_meant() -> None:
    """A note written and read again is the same note, as JSON and by its JSON-LD meaning."""
    document = render.with_context(render.note_document(NOTE, extras=POLICY))
    meant = replace(NOTE, may_reply=(ALICE,))
    assert parse.parse_note(document) == meant
    assert parse_notes.read_note(jsonld.compact(document)) == meant


def test_actors_are_read_as_meant() -> None:
    """An actor written and read again is the same actor, as JSON and by its JSON-LD meaning."""
    document = render.with_context(render.actor_document(ACTOR))
    assert parse.parse_actor(document) == ACTOR
    assert parse_actors.read_actor(jsonld.compact(document)) == ACTOR


@pytest.mark.parametrize(
    "activity",
    [
        FOLLOW,
        Accept(id=f"{BASE}/accepts/1", actor=BOB, to=(ALICE,), object=FOLLOW),
        Reject(id=f"{BASE}/rejects/1", actor=BOB, to=(ALICE,), object=FOLLOW),
        Create(id=f"{POST}/activity", actor=ALICE, to=NOTE.to, cc=NOTE.cc, published=NOTE.published, object=NOTE),
        Update(id=f"{POST}#update", actor=ALICE, to=NOTE.to, cc=NOTE.cc, object=NOTE),
        Update(id=f"{ALICE}#update", actor=ALICE, to=(PUBLIC,), object=ACTOR),
        Delete(id=f"{POST}#delete", actor=ALICE, to=(PUBLIC,), object=POST),
        Delete(id=f"{ALICE}#delete", actor=ALICE, to=(PUBLIC,), object=ALICE),
        Like(id=f"{BASE}/likes/1", actor=ALICE, to=(BOB,), object="https://other.example/notes/1"),
        Like(id=f"{BASE}/likes/2", actor=ALICE, object="https://other.example/notes/1", content="🎉"),
        Announce(id=f"{BASE}/boosts/1", actor=ALICE, to=(PUBLIC,), published=NOTE.updated, object=POST),
        Block(id=f"{BASE}/blocks/1", actor=ALICE, to=(BOB,), object=BOB),
        Undo(id=f"{BASE}/follows/1/undo", actor=ALICE, to=(BOB,), object=FOLLOW),
        Undo(id=f"{BASE}/x", actor=ALICE, object=Accept(id=f"{BASE}/accepts/1", actor=ALICE, object=FOLLOW)),
        Undo(id=f"{BASE}/y", actor=ALICE, object=f"{BASE}/likes/1"),
    ],
    ids=lambda activity: type(activity).__name__,
)
def test_activities_are_read_as_meant(activity: Activity) -> None:
    """Every activity written and read again is the same, with one context, on top."""
    document = render.activity_document(activity)
    assert next(iter(document)) == "@context"
    assert contexts_of(document) == 1
    assert parse.parse_activity(document) == activity
    assert parse.parse_activity(jsonld.compact(document)) == activity
    assert jsonld.plain(document) is document


def contexts_of(value: Any) -> int:
    if isinstance(value, dict):
        return ("@context" in value) + sum(contexts_of(inner) for key, inner in value.items() if key != "@context")
    return sum(map(contexts_of, value)) if isinstance(value, list) else 0


def test_what_pixelfed_demands_of_attachments() -> None:
    """One attachment is still a list, a Document with one plain address and no href, of whole and known sizes."""
    (attachment,) = render.note_document(NOTE)["attachment"]
    assert list(attachment)[:4] == ["type", "mediaType", "url", "name"]
    assert (attachment["type"], attachment["mediaType"]) == ("Document", "image/jpeg")
    assert (attachment["url"], attachment["name"]) == (PHOTO.url, "A heron")
    assert (type(attachment["width"]), type(attachment["height"])) == (int, int)
    assert "href" not in attachment
    unknown = render.attachment_document(Attachment(url=PHOTO.url, media_type="image/jpeg", width=10))
    assert "width" not in unknown
    assert "blurhash" not in unknown
    assert unknown["name"] is None


def test_lists_stay_lists() -> None:
    """Recipients, tags and attachments are lists with one entry, and with none."""
    bare = Note(id=POST, attributed_to=ALICE, to=(PUBLIC,))
    document = render.note_document(bare)
    assert (document["to"], document["cc"], document["tag"], document["attachment"]) == ([PUBLIC], [], [], [])
    assert (document["summary"], document["inReplyTo"]) == (None, None)
    assert "name" not in document  # a comment with a name is a vote to Mastodon and Pixelfed


def test_interaction_counts_and_replies_are_embedded() -> None:
    """Mastodon reads counts off the note, and the replies through an embedded first page."""
    document = render.note_document(NOTE)
    assert document["likes"] == {"id": f"{POST}/likes", "type": "Collection", "totalItems": 3}
    assert document["replies"]["first"]["next"] == f"{POST}/replies?page=true"
    assert document["conversation"] == document["context"] == f"{BASE}/contexts/42"
    assert document["contentMap"] == {"en": "<p>At dawn</p>"}


def test_extras_come_last_and_change_nothing_of_the_note() -> None:
    """Policy is the caller's, and is not kept between calls."""
    assert list(render.note_document(NOTE, extras=POLICY))[-3:] == list(POLICY)
    assert "commentsEnabled" not in render.note_document(NOTE)


def test_deletes_hold_objects() -> None:
    """Pixelfed reads no bare id in a Delete: a note is a Tombstone, an account a Person."""
    assert render.activity_document(Delete(id="", actor=ALICE, object=POST))["object"] == {
        "id": POST,
        "type": "Tombstone",
    }
    assert render.activity_document(Delete(id="", actor=ALICE, object=ALICE))["object"]["type"] == "Person"


def test_accepts_embed_the_whole_follow() -> None:
    """Pixelfed reads actor, object and type of the Follow out of the Accept."""
    document = render.activity_document(Accept(id=f"{BASE}/a", actor=BOB, object=FOLLOW))
    assert document["object"] == {
        "id": FOLLOW.id, "type": "Follow", "actor": ALICE, "to": [BOB], "cc": [], "object": BOB,
    }  # fmt: skip


def test_likes_and_announces_name_bare_addresses() -> None:
    """Validators expect an address there."""
    for activity in (Like(id="", actor=ALICE, object=POST), Announce(id="", actor=ALICE, object=POST)):
        assert render.activity_document(activity)["object"] == POST


def test_a_given_object_is_used_without_its_context() -> None:
    """A document made elsewhere is embedded as it is, but for its context; the activity's names what it needs."""
    given = render.with_context(render.note_document(NOTE, extras=POLICY))
    document = render.activity_document(Create(id=f"{POST}/activity", actor=ALICE, object=POST), given)
    assert document["object"]["commentsEnabled"] is False
    assert contexts_of(document) == 1
    assert document["@context"] == render.CONTEXT
    assert "@context" in given


def test_contexts_are_as_small_as_they_may_be() -> None:
    """A Like carries one address, a note the terms it uses, an actor theirs."""
    assert render.activity_document(FOLLOW)["@context"] == jsonld.AS2_URL
    assert render.activity_document(Update(id="", actor=ALICE, object=ACTOR))["@context"] == render.ACTOR_CONTEXT
    assert render.with_context(render.note_document(NOTE))["@context"] == render.CONTEXT
    assert render.with_context(render.tombstone_document(Tombstone(id=POST)))["@context"] == jsonld.AS2_URL


@pytest.mark.parametrize("context", [render.CONTEXT, render.ACTOR_CONTEXT])
def test_our_contexts_rename_nothing_and_leave_nothing_out(context: list[Any]) -> None:
    """Readers who take our documents as plain JSON are right to, and need no context but two to process them."""
    assert not jsonld.renames(context)
    assert [entry for entry in context if isinstance(entry, str)] == [jsonld.AS2_URL, jsonld.SECURITY_URL]


def test_every_term_we_send_has_a_meaning() -> None:
    """JSON-LD processors drop no property of ours."""
    for document in (render.note_document(NOTE, extras=POLICY), render.actor_document(ACTOR)):
        compacted = jsonld.compact(render.with_context(document))
        assert not [name for name in compacted if name.startswith("_:")]
        assert len(compacted) >= len([value for value in document.values() if value not in (None, [])])


def test_actor_document() -> None:
    """The actor carries its key where everybody looks, its Multikey, its shared inbox and what it can do."""
    document = render.actor_document(ACTOR)
    assert document["publicKey"]["owner"] == ALICE
    assert document["assertionMethod"][0]["type"] == "Multikey"
    assert document["endpoints"] == {"sharedInbox": f"{BASE}/inbox"}
    assert document["webfinger"] == "alice@photos.example"
    assert document["generator"]["implements"][0]["href"].endswith("rfc9421")
    assert document["icon"] == {"type": "Image", "mediaType": "image/jpeg", "url": f"{BASE}/media/alice.jpg"}
    server = Actor(id=f"{BASE}/actor", kind="Application", preferred_username="photos.example", inbox=f"{BASE}/inbox")
    bare = render.actor_document(server, extras={"invisible": True})
    assert bare["name"] == "photos.example"
    assert {"outbox", "icon", "publicKey", "generator", "endpoints"}.isdisjoint(bare)
    assert bare["invisible"] is True


def test_tombstone() -> None:
    """A tombstone says what was there and since when it is not."""
    deleted = datetime(2026, 11, 22, tzinfo=UTC)
    assert render.tombstone_document(Tombstone(id=POST, former_type="Note", deleted=deleted)) == {
        "id": POST,
        "type": "Tombstone",
        "formerType": "Note",
        "deleted": "2026-11-22T00:00:00Z",
    }


def test_times_are_utc() -> None:
    """Instants are written in UTC, with milliseconds only where there are some."""
    noon = datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=2)))
    assert render.time_text(noon) == "2026-11-22T10:00:00Z"
    assert render.time_text(noon.replace(microsecond=123_456)) == "2026-11-22T10:00:00.123Z"


def test_activities_without_id_have_none() -> None:
    """An empty id is left out, never sent as an empty string."""
    assert "id" not in render.activity_document(replace(FOLLOW, id=""))
