"""JSON-LD without the network: what passes untouched, what is compacted, what is refused."""

from __future__ import annotations

import json
import socket
import sys
from typing import Any

import pytest

from activitypub import jsonld, parse
from activitypub.activities import Create
from activitypub.canonical import rdf
from activitypub.errors import MalformedDocument
from activitypub.objects import PUBLIC, Note
from activitypub.processor import pyld
from tests.activitypub.documents import own

AS2 = jsonld.AS2_URL


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any attempt to open a connection fails the test."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("JSON-LD opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize(
    ("context", "reason"),
    [
        (AS2, "the plain context"),
        ([AS2, jsonld.SECURITY_URL], "known addresses"),
        ([AS2, "https://evil.example/context"], "an unknown address says nothing"),
        ([AS2, {"sensitive": "as:sensitive", "Hashtag": "as:Hashtag"}], "extensions under their own names"),
        ([AS2, {"likes": {"@id": "as:likes", "@type": "@id"}}], "a standard term defined as it is (PeerTube)"),
        ([AS2, {"alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"}}], "the same (Mastodon)"),
        ([AS2, {"toot": "http://joinmastodon.org/ns#", "blurhash": "toot:blurhash"}], "prefixes"),
        ([AS2, {"@language": "und"}], "a default language (Pleroma)"),
        ([AS2, {"language": "sc:inLanguage"}], "a term of nobody's"),
        ({"id": "@id", "type": "@type"}, "the usual names of the keywords"),
    ],
)
def test_contexts_that_rename_nothing(context: Any, reason: str) -> None:
    """Such documents are read as the JSON they are, untouched."""
    document = {"@context": context, "type": "Note"}
    assert jsonld.plain(document) is document, reason


@pytest.mark.parametrize(
    ("context", "reason"),
    [
        ([AS2, {"author": "as:attributedTo"}], "an alias"),
        ([AS2, {"author": "https://www.w3.org/ns/activitystreams#attributedTo"}], "an alias in full"),
        ([AS2, {"author": {"@id": "as:attributedTo"}}], "an alias with a definition"),
        ([AS2, {"uri": "@id"}], "a keyword by another name"),
        ([AS2, {"a": "https://www.w3.org/ns/activitystreams#"}], "another prefix for the vocabulary"),
        ([AS2, {"a": "https://www.w3.org/ns/activitystreams"}], "a prefix that is nearly the vocabulary's"),
        ([AS2, {"actor": "https://evil.example/ns#actor"}], "a standard term with another meaning"),
        ([AS2, {"actor": None}], "a standard term without meaning"),
        ([AS2, {"id": "https://evil.example/id"}], "the id with another meaning"),
        ([AS2, {"as": "https://evil.example/ns#"}], "the vocabulary's prefix bent"),
        ([AS2, {"thing": {"@id": "x:y", "@context": {"content": "x:z"}}}], "a context within a property"),
        ([AS2, None], "a reset"),
        ([AS2, {"@import": "https://evil.example/"}], "an import"),
        (["https://x.example/", [{"uri": "@id"}]], "nested lists of contexts"),
        (7, "no context at all"),
    ],
)
def test_contexts_that_rename(context: Any, reason: str) -> None:
    """Such documents do not pass as plain JSON."""
    assert jsonld.renames(context), reason


def test_renamed_documents_are_read_by_meaning() -> None:
    """A document whose terms are all its own is understood through its context."""
    activity = parse.parse_activity(own("renamed/create_note"))
    assert isinstance(activity, Create)
    assert activity.to == (PUBLIC,)
    assert isinstance(activity.object, Note)
    assert activity.object.content == "<p>same words, other names</p>"
    assert activity.object.attachments[0].description == "A chair"
    assert activity.object.attachments[0].blurhash


def test_contexts_inside_count_too() -> None:
    """A context on an embedded object is honoured as one on top."""
    activity = parse.parse_activity(own("renamed/nested_context"))
    assert isinstance(activity, Create)
    assert isinstance(activity.object, Note)
    assert activity.object.content == "<p>inner</p>"


@pytest.mark.parametrize("keyword", ["@graph", "@import", "@included", "@reverse"])
@pytest.mark.parametrize("place", ["top", "inside", "context"])
def test_graphs_are_refused(keyword: str, place: str) -> None:
    """Keywords that let one document say different things, or change others, are refused wherever they stand."""
    document: dict[str, Any] = {"@context": AS2, "type": "Like", "object": {"id": "https://a.example/1"}}
    target = {"top": document, "inside": document["object"], "context": document}[place]
    if place == "context":
        document["@context"] = [AS2, {"x": {keyword: "as:object"}}]
    else:
        target[keyword] = [{"id": "https://a.example/2"}]
    with pytest.raises(MalformedDocument, match="@graph"):
        jsonld.plain(document)


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ({"doer": "https://victim.example/u", "actor": "https://evil.example/u"}, "two actors"),
        ({"uri": "https://victim.example/1", "id": "https://evil.example/1"}, "two ids"),
        ({"kind": "Delete", "type": "Like"}, "two types"),
        ({"what": "https://victim.example/p", "object": "https://evil.example/p"}, "two objects"),
    ],
)
def test_one_document_has_one_meaning(extra: dict[str, Any], reason: str) -> None:
    """What JSON readers see is what JSON-LD readers see, or the document is refused (security rows 10 to 15)."""
    context = [
        AS2,
        {
            "doer": {"@id": "as:actor", "@type": "@id"},
            "what": {"@id": "as:object", "@type": "@id"},
            "uri": "@id",
            "kind": "@type",
        },
    ]
    document = {"@context": context, "type": "Like", "id": "https://evil.example/1"}
    document |= {"actor": "https://evil.example/u", "object": "https://evil.example/p", **extra}
    with pytest.raises(MalformedDocument):
        parse.parse_activity(document)


