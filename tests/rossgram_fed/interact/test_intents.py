"""Templates of strangers' servers: what is filled in, and what is no way home."""

from __future__ import annotations

import pytest

from rossgram_fed.interact.intents import FEP, SUBSCRIBE, Intent, filled, way_home
from webfinger.jrd import Link

URI = "https://here.test/p/1?a=b&c={uri}"
ENCODED = "https%3A%2F%2Fhere.test%2Fp%2F1%3Fa%3Db%26c%3D%7Buri%7D"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (
            "https://there.test/authorize_interaction?uri={uri}",
            f"https://there.test/authorize_interaction?uri={ENCODED}",
        ),
        ("https://other.test/x?a={on-success}&uri={uri}", f"https://other.test/x?a=&uri={ENCODED}"),
        ("https://there.test:8443/x?uri={uri}", f"https://there.test:8443/x?uri={ENCODED}"),
    ],
)
def test_templates_are_filled(template: str, expected: str) -> None:
    """The address goes in wholly escaped, so that it can neither end nor add a parameter; the rest goes in empty."""
    assert filled(template, {"uri": URI}) == expected


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("", "nothing"),
        ("http://there.test/?uri={uri}", "not https"),
        ("javascript:alert('{uri}')", "a program"),
        ("data:text/html,{uri}", "a document"),
        ("//there.test/?uri={uri}", "no scheme"),
        ("https://there.test/", "takes nothing"),
        ("https://there.test/?x={object}", "takes something else"),
        ("https://{uri}/", "the host is ours to say"),
        ("https://there.test{uri}", "the host could go on"),
        ("https://there.test@evil.test/?uri={uri}", "shows another host than it has"),
        ("https://{x}@evil.test/?uri={uri}", "the same, hidden"),
        ("https://there.test\\@evil.test/?uri={uri}", "read differently by browsers"),
        ("https://127.0.0.1/?uri={uri}", "a bare address"),
        ("https://there.test/{?uri}", "an operator that we do not know"),
        ("https://there.test/{+uri}?u={uri}", "the same"),
        ("https://there.test/?uri={uri}\r\nSet-Cookie: a=b", "a line break"),
        ("https://there.test/?uri={uri}&" + "a" * 3000, "too long"),
    ],
)
def test_templates_that_are_no_way(template: str, reason: str) -> None:
    """Only https addresses with a host of their own are a way, and only if they take what we say."""
    assert filled(template, {"uri": URI}) == "", reason


SUB, OBJ, LIKE, CREATE, SHARE = (
    Link(SUBSCRIBE, template="https://there.test/sub?uri={uri}"),
    Link(f"{FEP}Object", template="https://there.test/obj?o={object}"),
    Link(f"{FEP}Like", href="https://there.test/like?o={object}"),
    Link(f"{FEP}Create", template="https://there.test/new?to={inReplyTo}&text={content}"),
    Link(f"{FEP}Create", template="https://there.test/share?text={content}"),
)


@pytest.mark.parametrize(
    ("links", "intent", "expected"),
    [
        ((SUB, OBJ, LIKE), Intent.LIKE, "like"),
        ((SUB, OBJ), Intent.LIKE, "obj"),
        ((SUB,), Intent.LIKE, "sub"),
        ((SUB, LIKE), Intent.FOLLOW, "sub"),
        ((SUB, OBJ, CREATE), Intent.COMMENT, "new"),
        ((SUB, OBJ, SHARE), Intent.COMMENT, "obj"),
        ((LIKE, Link(f"{FEP}Like", template="https://evil.test/?o={object}")), Intent.LIKE, "like"),
        ((Link(f"{FEP}Like", template="javascript:{object}"), SUB), Intent.LIKE, "sub"),
        ((SHARE,), Intent.COMMENT, ""),
        ((), Intent.BOOST, ""),
    ],
)
def test_the_nearest_way_is_taken(links: tuple[Link, ...], intent: Intent, expected: str) -> None:
    """The link for just that intent comes first, then the one for any object, then the old one."""
    found = way_home(links, intent, uri="https://here.test/p/1")
    assert found.removeprefix("https://there.test/").partition("?")[0] == expected
