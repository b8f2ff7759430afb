"""What Pixelfed's app does here: messages between two, the archive, reports, its settings; and what is off."""

from __future__ import annotations

import asyncio

from rossgram_fed.models import Account, Post, Report, ReportCategory, User
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts import actions
from rossgram_fed.posts.details import PostDetails
from rossgram_fed.posts.drafts import PostDraft
from tests.apps import ApiSite, Client
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.api.files import a_png, send
from tests.rossgram_fed.posts.photos import sent

THREAD = "/api/v1.1/direct/thread"


async def _people(site: ApiSite, *names: str) -> tuple[list[Account], list[Client]]:
    async with site.instance.change() as change:
        people = [await a_person(change, name) for name in names]
    return people, [await site.app(one) for one in people]


async def test_messages(site: ApiSite) -> None:
    """A message is a direct post for the two alone, in one thread, told to the other's server; one's own is deleted."""
    (alice, bob, _), (ana, ben, eva) = await _people(site, "alice", "bob", "eve")
    async with site.instance.change() as change:
        sam = await a_stranger(change)
    first = await ana.post(f"{THREAD}/send", to_id=str(bob.id), message="Hello", type="text")
    assert (first.status, first.body["text"], first.body["isAuthor"]) == (200, "Hello", True), first.body
    answer = (await ben.post(f"{THREAD}/send", to_id=str(alice.id), message="And you?", type="text")).body
    await ben.post("/api/v1/statuses", status="@eve Something else", visibility="direct")
    talk = (await ana.get(f"{THREAD}?pid={bob.id}")).body
    assert [(one["text"], one["isAuthor"]) for one in talk["messages"]] == [("And you?", False), ("Hello", True)]
    assert (talk["username"], talk["isLocal"], talk["muted"]) == ("bob", True, False)
    assert (await eva.get(f"{THREAD}?pid={alice.id}")).body["messages"] == []
    assert (await ana.get(f"{THREAD}?pid={bob.id}&max_id={answer['id']}")).body["messages"][0]["text"] == "Hello"
    posts = {one.id: one for one in await Post.all()}
    mine, theirs = posts[int(first.body["id"])], posts[int(answer["id"])]
    assert (mine.visibility, mine.caption, theirs.thread_id) == (Visibility.DIRECT, "@bob Hello", mine.id)
    listed = (await ana.get("/api/v1/conversations")).body
    assert [one["last_status"]["content_text"] for one in listed] == ["@alice And you?"]
    away = await ana.post(f"{THREAD}/send", to_id=str(sam.id), message="Far away")
    assert away.status == 200
    assert (await sent(site.instance))[-1][1] == [sam.inbox]
    for foreign in (answer["id"], "12345"):
        assert (await ana.delete(f"{THREAD}/message?id={foreign}")).status == 404
    assert (await ana.delete(f"{THREAD}/message?id={mine.id}")).body == [200]
    assert not await Post.filter(id=mine.id).exists()


async def test_messages_that_are_not_sent(site: ApiSite) -> None:
    """Nothing, too much, to oneself, to nobody, across a block, and what would go to a third as well, is refused."""
    (alice, bob, eve), (ana, _, eva) = await _people(site, "alice", "bob", "eve")
    await eva.post(f"/api/v1/accounts/{alice.id}/block")
    for to, message, status in (
        (bob.id, "  ", 422),
        (bob.id, "x" * 501, 422),
        (bob.id, "Look what @eve says", 422),
        (alice.id, "Hello", 404),
        (12345, "Hello", 404),
    ):
        assert (await ana.post(f"{THREAD}/send", to_id=str(to), message=message)).status == status, message
    assert await Post.all().count() == 0
    public = (await ana.post("/api/v1/statuses", status="For all")).body["id"]
    assert (await ana.delete(f"{THREAD}/message?id={public}")).status == 404
    assert await Post.all().count() == 1
    await ana.post(f"{THREAD}/send", to_id=str(eve.id), message="Hello")
    assert (await eva.get(f"{THREAD}?pid={alice.id}")).body["messages"] == []


async def test_the_archive(site: ApiSite) -> None:
    """A post is archived, listed for its author alone, and brought back; others' posts are not there."""
    _, (ana, ben) = await _people(site, "alice", "bob")
    post = (await ana.post("/api/v1/statuses", media_ids=[(await send(ana, a_png())).body["id"]])).body["id"]
    for who, status in ((ben, 404), (ana, 200)):
        assert (await who.post(f"/api/v1.1/archive/add/{post}")).status == status
    assert (await ana.get("/api/v1.1/archive/list")).ids == [post]
    assert (await ben.get("/api/v1.1/archive/list")).body == []
    assert (await ben.get(f"/api/v1/statuses/{post}")).status == 404
    assert (await ben.post(f"/api/v1.1/archive/remove/{post}")).status == 404
    assert (await ana.post(f"/api/v1.1/archive/remove/{post}")).body == [200]
    assert (await ana.get("/api/v1.1/archive/list")).body == []
    assert (await Post.all())[0].visibility is Visibility.PUBLIC


