"""Arbitrary JSON: no reader raises anything but ``MalformedDocument``."""

from __future__ import annotations

import contextlib
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from activitypub import parse
from activitypub.errors import MalformedDocument
from tests.activitypub.documents import own, own_names

PROPERTIES = """
    id type actor object to cc tag attachment url content contentMap name summary summaryMap published updated
    inReplyTo image icon publicKey publicKeyPem owner assertionMethod endpoints sharedInbox inbox first items language
    orderedItems totalItems width height blurhash focalPoint mediaType href generator implements attributedTo likes 0 1
    replies @context @id @type @value @list @set @vocab @language @base
"""
VALUES = """
    Create Note Person Follow Undo Like Announce Update Delete Accept Image Document Hashtag Mention Collection Link
    https://a.example/1 http://b.example/ as:Public as:actor @id @type @none javascript:x image/jpeg en und \x00
    https://www.w3.org/ns/activitystreams 2026-11-22T05:00:00Z
"""
NAMES = st.sampled_from(PROPERTIES.split())
WORDS = st.sampled_from(VALUES.split())
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=4), inner, max_size=6),
    max_leaves=25,
)
DOCUMENTS = st.dictionaries(NAMES, JSON, max_size=12)
READERS = (
    parse.parse_activity,
    parse.parse_note,
    parse.parse_actor,
    parse.parse_collection,
)


def read_all(document: dict[str, Any]) -> None:
    for read in READERS:
        with contextlib.suppress(MalformedDocument):
            read(document)


@settings(max_examples=120)
@given(DOCUMENTS)
def test_arbitrary_documents(document: dict[str, Any]) -> None:
    """Whatever an object holds, it is read or refused."""
    read_all(document)


@settings(max_examples=120)
@given(st.data())
def test_damaged_documents(data: st.DataObject) -> None:
    """A real document with some values replaced by anything is read or refused."""
    document = own(data.draw(st.sampled_from(own_names())))
    for target in (document, document.get("object")):
        if isinstance(target, dict):
            target.update(data.draw(st.dictionaries(NAMES, JSON, max_size=3)))
    read_all(document)


@settings(max_examples=120)
@given(st.dictionaries(NAMES | st.text(max_size=3), JSON, min_size=1, max_size=5), DOCUMENTS)
def test_arbitrary_contexts(context: dict[str, Any], document: dict[str, Any]) -> None:
    """A document that renames terms in any way is compacted or refused; pyld's own errors never come out."""
    contexts = ["https://www.w3.org/ns/activitystreams", {**context, "uri": "@id"}]
    read_all({**document, "@context": contexts})


@settings(max_examples=120)
@given(st.binary(max_size=200) | JSON.map(lambda value: orjson.dumps(str(value))))
def test_arbitrary_bodies(body: bytes) -> None:
    """Whatever bytes are sent, they are an object or refused."""
    with contextlib.suppress(MalformedDocument):
        assert isinstance(parse.load(body), dict)
