"""Descriptors, ours and theirs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webfinger import jrd
from webfinger.errors import MalformedDescriptor
from webfinger.jrd import Link

SELF = Link("self", "application/activity+json", "https://photos.example/users/alice")
PAGE = Link("http://webfinger.net/rel/profile-page", "text/html", "https://photos.example/@alice")
INTENT = Link("http://ostatus.org/schema/1.0/subscribe", template="https://photos.example/search?q={uri}")


def test_built_and_read() -> None:
    """A descriptor written and read again is the same; empty fields are not written."""
    document = jrd.build("acct:alice@photos.example", ["https://photos.example/@alice"], [SELF, PAGE, INTENT])
    assert jrd.read(document) == jrd.Jrd(
        "acct:alice@photos.example", ("https://photos.example/@alice",), (SELF, PAGE, INTENT)
    )
    assert document["links"][2] == {"rel": INTENT.rel, "template": INTENT.template}


@pytest.mark.parametrize(
    ("rels", "links"),
    [((), [SELF, PAGE]), (("self",), [SELF]), (("self", PAGE.rel), [SELF, PAGE]), (("other",), [])],
)
def test_rels_choose_links(rels: tuple[str, ...], links: list[Link]) -> None:
    """RFC 7033, section 4.3: with rel only those links, the rest of the descriptor as ever."""
    document = jrd.build("acct:a@b.example", ["x"], [SELF, PAGE], rels=rels)
    assert list(jrd.read(document).links) == links
    assert (document["subject"], document["aliases"]) == ("acct:a@b.example", ["x"])


@pytest.mark.parametrize("document", [None, [], "x", 5])
def test_no_object_is_no_descriptor(document: Any) -> None:
    """Only an object can be a descriptor."""
    with pytest.raises(MalformedDescriptor):
        jrd.read(document)


def test_reading_is_bounded_and_drops_the_odd() -> None:
    """Wrong links are passed over, endless ones cut off, long texts not taken."""
    links: list[Any] = [None, "x", {"rel": 5}, {"href": "x"}, {"rel": "self", "href": 5}, {"rel": "x" * 9999}]
    assert jrd.read({"subject": ["x"], "aliases": "x", "links": links}) == jrd.Jrd("", (), (Link("self"),))
    assert len(jrd.read({"links": [{"rel": "self"}] * 5000}).links) == jrd.MAX_LINKS


LD = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


@pytest.mark.parametrize(
    ("links", "uri", "reason"),
    [
        ([SELF], SELF.href, "the usual"),
        ([PAGE, SELF], SELF.href, "after the page"),
        ([Link("self", LD, "https://a.example/u")], "https://a.example/u", "the other media type"),
        ([Link("self", LD.replace("; ", ";"), "https://a.example/u")], "https://a.example/u", "without the space"),
        (
            [Link("self", "text/html", "https://a.example/@u"), Link("self", LD, "https://a.example/u")],
            "https://a.example/u",
            "two self links (snac)",
        ),
        ([Link("self", "application/ld+json", "https://a.example/u")], "", "some other linked data"),
        ([Link("self", "", "https://a.example/u")], "", "no type"),
        ([Link("self", LD, "javascript:alert(1)")], "", "a script"),
        ([Link("self", LD, "")], "", "no address"),
        ([PAGE], "", "only a page"),
    ],
)
def test_actor_uri(links: list[Link], uri: str, reason: str) -> None:
    """The actor is the first self link of an ActivityPub type."""
    assert jrd.actor_uri(jrd.Jrd(links=tuple(links))) == uri, reason


@given(st.dictionaries(st.sampled_from(["subject", "aliases", "links"]), st.recursive(
    st.none() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["rel", "href", "type"]), inner),
)))  # fmt: skip
def test_arbitrary_objects(document: dict[str, Any]) -> None:
    """Whatever an object holds, it is read."""
    assert isinstance(jrd.actor_uri(jrd.read(document)), str)