async def test_reports(site: ApiSite) -> None:
    """A report waits for the moderators with why; what is wrong is said in Pixelfed's words, and leaves nothing."""
    (alice, bob), (ana, _) = await _people(site, "alice", "bob")
    async with site.instance.change() as change:
        post, hidden = await a_post(change, bob), await a_post(change, bob, visibility=Visibility.FOLLOWERS)
    for object_type, object_id, kind, code in (
        ("user", bob.id, "boring", "ERROR_TYPE_INVALID"),
        ("user", "", "spam", "ERROR_INVALID_PARAMS"),
        ("user", "x", "spam", "ERROR_INVALID_OBJECT_ID"),
        ("story", bob.id, "spam", "ERROR_REPORT_OBJECT_TYPE_INVALID"),
        ("user", alice.id, "spam", "ERROR_NO_SELF_REPORTS"),
        ("user", 12345, "spam", "ERROR_INVALID_OBJECT_ID"),
        ("post", hidden.id, "spam", "ERROR_INVALID_OBJECT_ID"),
    ):
        body = {"object_type": object_type, "object_id": str(object_id), "report_type": kind}
        reply = await ana.post("/api/v1.1/report", **body)
        assert (reply.status, reply.body["error_code"]) == (400, code), body
        assert reply.body["msg"] == reply.body["error"]
    assert await Report.all().count() == 0
    body = {"object_type": "post", "object_id": str(post.id), "report_type": "abusive"}
    assert (await ana.post("/api/v1.1/report", **body)).body == {"msg": "Successfully sent report", "code": 200}
    row = await Report.get()
    assert (row.target_id, row.category, str(post.id) in row.post_ids) == (bob.id, ReportCategory.VIOLATION, True)
    assert "abusive" in row.comment


async def test_settings_of_the_app(site: ApiSite) -> None:
    """They begin as Pixelfed's, are kept for one person, and what is none of them is refused and not kept."""
    (alice, _), (ana, ben) = await _people(site, "alice", "bob")
    where = "/api/pixelfed/v1/app/settings"
    fresh = (await ana.get(where)).body
    assert (fresh["id"], fresh["username"], fresh["updated_at"]) == (str(alice.id), "alice", None)
    assert fresh["common"]["appearance"] == {"links_use_in_app_browser": True, "theme": "system"}
    for wrong in ({}, {"common": {"appearance": {"theme": "neon"}}}, {"common": {"media": {"show_alt_text": "maybe"}}}):
        assert (await ana.post(where, **wrong)).status == 422, wrong
    assert (await User.get(account_id=alice.id)).app_settings == ""
    common = {"appearance": {"theme": "dark"}, "timelines": {"show_public": True}, "more": "x" * 100}
    kept = await ana.post(where, common=common)
    assert (kept.status, (await ana.get(where)).body) == (200, kept.body)
    assert (kept.body["common"]["appearance"]["theme"], kept.body["updated_at"] is None) == ("dark", False)
    assert "xxx" not in (await User.get(account_id=alice.id)).app_settings
    assert (await ben.get(where)).body["common"]["appearance"]["theme"] == "system"


_OFF = (
    ("GET", "v1.1/push/state"),
    ("POST", "v1.1/push/update"),
    ("POST", "v1.1/push/compare"),
    ("POST", "v1.1/push/disable"),
    ("POST", "v1.1/stories/seen"),
    ("POST", "v1.1/stories/self-expire/1"),
    ("POST", "v1.2/stories/publish"),
    ("GET", "v1.2/stories/viewers?sid=1"),
    ("GET", "v1.2/stories/mention-autocomplete?q=a"),
    ("POST", "auth/onboarding"),
    ("POST", "auth/app-code-verify"),
)


async def test_what_is_off(site: ApiSite) -> None:
    """It is refused with 404 and a sentence, whatever the app sends along."""
    _, (ana,) = await _people(site, "alice")
    for method, path in _OFF:
        reply = await ana.call(method, f"/api/{path}", data=b"false" if method == "POST" else None)
        assert (reply.status, set(reply.body)) == (404, {"error"}), path
        assert reply.body["error"].endswith("."), path


async def test_who_is_in_a_photo(site: ApiSite) -> None:
    """People who are named show to everybody but those whom a block parts from them, in lists of posts too."""
    (alice, bob, _), (ana, ben, eva) = await _people(site, "alice", "bob", "eve")
    async with site.instance.change() as change:
        details = PostDetails(people=("bob",))
        draft = PostDraft(caption="Us", details=details, words_alone=True)
        post = await actions.publish(change, author_id=alice.id, draft=draft)
    await eva.post(f"/api/v1/accounts/{bob.id}/block")
    for who, names in ((ana, ["bob"]), (ben, ["bob"]), (eva, []), (site.nobody, ["bob"])):
        for path in (f"statuses/{post}", "timelines/public"):
            body = (await who.get(f"/api/v1/{path}")).body
            shown = body if isinstance(body, dict) else body[0]
            assert [one["username"] for one in shown["taggedPeople"]] == names, (path, names)


async def test_ranges_of_what_is_popular(site: ApiSite) -> None:
    """Photos that somebody liked are found in every range, without those of muted people; words alone are not."""
    (alice, bob), (ana, ben) = await _people(site, "alice", "bob")
    photo = (await ana.post("/api/v1/statuses", media_ids=[(await send(ana, a_png())).body["id"]])).body["id"]
    words = (await ana.post("/api/v1/statuses", status="Words")).body["id"]
    await asyncio.gather(*(ben.post(f"/api/v1/statuses/{one}/favourite") for one in (photo, words)))
    for name in ("daily", "monthly", "yearly", "odd"):
        assert (await ben.get(f"/api/v1.1/discover/posts/trending?range={name}")).ids == [photo], name
    assert (await ben.get("/api/v1.1/discover/posts/network/trending")).body == []
    await ben.post(f"/api/v1/accounts/{alice.id}/mute")
    assert (await ben.get("/api/v1.1/discover/posts/trending")).body == []
    assert bob.id != alice.id
