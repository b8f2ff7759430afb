"""The feeds: what stands in them, what never does, and that nobody has to fetch the same twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

from rossgram_fed.feeds import atom
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Photo, Post, PostTag, Tag
from rossgram_fed.models.posts import PhotoState, Visibility
from rossgram_fed.posts import actions
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft, PostEdit
from tests.builders import a_person, a_post, a_stranger
from tests.conftest import NOON
from tests.rossgram_fed.posts.photos import a_waiting_photo
from tests.rossgram_fed.site import Site, opened_site

A = "{http://www.w3.org/2005/Atom}"
ALICE = "/users/alice.atom"


@pytest.fixture
async def site(instance: Instance) -> AsyncIterator[Site]:
    async with opened_site(instance) as opened:
        yield opened


@pytest.fixture
async def alice(instance: Instance) -> Account:
    async with instance.change() as change:
        return await a_person(change, "alice", name="Alice <b>& Co</b>\x0b")


async def a_photo(site: Site, author: Account, *, description: str = "A hill", **draft: Any) -> int:
    async with site.instance.change() as change:
        photo = await a_waiting_photo(change, author, description=description)
        photos = (DraftPhoto(photo, description=description),)
        return await actions.publish(change, author_id=author.id, draft=PostDraft(photos=photos, **draft))


async def read(site: Site, path: str) -> Element:
    response = await site.visitor.get(path)
    assert response.status == 200, path
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert not site.visitor.set_cookies
    return fromstring(await response.read())


def links(element: Element) -> dict[str, str]:
    return {link.get("rel", ""): link.get("href", "") for link in element.findall(f"{A}link")}


def ids(feed: Element) -> list[str]:
    return [str(one.findtext(f"{A}id")).rpartition("/")[2] for one in feed.findall(f"{A}entry")]


async def test_an_entry(site: Site, alice: Account) -> None:
    """A photo is there as a picture with its description and as an enclosure; words, tags, author and dates with it."""
    post_id = await a_photo(site, alice, caption="Fog & <i>boats</i> #Harbour", description='"Boats" & <fog>')
    feed = await read(site, ALICE)
    assert feed.findtext(f"{A}id") == "https://here.test/users/alice.atom"
    assert feed.findtext(f"{A}title") == "Alice <b>& Co</b> (@alice@here.test)"
    assert links(feed) == {
        "self": "https://here.test/users/alice.atom",
        "alternate": "https://here.test/@alice",
        "first": "https://here.test/users/alice.atom",
    }
    [entry] = feed.findall(f"{A}entry")
    assert entry.findtext(f"{A}id") == f"https://here.test/p/{post_id}"
    assert entry.findtext(f"{A}title") == "Fog & <i>boats</i> #Harbour"
    assert entry.findtext(f"{A}published") == entry.findtext(f"{A}updated") == "2026-05-28T20:26:40Z"
    assert entry.findtext(f"{A}author/{A}name") == "Alice <b>& Co</b>"
    assert entry.findtext(f"{A}author/{A}uri") == "https://here.test/@alice"
    assert [one.get("term") for one in entry.findall(f"{A}category")] == ["harbour"]
    assert links(entry)["alternate"] == f"https://here.test/p/{post_id}"
    assert links(entry)["enclosure"].startswith("https://here.test/media/")
    content = entry.find(f"{A}content")
    assert content is not None
    assert content.get("type") == "html"
    html = content.text or ""
    assert 'alt="&#34;Boats&#34; &amp; &lt;fog&gt;"' in html
    assert '<img src="https://here.test/media/' in html
    assert "&lt;i&gt;boats" in html


async def test_a_warning_is_kept(site: Site, alice: Account) -> None:
    """What is behind a warning is so in the feed: the title warns, and no enclosure shows it at once."""
    await a_photo(site, alice, caption="Ouch", warning="Blood")
    await a_photo(site, alice, caption="Hm", sensitive=True)
    sensitive, warned = (await read(site, ALICE)).findall(f"{A}entry")
    assert warned.findtext(f"{A}title") == "Warning: Blood"
    assert str(warned.findtext(f"{A}content")).startswith("<p><strong>Blood</strong></p><details>")
    assert str(sensitive.findtext(f"{A}content")).startswith("<p><strong>Sensitive photo</strong></p><details>")
    assert "enclosure" not in links(warned) | links(sensitive)


async def test_only_what_is_public(site: Site, alice: Account) -> None:
    """Nothing unlisted, for followers or direct, no comment and no mere words, whoever is signed in."""
    async with site.instance.change() as change:
        sam = await a_stranger(change)
        await a_post(change, alice, caption="Words #sea")
    public = await a_photo(site, alice, caption="#sea")
    for visibility in (Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT):
        await a_photo(site, alice, caption="#sea @sam@there.test", visibility=visibility)
    await a_photo(site, alice, caption="#sea", parent_id=public)
    assert sam.domain
    for path in (ALICE, "/tags/sea.atom"):
        assert ids(await read(site, path)) == [str(public)]
        signed_in = await (await site.browser(alice)).get(path)
        assert await signed_in.read() == await (await site.visitor.get(path)).read()


async def test_a_tag_has_everybodys(site: Site, alice: Account) -> None:
    """The feed of a tag shows what its page shows, strangers' photos by our own address; suspended people's not."""
    mine = await a_photo(site, alice, caption="#Sea")
    async with site.instance.change() as change:
        tag = await Tag.get(name="sea")
        strangers = [await a_stranger(change, "sam"), await a_stranger(change, "sue")]
        posts = [await a_post(change, stranger) for stranger in strangers]
        for post in posts:
            await Post.filter(id=post.id).update(photo_count=1)
            await PostTag.create(id=change.new_id(), tag_id=tag.id, post_id=post.id)
            await Photo.create(
                id=change.new_id(),
                account_id=post.account_id,
                post_id=post.id,
                state=PhotoState.REMOTE,
                remote_url="https://there.test/secret.jpg",
                created_at=change.now,
            )
        await Account.filter(id=strangers[1].id).update(suspended_at=1)
    feed = await read(site, "/tags/SEA.atom")
    theirs, own = feed.findall(f"{A}entry")
    assert (own.findtext(f"{A}id"), theirs.findtext(f"{A}id")) == (f"https://here.test/p/{mine}", posts[0].uri)
    assert links(theirs)["alternate"] == posts[0].url
    assert links(theirs)["enclosure"].startswith("https://here.test/photos/")
    assert "there.test/secret.jpg" not in str(theirs.findtext(f"{A}content"))
    assert feed.findtext(f"{A}title") == "#sea on Here"


async def test_pages(site: Site, alice: Account) -> None:
    """Twenty at a time, and a link to the older ones."""
    posts = [str(await a_photo(site, alice)) for _ in range(23)]
    first = await read(site, ALICE)
    assert ids(first) == posts[:2:-1]
    second = await read(site, links(first)["next"].removeprefix("https://here.test"))
    assert ids(second) == posts[2::-1]
    assert links(second)["self"] == links(first)["next"]
    assert "next" not in links(second)


async def test_nobody_fetches_the_same_twice(site: Site, alice: Account) -> None:
    """304 for whoever has this very feed, by tag or by date; the whole of it after a change."""
    post_id = await a_photo(site, alice)
    response = await site.visitor.get(ALICE)
    tag, moment = response.headers["ETag"], response.headers["Last-Modified"]
    assert moment == "Thu, 28 May 2026 20:26:40 GMT"
    assert response.headers["Cache-Control"] == "public, max-age=300"
    for headers in ({"If-None-Match": tag}, {"If-None-Match": f'"x", {tag}'}, {"If-Modified-Since": moment}):
        again = await site.visitor.get(ALICE, **headers)
        assert (again.status, await again.read()) == (304, b""), headers
        assert again.headers["ETag"] == tag
    for headers in (
        {"If-None-Match": '"x"', "If-Modified-Since": moment},
        {"If-None-Match": "nonsense"},
        {"If-Modified-Since": "Thu, 28 May 2026 20:26:39 GMT"},
        {"If-Modified-Since": "yesterday"},
    ):
        assert (await site.visitor.get(ALICE, **headers)).status == 200, headers
    site.instance.clock.advance(60_000)  # type: ignore[attr-defined]
    async with site.instance.change() as change:
        await actions.edit(change, author_id=alice.id, post_id=post_id, edit=PostEdit(caption="Changed"))
    for headers in ({"If-None-Match": tag}, {"If-Modified-Since": moment}):
        assert (await site.visitor.get(ALICE, **headers)).status == 200, headers


async def test_empty_feeds(site: Site, alice: Account) -> None:
    """Somebody who posted nothing and a tag that nobody used have feeds to subscribe to."""
    feed = await read(site, ALICE)
    assert feed.findtext(f"{A}updated") == "2026-05-28T20:26:40Z"
    assert ids(feed) == []
    assert ids(await read(site, "/tags/nothing.atom")) == []
    assert ids(await read(site, f"{ALICE}?before=nonsense")) == []
    assert alice.created_at == NOON


async def test_who_has_none(site: Site, alice: Account) -> None:
    """Strangers, names nobody has, suspended accounts and what is no tag have no feed; deleted accounts had one."""
    async with site.instance.change() as change:
        await a_stranger(change)
        gone, out = await a_person(change, "gone"), await a_person(change, "out")
        await Account.filter(id=gone.id).update(deleted_at=1)
        await Account.filter(id=out.id).update(suspended_at=1)
    for path in ("/users/sam.atom", "/users/nobody.atom", "/users/out.atom", "/tags/12.atom", "/users/%00.atom"):
        assert (await site.visitor.get(path)).status == 404, path
    assert (await site.visitor.get("/users/gone.atom")).status == 410


async def test_hostile_words(site: Site, alice: Account) -> None:
    """What XML cannot carry is left out, and no caption, name or description becomes part of the document."""
    post_id = await a_photo(site, alice, caption="]]></content><entry/> & <!DOCTYPE x>")
    async with site.instance.change() as change:
        bad = "]]>\x0c\ufffe<script>"
        await change.tx.execute(
            "UPDATE posts SET content_html = $1, language = $2 WHERE id = $3", bad, 'x\x01"', post_id
        )
        await change.tx.execute("UPDATE photos SET description = $1", 'x" onerror="alert(1)\x08')
    [entry] = (await read(site, ALICE)).findall(f"{A}entry")
    assert "]]><script>" in str(entry.findtext(f"{A}content"))
    assert 'alt="x&#34; onerror=&#34;alert(1)"' in str(entry.findtext(f"{A}content"))


@pytest.mark.parametrize("letter", ["\x00", "\x08", "\x0b", "\x1f", "\ud800", "\udfff", "\ufffe", "\uffff"])
def test_letters_that_xml_cannot_carry(letter: str) -> None:
    """Each of them is left out wherever it stands; tab, line break and the rarest planes stay."""
    entry = atom.Entry(
        id=f"i{letter}", title=f"t{letter}", published=0, updated=0, author=letter, author_uri=letter, html=letter,
        language=f"en{letter}", categories=(letter,), links=(atom.Link("alternate", f"h{letter}"),),
    )  # fmt: skip
    written = atom.document(atom.Feed(f"f{letter}", "\t\n\U0010fffd", letter, 0, (), (entry,), icon=letter))
    assert fromstring(written).findtext(f"{A}id") == "f"
    assert fromstring(written).findtext(f"{A}title") == "\t\n\U0010fffd"
    assert letter.encode("utf-8", "surrogatepass") not in written


async def test_the_way_there(site: Site, alice: Account) -> None:
    """The pages and WebFinger say where the feeds are; strangers' profiles and the server's own actor have none."""
    async with site.instance.change() as change:
        await a_stranger(change)
    profile = await site.visitor.text("/@alice")
    assert 'type="application/atom+xml"' in profile
    assert 'href="https://here.test/users/alice.atom"' in profile
    assert "application/atom+xml" not in await site.visitor.text("/@sam@there.test")
    assert 'href="/tags/f%C3%A4rg.atom"' in await site.visitor.text("/tags/f%C3%A4rg")
    found = await (await site.visitor.get("/.well-known/webfinger?resource=acct:alice@here.test")).json()
    assert {
        "rel": "http://schemas.google.com/g/2010#updates-from",
        "type": "application/atom+xml",
        "href": "https://here.test/users/alice.atom",
    } in found["links"]
