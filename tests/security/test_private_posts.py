"""Who reads which post through every address there is: one table of viewers, visibilities and routes."""

from __future__ import annotations

import pytest

from activitypub.http import ACTIVITY_JSON
from activitypub.signatures import Scheme
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.actions import notify
from rossgram_fed.reactions import actions as reactions
from tests.security.house import HERE, HTML, JSON, House, secret_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPEN = {Visibility.PUBLIC, Visibility.UNLISTED}
SEES = {
    "": OPEN,
    "alice": set(Visibility),
    "bob": OPEN | {Visibility.FOLLOWERS},
    "carol": OPEN,
    "mona": set(Visibility) - {Visibility.ARCHIVED},
    "barb": set(),
    "rick": OPEN,
}
"""Alice's posts, by who may see them: nobody signed in, herself, her follower, somebody, the mentioned, the blocked,
and one whose request waits."""

WITH_QUERIES = (
    "/explore?show=everywhere", "/@alice@here.test", "/users/alice/outbox?page=true", "/search?q=secret",
    "/users/alice/followers?page=true", "/search?q=%23tagsecret", "/search?q=tagsecret", "/search?q=alice",
)  # fmt: skip


@pytest.mark.parametrize("viewer", SEES)
async def test_nobody_reads_what_is_not_for_them(either_house: House, viewer: str) -> None:
    """No page, document, collection, tag or search shows a word, a tag or a picture of a post to whom it is not for."""
    house = either_house
    paths = {*WITH_QUERIES}
    for visibility, post in house.posts.items():
        paths |= {*house.addresses(visibility, apps=False), f"/search?q={HERE}/p/{post.id}"}
        paths |= {f"/p/{post.id}/replies?page=true", f"/contexts/{post.id}?page=true"}
        paths |= {f"/photos/{house.photos[visibility]}/{size}" for size in ("grid", "full")}
    for path in sorted(paths):
        for accept in (HTML, JSON, "*/*"):
            answer = await house.ask(path, by=viewer, accept=accept)
            assert answer.status < 500, path
            shown = answer.text + answer.headers.get("Location", "")
            # Documents and feeds know no session: they show what is open to all, whoever asks.
            kind = answer.headers.get("Content-Type", "")
            seen = OPEN if "json" in kind or "atom" in kind else SEES[viewer]
            for one in set(Visibility) - seen:
                # Of the tag that was asked for, the page says that nothing carries it.
                said = shown.replace(f"tag{secret_of(one)}", "") if path.startswith("/tags/") else shown
                assert secret_of(one) not in said, (path, accept, one)
                asked = str(house.posts[one].id) in path
                assert asked or str(house.posts[one].id) not in shown, (path, accept, one)


@pytest.mark.parametrize("viewer", SEES)
async def test_no_app_shows_more_than_pages(house: House, viewer: str) -> None:
    """No endpoint shows an app a word, a tag or the id of a post that is not for the person for whom it asks."""
    paths = {f"/api/v2/search?q={words}&resolve=true" for words in ("secret", "%23tagsecret", "tagsecret", "alice")}
    for visibility, post in house.posts.items():
        paths |= {*house.addresses(visibility, apps=True), f"/api/v1/accounts/{house.people['alice'].id}/statuses"}
        paths |= {f"/api/v2/search?q={HERE}/p/{post.id}&resolve=true", f"/api/v1/statuses?id[]={post.id}"}
    for path in sorted(paths):
        answer = await house.call(path, by=viewer)
        assert answer.status < 500 and answer.status != 429, path
        for one in set(Visibility) - SEES[viewer]:
            said = answer.text.replace(f"tag{secret_of(one)}", "") if "/tags/" in path else answer.text
            assert secret_of(one) not in said, (path, one)
            asked = str(house.posts[one].id) in path
            assert asked or str(house.posts[one].id) not in answer.text, (path, one)
    for visibility, post in house.posts.items():
        answer = await house.call(f"/api/v1/statuses/{post.id}", by=viewer)
        assert answer.status == (200 if visibility in SEES[viewer] else 404), visibility


