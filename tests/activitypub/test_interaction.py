"""Who may answer and quote, quotes, requests and authorizations: every shape is read, ours by the right IRIs."""

from __future__ import annotations

from typing import Any

import pytest
from pyld import jsonld as pyld

from activitypub import jsonld, parse, render
from activitypub.activities import Accept, Activity, QuoteRequest, Reject, ReplyRequest
from activitypub.errors import MalformedDocument
from activitypub.objects import PUBLIC, Authorization, Note

ALICE = "https://photos.example/users/alice"
BOB = "https://other.example/users/bob"
POST = "https://photos.example/p/42"
QUOTING = "https://other.example/notes/7"
STAMP = "https://photos.example/authorizations/9"
FEP = "https://w3id.org/fep/044f#"
GTS = "https://gotosocial.org/ns#"
NOTE = Note(id=QUOTING, attributed_to=BOB, url=QUOTING, content="<p>Look</p>", to=(PUBLIC,), quote=POST)
SAID = Authorization(
    id=STAMP, kind="QuoteAuthorization", attributed_to=ALICE, interacting_object=QUOTING, interaction_target=POST
)


def read(**more: Any) -> Note:
    return parse.parse_note({"id": QUOTING, "type": "Note", "attributedTo": BOB, "content": "x", **more})


def expanded(document: dict[str, Any]) -> dict[str, Any]:
    found: list[dict[str, Any]] = pyld.expand(document, jsonld.OPTIONS)
    return found[0]


REPLIES: tuple[tuple[dict[str, Any], tuple[str, ...] | None, str], ...] = (
    ({}, None, "nothing is said"),
    ({"commentsEnabled": True}, None, "Pixelfed's switch is on: nothing is forbidden"),
    ({"commentsEnabled": False}, (), "Pixelfed's switch is off"),
    ({"capabilities": {"reply": PUBLIC}}, (PUBLIC,), "Pixelfed, as it is by default"),
    ({"capabilities": {"reply": "[]"}}, (), "Pixelfed with comments off writes a list as a string"),
    ({"capabilities": [{"reply": "as:Public"}]}, (PUBLIC,), "a set, and the short name of the public"),
    ({"capabilities": {"like": PUBLIC}}, None, "a capability that is not there says nothing"),
    ({"capabilities": "yes"}, None, "nonsense says nothing"),
    ({"interactionPolicy": None}, None, "GoToSocial's default"),
    ({"interactionPolicy": {"canReply": {}}}, None, "an empty rule is none"),
    ({"interactionPolicy": {"canReply": {"automaticApproval": []}}}, None, "an empty list is a missing one in JSON-LD"),
    ({"interactionPolicy": {"canReply": {"always": BOB, "approvalRequired": []}}}, (BOB,), "GoToSocial before 0.20"),
    (
        {"interactionPolicy": {"canReply": {"automaticApproval": [BOB], "manualApproval": PUBLIC}}},
        (BOB, PUBLIC),
        "who must be approved may try",
    ),
    (
        {"commentsEnabled": False, "interactionPolicy": {"canReply": {"automaticApproval": [PUBLIC]}}},
        (PUBLIC,),
        "the finer rule counts",
    ),
    ({"interactionPolicy": {"canReply": {"automaticApproval": [7, {"id": BOB}]}}}, (BOB,), "odd items are passed over"),
)


@pytest.mark.parametrize(("said", "meant", "why"), REPLIES, ids=[case[2] for case in REPLIES])
def test_who_may_answer_is_read(said: dict[str, Any], meant: tuple[str, ...] | None, why: str) -> None:
    """Pixelfed's, GoToSocial's older and its newer way of saying who may answer are read alike."""
    assert read(**said).may_reply == meant, why


QUOTES: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({}, "", "no quote"),
    ({"quote": POST}, POST, "FEP-044f"),
    ({"quote": {"id": POST, "type": "Note"}}, POST, "embedded"),
    ({"quoteUrl": POST}, POST, "Misskey, Akkoma"),
    ({"quoteUri": POST}, POST, "Fedibird"),
    ({"_misskey_quote": POST}, POST, "Misskey"),
    ({"quote": POST, "quoteUrl": BOB}, POST, "FEP-044f goes first"),
    ({"quote": None, "_misskey_quote": POST}, POST, "an empty one is none"),
    ({"quote": "javascript:alert(1)"}, "", "no address"),
    ({"tag": {"type": "Link", "rel": "https://misskey-hub.net/ns#_misskey_quote", "href": POST}}, POST, "FEP-e232"),
    ({"tag": [{"type": "Link", "rel": ["https://misskey-hub.net/ns/#_misskey_quote"], "href": POST}]}, POST, "a list"),
    ({"tag": [{"type": "Link", "rel": "me", "href": POST}]}, "", "another kind of link"),
    ({"tag": [{"type": "Mention", "rel": f"{FEP}quote", "href": POST}]}, "", "no link"),
)


@pytest.mark.parametrize(("said", "meant", "why"), QUOTES, ids=[case[2] for case in QUOTES])
def test_quotes_are_read(said: dict[str, Any], meant: str, why: str) -> None:
    """A quote is found under each of the names that servers have for it."""
    assert read(**said).quote == meant, why