def test_shadowed_terms_lose_their_meaning() -> None:
    """A standard name that a context bends to mean something else is not read as the standard one."""
    context = [AS2, {"content": "https://evil.example/ns#content"}]
    note = {"id": "https://a.example/1", "type": "Note", "attributedTo": "https://a.example/u", "content": "bent"}
    assert parse.parse_note({"@context": context, **note}).content == ""


def test_unknown_contexts_are_never_fetched() -> None:
    """Even when a document must be compacted, an unknown address stays opaque (security row 17)."""
    context = [AS2, "http://169.254.169.254/context", "file:///etc/passwd", {"words": "as:content"}]
    note = {"id": "https://a.example/1", "type": "Note", "attributedTo": "https://a.example/u", "words": "hello"}
    assert parse.parse_note({"@context": context, **note}).content == "hello"


@pytest.mark.parametrize(
    "url",
    [
        AS2,
        "http://www.w3.org/ns/activitystreams",
        "https://www.w3.org/ns/activitystreams#",
        "https://w3id.org/security/v1",
        "https://w3id.org/identity/v1",
        "https://w3id.org/security/data-integrity/v1",
        "https://w3id.org/security/data-integrity/v2",
        "https://w3id.org/security/multikey/v1",
        "https://www.w3.org/ns/cid/v1",
        "https://www.w3.org/ns/did/v1",
        "https://purl.archive.org/socialweb/webfinger",
        "https://pleroma.example/schemas/litepub-0.1.jsonld",
    ],
)
def test_known_contexts_are_carried(url: str) -> None:
    """The contexts that servers really name come from our own files, and pyld may keep them."""
    loaded = jsonld.load_context(url)
    assert loaded["document"]["@context"]
    assert loaded["tag"] == "static"


def test_other_addresses_are_empty_and_not_kept() -> None:
    """An address somebody thought up fills no cache."""
    loaded = jsonld.load_context("https://evil.example/context")
    assert loaded["document"] == {"@context": {}}
    assert "tag" not in loaded


def nested(levels: int) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for _ in range(levels - 1):
        document = {"object": document}
    return document


def test_depth_is_bounded() -> None:
    """As deep as allowed passes, one deeper does not, and a thousand levels cost no stack."""
    jsonld.survey(nested(jsonld.MAX_DEPTH))
    with pytest.raises(MalformedDocument, match="levels"):
        jsonld.survey(nested(jsonld.MAX_DEPTH + 1))
    with pytest.raises(MalformedDocument, match="levels"):
        jsonld.survey(nested(5000))


def test_size_is_bounded() -> None:
    """A megabyte of empty lists is refused, not walked to its end."""
    with pytest.raises(MalformedDocument, match="too many"):
        jsonld.survey({"tag": [[] for _ in range(jsonld.MAX_NODES)]})


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"@context": [AS2, {"uri": "@id"}], "to": ["https://a.example/1"] * 1000}, "too many recipients"),
        ({"@context": [AS2, {"uri": "@id"}], "tag": [{"n": number} for number in range(3000)]}, "too many values"),
        ({"@context": [AS2, {f"t{number}": f"as:u{number}" for number in range(500)}]}, "too many terms"),
        ({"@context": [AS2, {"uri": "@id", "x": {"@id": 5}}]}, "a definition pyld refuses"),
        ({"@context": [AS2, {"uri": "@id", "a": "b:c", "b": "a:c"}], "a": 1}, "definitions in a circle"),
        ({"@context": 7, "type": "Note"}, "a context that is a number"),
    ],
)
def test_compaction_is_bounded(document: dict[str, Any], reason: str) -> None:
    """What costs too much or makes no sense is refused with a sentence, never with pyld's own errors."""
    with pytest.raises(MalformedDocument):
        jsonld.plain(document)
        pytest.fail(reason)


@pytest.mark.parametrize("imported", [AS2, jsonld.SECURITY_URL, "https://evil.example/"])
def test_nobody_changes_the_words_of_others(imported: str) -> None:
    """A document that imports a context, in whatever place, leaves it as it was for all documents after it."""
    honest = {"@context": [AS2, "https://honest.example/", {"uri": "@id"}], "content": "x"}
    before = jsonld.plain(honest)
    sly = {"@import": imported, "content": "as:summary"}
    for context in (sly, [AS2, sly], {"content": {"@id": "as:content", "@context": sly}}):
        for document in ({"@context": context}, {"@context": AS2, "object": {"@context": context}}):
            with pytest.raises(MalformedDocument, match="@import"):
                jsonld.plain(document)
            with pytest.raises(MalformedDocument, match="@import"):
                rdf.expand(document)
    assert jsonld.plain(honest) == before


def test_pyld_has_no_way_out() -> None:
    """It was imported as if there were no client for HTTP, and what stood in for the libraries is gone."""
    with pytest.raises(pyld.JsonLdError, match="No default document loader"):
        pyld.get_document_loader()("https://www.w3.org/ns/activitystreams", {})
    for name in ("requests", "aiohttp", "lxml", "lxml.html"):
        assert getattr(sys.modules.get(name, json), "__spec__", None) is not None, "a real module, or none"
