"""Captions become HTML that shows what was typed, and nothing that runs."""

from __future__ import annotations

import time

import pytest

from rossgram_fed.caption import Mentioned, is_web_address, mentions_in, pieces, render, tag_from, tags_in

BOB = Mentioned(account_id=7, url="https://far.test/@bob", username="bob")


def shown(text: str) -> str:
    return render(text, tag_url=lambda name: f"https://here.test/tags/{name}", mentioned={"bob@far.test": BOB})


@pytest.mark.parametrize(
    ("text", "tags", "reason"),
    [
        ("a #Sunset over #sea", ("sunset", "sea"), "tags are folded"),
        ("#sea #SEA #Sea", ("sea",), "spellings are one tag"),
        (
            "#straße #ŁÓDŹ #日本 #हिन्दी #солнце",
            ("strasse", "łódź", "日本", "हिन्दी", "солнце"),
            "every script, with its marks",
        ),
        ("#1 #2026 #365days", ("365days",), "digits alone are a number"),
        ("a#b x/#c &#39; ##d", (), "inside words, paths and entities nothing begins"),
        ("(#one), #two.", ("one", "two"), "signs around a tag end it"),
        ("#" + "a" * 101, (), "a longer tag than anybody reads"),
        ("https://a.test/#frag", (), "the fragment of a link"),
    ],
)
def test_tags(text: str, tags: tuple[str, ...], reason: str) -> None:
    """Tags are found where people mean them."""
    assert tags_in(text) == tags, reason


@pytest.mark.parametrize(
    ("text", "handles", "reason"),
    [
        ("hi @Bob and @ann@Far.Test.", ("Bob", "ann@Far.Test"), "local and remote, the full stop left out"),
        ("mail me at a@b.test", (), "a mail address is no mention"),
        ("@a@b.test:8443!", ("a@b.test:8443",), "a port belongs to the host"),
        ("@ @@ @-", (), "signs alone"),
        ("@münchen@bücher.test", ("m",), "usernames are plain letters"),
        ("@x@bücher.test", ("x@bücher.test",), "domains may be international"),
    ],
)
def test_mentions(text: str, handles: tuple[str, ...], reason: str) -> None:
    """Mentions are found where people mean them."""
    assert mentions_in(text) == handles, reason


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one\ntwo\n\n\nthree", "<p>one<br>two</p><p>three</p>"),
        ("<b>&\"'", "<p>&lt;b&gt;&amp;&quot;&#x27;</p>"),
        (
            "#Sea",
            '<p><a href="https://here.test/tags/sea" class="mention hashtag" rel="tag">#<span>Sea</span></a></p>',
        ),
        (
            "@bob@far.test @eve@far.test",
            '<p><span class="h-card"><a href="https://far.test/@bob" class="u-url mention">@<span>bob</span></a></span>'
            " @eve@far.test</p>",
        ),
        (
            'see (https://a.test/b_(c)?d="x).',
            '<p>see (<a href="https://a.test/b_(c)?d=" rel="nofollow noopener">https://a.test/b_(c)?d=</a>'
            "&quot;x).</p>",
        ),
        ("https://user@evil.test/", "<p>https://user@evil.test/</p>"),
        ("javascript:alert(1) https:// ok", "<p>javascript:alert(1) https:// ok</p>"),
        ("   \n ", ""),
    ],
)
def test_html(text: str, html: str) -> None:
    """The HTML is exactly this: paragraphs, links we made, everything else escaped."""
    assert shown(text) == html


@pytest.mark.parametrize(
    "text", ["a.example", "ftp://a.example", "https://", "https://a@b.example/", "https://a b", "http://[x"]
)
def test_what_is_no_web_address(text: str) -> None:
    """Only an address that shows where it leads becomes a link."""
    assert not is_web_address(text)


def test_nothing_is_lost() -> None:
    """The pieces of a caption add up to the caption."""
    text = "#a @b https://c.test/#d. #1 @@ &#x; e@f.test\n(#g)"
    assert "".join(piece.text for piece in pieces(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "#" * 50_000,
        "@" * 50_000,
        "@a" * 25_000,
        "#a" * 25_000,
        "https://" * 6_000,
        "@a@" * 16_000,
        "(" * 50_000,
        "https://a.test/" + ")" * 40_000,
        "@" + "a." * 25_000,
        "#" + "अ्" * 25_000,
    ],
)
def test_no_caption_is_slow(text: str) -> None:
    """Fifty thousand hostile characters cost a moment; were each read again for every other, it would be minutes."""
    begun = time.process_time()
    shown(text)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("name", ["", "#", "12", "a b", "a<b", "a/b", "x" * 101])
def test_names_that_are_no_tag(name: str) -> None:
    """A stranger's tag with other signs than ours is not taken over."""
    assert tag_from(name) is None