def test_terms_have_the_iris_that_the_fep_gives_them() -> None:
    """Expanded by JSON-LD, what we send says what FEP-044f and GoToSocial define, under their names."""
    policy = {"interactionPolicy": {"canQuote": {"automaticApproval": [PUBLIC]}}}
    note = expanded(render.with_context(render.note_document(NOTE, extras=policy)))
    assert note[f"{FEP}quote"] == [{"@id": POST}]
    assert note[f"{GTS}interactionPolicy"] == [{f"{GTS}canQuote": [{f"{GTS}automaticApproval": [{"@id": PUBLIC}]}]}]
    assert note["http://fedibird.com/ns#quoteUri"] == note["https://misskey-hub.net/ns#_misskey_quote"]
    assert f"{FEP}quoteAuthorization" not in note
    (link,) = note["https://www.w3.org/ns/activitystreams#tag"]
    assert link["@type"] == ["https://www.w3.org/ns/activitystreams#Link"]
    stamped = render.note_document(Note(id=QUOTING, attributed_to=BOB, quote=POST, quote_authorization=STAMP))
    assert expanded(render.with_context(stamped))[f"{FEP}quoteAuthorization"] == [{"@id": STAMP}]
    stamp = expanded(render.with_context(render.authorization_document(SAID)))
    assert stamp == {
        "@id": STAMP,
        "@type": [f"{FEP}QuoteAuthorization"],
        "https://www.w3.org/ns/activitystreams#attributedTo": [{"@id": ALICE}],
        f"{GTS}interactingObject": [{"@id": QUOTING}],
        f"{GTS}interactionTarget": [{"@id": POST}],
    }
    request = QuoteRequest(id=f"{QUOTING}#q", actor=BOB, object=POST, instrument=NOTE)
    asked = expanded(render.activity_document(request))
    assert asked["@type"] == [f"{FEP}QuoteRequest"]
    assert asked["https://www.w3.org/ns/activitystreams#instrument"][0][f"{FEP}quote"] == [{"@id": POST}]


@pytest.mark.parametrize(
    "activity",
    [
        QuoteRequest(id=f"{QUOTING}#q", actor=BOB, to=(ALICE,), object=POST, instrument=NOTE),
        QuoteRequest(id=f"{QUOTING}#q", actor=BOB, object=POST, instrument=QUOTING),
        ReplyRequest(id=f"{QUOTING}#r", actor=BOB, object=POST, instrument=QUOTING),
        Accept(id="", actor=ALICE, to=(BOB,), object=f"{QUOTING}#q", result=STAMP),
        Reject(id="", actor=ALICE, to=(BOB,), object=f"{QUOTING}#q"),
    ],
    ids=["whole", "named", "reply", "accept", "reject"],
)
def test_requests_and_answers_are_read_as_meant(activity: Activity) -> None:
    """What is written is read again as the same, as JSON and by its JSON-LD meaning, and renames nothing."""
    document = render.activity_document(activity)
    assert parse.parse_activity(document) == activity
    assert parse.parse_activity(jsonld.compact(document)) == activity
    assert jsonld.plain(document) is document


def test_an_answer_that_embeds_the_request() -> None:
    """The request stands in an Accept as FEP-044f shows it, and is read by its id."""
    request = {"id": f"{QUOTING}#q", "type": "QuoteRequest", "actor": BOB, "object": POST, "instrument": QUOTING}
    document = render.activity_document(Accept(id="", actor=ALICE, object="", result=STAMP), request)
    assert expanded(document)["https://www.w3.org/ns/activitystreams#object"][0]["@type"] == [f"{FEP}QuoteRequest"]
    read_back = parse.parse_activity(document)
    assert isinstance(read_back, Accept)
    assert (read_back.object, read_back.result) == (f"{QUOTING}#q", STAMP)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", "Note"),
        ("id", "urn:1"),
        ("attributedTo", None),
        ("interactingObject", ""),
        ("interactionTarget", 7),
    ],
)
def test_an_authorization_lacks_nothing(field: str, value: object) -> None:
    """An authorization without any one of its parts is none."""
    document = render.with_context(render.authorization_document(SAID))
    assert parse.parse_authorization(document) == SAID
    inlined = document | {"interactionTarget": {"id": POST, "type": "Note", "content": "ignored"}}
    assert parse.parse_authorization(inlined) == SAID
    with pytest.raises(MalformedDocument):
        parse.parse_authorization(document | {field: value})


def test_contexts_of_ours() -> None:
    """Only what quotes carries the terms for it, and no context renames what readers of plain JSON read."""
    assert render.with_context(render.note_document(NOTE))["@context"] == render.QUOTING_CONTEXT
    page = render.page_document("https://x.example/1", part_of="https://x.example", items=[render.note_document(NOTE)])
    assert render.with_context(page)["@context"] == render.QUOTING_CONTEXT
    for context in (render.QUOTING_CONTEXT, render.AUTHORIZATION_CONTEXT):
        assert not jsonld.renames(context)