@pytest.mark.parametrize("viewer", SEES)
async def test_the_page_and_the_picture_of_a_post(either_house: House, viewer: str) -> None:
    """A post's page and photo are there for exactly those whom they are for, and 404 like nothing for the others."""
    house = either_house
    nothing = await house.ask("/p/1", by=viewer)
    for visibility, post in house.posts.items():
        page = await house.ask(f"/p/{post.id}", by=viewer)
        photo = await house.ask(f"/photos/{house.photos[visibility]}/feed", by=viewer)
        expected = 200 if visibility in SEES[viewer] else 404
        assert (page.status, photo.status) == (expected, expected), visibility
        if expected == 404:
            assert page.text.replace(str(post.id), "1") == nothing.text
        elif visibility not in OPEN:
            assert "private" in page.headers["Cache-Control"]
            assert "private" in photo.headers["Cache-Control"]


@pytest.mark.parametrize("viewer", [one for one in SEES if one])
async def test_searching_an_address_tells_nothing(either_house: House, viewer: str) -> None:
    """Who searches the address of a post that is not for them is told what they are told of one that never was."""
    house = either_house
    nothing = await house.ask(f"/search?q={HERE}/p/1", by=viewer)
    assert nothing.status == 200
    for visibility, post in house.posts.items():
        found = await house.ask(f"/search?q={HERE}/p/{post.id}", by=viewer)
        if visibility in SEES[viewer]:
            assert found.headers["Location"] == f"/p/{post.id}"
        else:
            assert (found.status, found.text.replace(str(post.id), "1")) == (200, nothing.text)


@pytest.mark.parametrize("scheme", Scheme)
async def test_a_signature_opens_what_is_for_its_maker(either_house: House, scheme: Scheme) -> None:
    """A signed GET by an accepted follower elsewhere gets what is for followers, and nothing that is not."""
    house = either_house
    sam = house.there.actor()
    follow = {"id": f"{sam.id}#follow", "type": "Follow", "actor": sam.id, "object": f"{HERE}/users/alice"}
    assert await house.post(follow, sam) == 202
    await house.settle()
    async with house.server.instance.change() as change:
        await change.tx.execute("UPDATE follows SET state = 1 WHERE uri = $1", follow["id"])
    for visibility, post in house.posts.items():
        for below in ("", "/activity", "/replies", "/likes", "/shares"):
            request = house.there.signed(f"{HERE}/p/{post.id}{below}", b"", sam, scheme=scheme, method="GET")
            status, document = await house.there.send(request)
            seen = visibility in OPEN | {Visibility.FOLLOWERS}
            assert status == (200 if seen else 404), (visibility, below)
            assert seen or secret_of(visibility) not in str(document)
        answer = await house.ask(f"/p/{post.id}", accept=ACTIVITY_JSON)
        assert answer.status == (200 if visibility in OPEN else 404)


@pytest.mark.parametrize("viewer", [one for one in SEES if one not in ("", "alice")])
async def test_nobody_reacts_to_what_they_may_not_see(either_house: House, viewer: str) -> None:
    """Liking, boosting, saving and answering a hidden post is 404 and leaves no row; boosting a private one is 403."""
    house = either_house
    for visibility, post in house.posts.items():
        before = await house.counts()
        for verb in ("like", "boost", "bookmark", "comment"):
            fields = {"caption": "I see you"} if verb == "comment" else {}
            if visibility not in SEES[viewer]:
                answer = await house.submit(f"/p/{post.id}/{verb}", fields, by=viewer)
                assert answer.status == 404, (visibility, verb)
            elif verb == "boost" and visibility not in OPEN:
                assert (await house.submit(f"/p/{post.id}/boost", by=viewer)).status == 403
        assert await house.counts() == before


async def test_a_saved_post_disappears_with_the_right_to_see_it(either_house: House) -> None:
    """What somebody saved or was told of goes from their lists when it is no longer for them."""
    house = either_house
    post, carol, alice = house.posts[Visibility.FOLLOWERS], house.people["carol"], house.people["alice"]
    await house.follow(carol.id, alice.id)
    async with house.server.instance.change() as change:
        await reactions.bookmark(change, account_id=carol.id, post_id=post.id)
        await notify(change, account_id=carol.id, kind=NotificationKind.MENTION, actor_id=alice.id, post_id=post.id)
    word = secret_of(Visibility.FOLLOWERS)
    assert str(post.id) in (await house.ask("/saved", by="carol")).text
    assert word in (await house.ask("/notifications", by="carol")).text
    async with house.server.instance.change() as change:
        await change.tx.execute("DELETE FROM follows WHERE follower_id = $1", carol.id)
    for path in ("/saved", "/notifications", "/", "/@alice"):
        text = (await house.ask(path, by="carol")).text
        assert word not in text, path
        assert str(post.id) not in text, path
