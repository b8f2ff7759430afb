"""Filters for apps: made, changed, dropped, and found in what posts say."""

from __future__ import annotations

import pytest

from rossgram_fed.filters.queries import shelf_of
from rossgram_fed.filters.rules import Keyword, Rule, Sieve
from rossgram_fed.models import Filter, FilteredPost, FilterKeyword
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.reading import FilterAction
from rossgram_fed.reactions import actions as reactions
from tests.apps import ApiSite
from tests.builders import a_person, a_post
from tests.conftest import SettableClock

ALL = ["home", "notifications", "public", "thread", "account"]


@pytest.mark.parametrize(
    ("keyword", "whole_word", "text", "found", "reason"),
    [
        ("cat", True, "A cat.", True, "a word"),
        ("cat", True, "concatenate", False, "inside a word"),
        ("cat", False, "concatenate", True, "inside a word, which was asked for"),
        ("CAT", True, "a cat", True, "whatever the case"),
        ("Straße", True, "auf der straße", True, "letters beyond ASCII"),
        ("größe", True, "GRÖSSEN und Größe", True, "beside another word that has it inside"),
        ("кот", True, "котик", False, "inside a word of another script"),
        ("кот", True, "Кот!", True, "a word of another script"),
        ("#art", True, "so much #Art here", True, "a tag"),
        ("#art", True, "#artists", False, "a longer tag"),
        ("new york", True, "New\nYork", True, "a phrase over a line's end"),
        ("a.c", True, "abc", False, "no pattern"),
        ("(", False, "a ( b", True, "what patterns are made of"),
        ("\ufb01sh", True, "fish", True, "letters that look alike"),
    ],
)
def test_words_are_found(keyword: str, whole_word: bool, text: str, found: bool, reason: str) -> None:
    """Words are found in every script, whole or not, and are never patterns."""
    rule = Rule(1, "A", ("home",), FilterAction.WARN, None, keywords=(Keyword(1, keyword, whole_word),))
    assert bool(Sieve([rule]).matches(text, post_id=1, now=0)) is found, reason


def test_where_and_how_long() -> None:
    """A filter holds in its contexts until it runs out."""
    rule = Rule(1, "A", ("home",), FilterAction.HIDE, 100, keywords=(Keyword(1, "x", whole_word=True),))
    sieve = Sieve([rule])
    assert sieve.matches("x", post_id=1, now=99, context="home")
    assert not sieve.matches("x", post_id=1, now=100)
    assert not sieve.matches("x", post_id=1, now=0, context="public")


async def test_a_filter_holds_at_once(site: ApiSite, clock: SettableClock) -> None:
    """Posts carry the filters they run into as soon as those are there, and no longer once they are gone."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change), await a_person(change, "bob")
        spider = await a_post(change, bob, caption="Look, a Spider!")
        plain, own = await a_post(change, bob, caption="Dunes"), await a_post(change, alice, caption="spider")
        await reactions.boost(change, account_id=bob.id, post_id=spider.id)
    app, other = await site.app(alice), await site.app(bob)

    async def filtered(post_id: int) -> list[tuple[str, str, list[str] | None, list[str] | None]]:
        found = (await app.get(f"/api/v1/statuses/{post_id}")).body["filtered"]
        return [
            (one["filter"]["title"], one["filter"]["filter_action"], one["keyword_matches"], one["status_matches"])
            for one in found
        ]

    assert await filtered(spider.id) == []
    made = await app.post(
        "/api/v2/filters",
        title="Fear",
        context=["home", "thread"],
        filter_action="hide",
        expires_in=3600,
        keywords_attributes=[{"keyword": "spider", "whole_word": True}],
    )
    assert made.status == 200
    assert made.body["context"] == ["home", "thread"]
    assert made.body["expires_at"] is not None
    shelf_of(site.instance.database).clock = clock
    assert await filtered(spider.id) == [("Fear", "hide", ["spider"], None)]
    clock.advance(3600 * 1000)
    assert await filtered(spider.id) == []
    changed = await app.put(f"/api/v2/filters/{made.body['id']}", expires_in="")
    assert changed.body["expires_at"] is None
    assert await filtered(spider.id) == [("Fear", "hide", ["spider"], None)]
    assert await filtered(plain.id) == await filtered(own.id) == []
    assert (await other.get(f"/api/v1/statuses/{own.id}")).body["filtered"] == []
    added = await app.post(f"/api/v2/filters/{made.body['id']}/statuses", status_id=str(plain.id))
    assert await filtered(plain.id) == [("Fear", "hide", None, [str(plain.id)])]
    assert (await app.get(f"/api/v2/filters/{made.body['id']}/statuses")).body == [added.body]
    assert (await app.delete(f"/api/v2/filters/statuses/{added.body['id']}")).status == 200
    assert await filtered(plain.id) == []
    assert (await app.delete(f"/api/v2/filters/{made.body['id']}")).body == {}
    assert await filtered(spider.id) == []
    assert await FilterKeyword.all().count() == 0


async def test_words_come_and_go(site: ApiSite) -> None:
    """Words are added, changed and removed one by one, within a change of the filter, and as Rails' forms send them."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    app = await site.app(alice)
    pieces = [("keyword", "one"), ("whole_word", "false"), ("keyword", "two"), ("whole_word", "true")]
    form = [("title", "T"), ("context[]", "home")] + [(f"keywords_attributes[][{k}]", v) for k, v in pieces]
    made = (await app.form("POST", "/api/v2/filters", form)).body
    assert [(one["keyword"], one["whole_word"]) for one in made["keywords"]] == [("one", False), ("two", True)]
    first, second = made["keywords"]
    path = f"/api/v2/filters/{made['id']}"
    edits = [{"id": first["id"], "_destroy": True}, {"id": second["id"], "keyword": "due"}, {"keyword": "three"}]
    changed = (await app.put(path, title="New", keywords_attributes=edits)).body
    assert (changed["title"], [one["keyword"] for one in changed["keywords"]]) == ("New", ["due", "three"])
    added = (await app.post(f"{path}/keywords", keyword="four", whole_word=False)).body
    assert (await app.put(f"/api/v2/filters/keywords/{added['id']}", keyword="vier")).body["keyword"] == "vier"
    assert (await app.get(f"/api/v2/filters/keywords/{added['id']}")).body["whole_word"] is False
    assert (await app.delete(f"/api/v2/filters/keywords/{added['id']}")).body == {}
    assert [one["keyword"] for one in (await app.get(f"{path}/keywords")).body] == ["due", "three"]
    assert (await app.get("/api/v2/filters")).body == [(await app.get(path)).body]


async def test_filters_of_one_word(site: ApiSite) -> None:
    """Older apps see each word as a filter, and make, change and drop filters so."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    app = await site.app(alice)
    made = (await app.post("/api/v1/filters", phrase="spider", context=["home"], irreversible=True)).body
    assert (made["phrase"], made["irreversible"], made["whole_word"], made["expires_at"]) == (
        "spider",
        True,
        True,
        None,
    )
    assert (await app.get("/api/v2/filters")).body[0]["filter_action"] == "hide"
    path = f"/api/v1/filters/{made['id']}"
    changed = (await app.put(path, phrase="wasp", context=["public"], whole_word=False)).body
    assert (changed["phrase"], changed["context"], changed["irreversible"]) == ("wasp", ["public"], True)
    assert (await app.get("/api/v1/filters")).body == [(await app.get(path)).body]
    assert (await app.delete(path)).body == {}
    assert await Filter.all().count() == 0


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"title": "", "context": ["home"]}, "no title"),
        ({"title": "x" * 256, "context": ["home"]}, "a title that is too long"),
        ({"title": "T"}, "nowhere"),
        ({"title": "T", "context": ["moon"]}, "a place that there is not"),
        ({"title": "T", "context": ["home"], "filter_action": "burn"}, "nothing that is done"),
        ({"title": "T", "context": ["home"], "expires_in": "soon"}, "no number"),
        ({"title": "T", "context": ["home"], "expires_in": -5}, "before now"),
        ({"title": "T", "context": ["home"], "keywords_attributes": [{"keyword": " "}]}, "an empty word"),
        ({"title": "T", "context": ["home"], "keywords_attributes": [{"keyword": "x" * 513}]}, "a word too long"),
        ({"title": "T", "context": ["home"], "keywords_attributes": [{"id": "5", "keyword": "x"}]}, "no such word"),
    ],
)
async def test_bad_filters_are_refused(site: ApiSite, body: dict[str, object], reason: str) -> None:
    """What is no filter is refused and leaves nothing."""
    async with site.instance.change() as change:
        alice = await a_person(change)
    assert (await (await site.app(alice)).post("/api/v2/filters", **body)).status == 422, reason
    assert await Filter.all().count() == await FilterKeyword.all().count() == 0, reason


async def test_filters_are_their_owners(site: ApiSite) -> None:
    """Nobody sees or changes another's filters, nor filters a post they may not see."""
    async with site.instance.change() as change:
        alice, eve = await a_person(change), await a_person(change, "eve")
        hidden = await a_post(change, alice, visibility=Visibility.DIRECT)
        shown = await a_post(change, alice)
    app, other = await site.app(alice), await site.app(eve)
    made = (await app.post("/api/v2/filters", title="T", context=ALL, keywords_attributes=[{"keyword": "x"}])).body
    post = (await app.post(f"/api/v2/filters/{made['id']}/statuses", status_id=str(shown.id))).body
    paths = (
        f"/api/v2/filters/{made['id']}",
        f"/api/v2/filters/keywords/{made['keywords'][0]['id']}",
        f"/api/v2/filters/statuses/{post['id']}",
        f"/api/v1/filters/{made['keywords'][0]['id']}",
    )
    for path in paths:
        assert (await other.get(path)).status == 404, path
        assert (await other.delete(path)).status == 404, path
        if "statuses" not in path:
            assert (await other.put(path, title="Mine", keyword="y", phrase="y")).status == 404, path
    for part in ("keywords", "statuses"):
        sent = await other.post(f"/api/v2/filters/{made['id']}/{part}", keyword="y", status_id=str(shown.id))
        assert sent.status == 404, part
    assert (await app.get(paths[0])).body["keywords"] == made["keywords"]
    own = (await other.post("/api/v2/filters", title="T", context=ALL)).body
    assert (await other.post(f"/api/v2/filters/{own['id']}/statuses", status_id=str(hidden.id))).status == 404
    assert await FilteredPost.all().count() == 1
