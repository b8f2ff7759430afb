"""Every call of Pixelfed's app, with what it sends, is answered with what its screens read."""

from __future__ import annotations

from typing import Any

from aiohttp import FormData

from rossgram_fed.models import Account
from rossgram_fed.models.accounts import Role
from tests.apps import ApiSite, Client
from tests.builders import a_person
from tests.rossgram_fed.api.files import a_png, send

ADMIN = "read write follow push admin:read admin:write"
ACCOUNT = ("id", "acct", "username", "display_name", "avatar", "note", "locked", "local", "url", "created_at")
COUNTS = ("followers_count", "following_count", "statuses_count")
ONE_ACCOUNT = (*ACCOUNT, *COUNTS, "note_text", "website", "pronouns", "location", "header_bg")
STATUS = (
    *("id", "account", "content", "content_text", "created_at", "media_attachments", "pf_type", "sensitive", "tags"),
    *("spoiler_text", "visibility", "place", "comments_disabled", "taggedPeople", "favourites_count", "favourited"),
    *("reblogs_count", "reblogged", "replies_count", "bookmarked", "edited_at", "in_reply_to_id", "url", "mentions"),
)
MEDIA = (
    *("id", "type", "url", "preview_url", "description", "blurhash", "meta", "license", "is_nsfw"),
    *("filter_name", "filter_class"),
)
RELATION = ("id", "following", "followed_by", "requested", "blocking", "muting", "domain_blocking", "showing_reblogs")
TAG = ("name", "url", "following")
_POST = "/api/v1/statuses/{post}"
_BOB = "/api/v1/accounts/{bob}"

CALLS: tuple[tuple[str, str, Any, tuple[str, ...]], ...] = (
    ("GET", "/api/nodeinfo/2.0.json", None, ("software",)),
    ("GET", "/api/v1/notifications", None, ("id", "type", "account", "created_at")),
    ("GET", "/api/v1/instance", None, ("uri", "title", "configuration", "stats", "rules", "contact_account")),
    ("GET", "/api/v2/config", None, ("features", "uploader", "site", "version")),
    ("GET", "/api/v1/accounts/verify_credentials?_pe=1", None, (*ONE_ACCOUNT, "is_admin", "source")),
    ("GET", f"{_BOB}?_pe=1", None, ONE_ACCOUNT),
    ("GET", "/api/v1.1/accounts/username/bob", None, ONE_ACCOUNT),
    ("GET", f"{_BOB}/followers?_pe=1&limit=20", None, (*ACCOUNT, *COUNTS)),
    ("GET", f"{_BOB}/following?_pe=1&limit=20", None, ()),
    ("GET", f"{_BOB}/statuses?only_media=true&limit=24&media_type=photo", None, STATUS),
    ("GET", "/api/v1/accounts/relationships?id[]={bob}", None, RELATION),
    *(
        ("POST", f"{_BOB}/{word}", {}, RELATION)
        for word in ("mute", "unmute", "block", "unblock", "follow", "unfollow", "follow")
    ),
    ("PATCH", "/api/v1/accounts/update_credentials?note=Hello&website=https%3A%2F%2Fdunes.example", None, ONE_ACCOUNT),
    ("GET", "/api/v1.1/accounts/mutuals/{bob}", None, ()),
    ("GET", "/api/v1.1/directory/listing?page=1", None, ()),
    ("GET", "/api/v1.1/discover/accounts/popular", None, ()),
    ("GET", "/api/v1.1/discover/accounts/populars", None, ()),
    *(("GET", f"/api/v1/{word}", None, ()) for word in ("mutes", "blocks", "domain_blocks", "follow_requests")),
    ("GET", "/api/v1/timelines/home?_pe=1&limit=20", None, STATUS),
    ("GET", "/api/v1/timelines/public?_pe=1&limit=20", None, STATUS),
    ("GET", "/api/v1/timelines/tag/sand?max_id=0", None, STATUS),
    ("GET", "/api/v1/tags/sand/", None, (*TAG, "count")),
    ("GET", "/api/v1/tags/sand/related", None, ("name", "related_count")),
    ("POST", "/api/v1/tags/sand/follow", {}, TAG),
    ("GET", "/api/v1/followed_tags", None, TAG),
    ("POST", "/api/v1/tags/sand/unfollow", {}, TAG),
    ("GET", _POST, None, STATUS),
    ("GET", f"{_POST}/context?max_id=1", None, ("ancestors", "descendants")),
    ("GET", f"{_POST}/history", None, ("content", "account", "created_at")),
    ("POST", f"{_POST}/favourite?_pe=1", None, STATUS),
    ("POST", f"{_POST}/reblog", {}, ("id", "reblog")),
    ("POST", f"{_POST}/bookmark", {}, STATUS),
    ("GET", f"{_POST}/favourited_by?limit=20&cursor=undefined", None, ACCOUNT),
    ("GET", f"{_POST}/reblogged_by?limit=20&cursor=undefined", None, ACCOUNT),
    ("GET", "/api/v1/favourites", None, STATUS),
    ("GET", "/api/v1/bookmarks", None, STATUS),
    ("GET", "/api/v1.1/discover/posts/trending?range=undefined", None, STATUS),
    ("GET", "/api/v1.1/discover/posts/trending?range=yearly", None, STATUS),
    ("GET", "/api/v1.1/discover/posts/network/trending", None, ()),
    ("GET", "/api/v1.1/discover/posts/hashtags", None, ()),
    ("GET", "/api/v1/discover/posts", None, ("posts",)),
    ("POST", f"{_POST}/unbookmark", {}, STATUS),
    ("POST", f"{_POST}/unreblog", {}, STATUS),
    ("POST", f"{_POST}/unfavourite?_pe=1", None, STATUS),
    ("POST", "/api/v1/statuses?in_reply_to_id={post}&status=Nice&visibility=public&sensitive=false", None, STATUS),
    ("GET", "/api/v1/notifications?types[]=favourite", None, ()),
    ("GET", "/api/v2/search?q=bob&_pe=1&resolve=1", None, ("accounts", "statuses", "hashtags")),
    ("GET", "/api/v1.1/compose/settings", None, ("default_scope", "max_altext_length", "default_license")),
    ("GET", "/api/compose/v0/search/location?q=Lisbon", None, ("id", "name", "country", "slug", "lat", "long")),
    ("GET", "/api/v1.1/places/posts/2267057/lisbon", None, ("place", "posts")),
    ("GET", "/api/v1.1/collections/self?page=1", None, ()),
    ("GET", "/api/v1/conversations", None, ()),
    ("GET", "/api/v1.1/direct/compose/mutuals", None, ()),
    ("POST", "/api/v1.1/direct/thread/send", {"to_id": "{bob}", "message": "Hi", "type": "text"}, ("id", "text")),
    ("GET", "/api/v1.1/direct/thread?pid={bob}", None, ("id", "username", "avatar", "messages", "isLocal")),
    ("GET", "/api/v1.1/nag/state", None, ("active",)),
    ("GET", "/api/v1.1/stories/carousel", None, ("self", "nodes")),
    ("GET", "/api/v1.2/stories/carousel", None, ("self", "nodes")),
    ("GET", "/api/pixelfed/v1/app/settings", None, ("id", "username", "updated_at", "common")),
    (
        "POST",
        "/api/v1.1/report",
        {"object_id": "{post}", "object_type": "post", "report_type": "spam"},
        ("msg", "code"),
    ),
    ("DELETE", "/api/v1.1/accounts/avatar", {}, ONE_ACCOUNT),
    ("GET", "/api/admin/stats", None, ("users", "statuses", "instances", "reports", "autospam_count")),
    ("GET", "/api/admin/config", None, ()),
    ("GET", "/api/admin/users/list?sort=desc", None, ("data", "links")),
    ("GET", "/api/admin/users/get?user_id={bob}", None, ("data", "meta")),
    ("GET", "/api/admin/mod-reports/list", None, ("id", "type", "object_type", "created_at", "reported_by_account")),
    ("GET", "/api/admin/instances/list?order_by=sort=desc&sort_by=id", None, ("data", "links")),
    ("GET", "/api/admin/autospam/list", None, ()),
)


async def _a_photo_by(app: Client) -> str:
    media = (await send(app, a_png(), description="Dunes", license="cc-by")).body["id"]
    body = {"status": "Dunes #sand #wind", "media_ids": [media], "visibility": "public", "place_id": "2267057"}
    return str((await app.post("/api/v1/statuses", **body)).body["id"])


async def test_every_call_of_the_app(site: ApiSite) -> None:
    """Each is answered with 200 and the fields that the app reads; of lists, the first item is looked at."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change, "alice", role=Role.ADMIN), await a_person(change, "bob")
    app, other = await site.app(alice, scopes=ADMIN), await site.app(bob)
    post = await _a_photo_by(other)
    await app.post(f"/api/v1/accounts/{bob.id}/follow")
    await other.post(f"/api/v1/accounts/{alice.id}/follow")
    names = {"post": post, "bob": str(bob.id)}
    for method, path, body, fields in CALLS:
        told = {key: value.format(**names) for key, value in (body or {}).items()}
        reply = await app.call(method, path.format(**names), **told)
        assert reply.status == 200, (method, path, reply.body)
        found = reply.body
        if isinstance(found, list):
            assert found or not fields, (path, "is empty")
            found = found[0] if found else {}
        assert not set(fields) - set(found), (path, sorted(set(fields) - set(found)))


async def test_what_posts_tell(site: ApiSite) -> None:
    """Place, licence, words as they were typed, who is in it and whether one may comment are real."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change, "alice"), await a_person(change, "bob")
    app, other = await site.app(alice), await site.app(bob)
    post = (await app.get(f"/api/v1/statuses/{await _a_photo_by(app)}")).body
    assert (post["place"]["name"], post["place"]["country"], post["pf_type"]) == ("Lisbon", "Portugal", "photo")
    assert (post["content_text"], post["local"], post["comments_disabled"]) == ("Dunes #sand #wind", True, False)
    media = post["media_attachments"][0]
    assert not set(MEDIA) - set(media)
    assert (media["license"]["id"], media["license"]["title"], media["is_nsfw"]) == ("cc-by", "CC BY", False)
    assert post["taggedPeople"] == []
    created = await _created(app, "Second", description="A square")
    assert (created["pf_type"], created["spoiler_text"], created["sensitive"]) == ("photo", "Sun", True)
    assert (await other.get("/api/v1/accounts/lookup?acct=alice")).body["local"] is True


async def _created(app: Client, status: str, *, description: str) -> Any:
    form = FormData()
    form.add_field("file", a_png(), filename="a.png", content_type="image/png")
    for name, value in (
        ("status", status),
        ("description", description),
        ("sensitive", "true"),
        ("spoiler_text", "Sun"),
    ):
        form.add_field(name, value)
    reply = await app.form("POST", "/api/v1.1/status/create", form)
    assert reply.status == 200, reply.body
    return reply.body


async def test_the_profile(site: ApiSite) -> None:
    """A website is the first link of the profile, which it replaces; only oneself is told whether one is an admin."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change, "alice", role=Role.ADMIN), await a_person(change, "bob")
    app, other = await site.app(alice), await site.app(bob)
    where = "/api/v1/accounts/update_credentials"
    await app.patch(where, fields_attributes=[{"name": "Is", "value": "she"}], note="Dunes, and *sand*")
    for website in ("https://one.example", "https://two.example"):
        assert (await app.patch(where, website=website)).body["website"] == website
    shown = (await other.get(f"/api/v1/accounts/{alice.id}")).body
    assert [field["name"] for field in shown["fields"]] == ["Is", "Website"]
    assert (shown["website"], shown["note_text"]) == ("https://two.example", "Dunes, and *sand*")
    assert "is_admin" not in shown
    assert (await app.patch(where, website="javascript:x")).status == 422
    assert (await app.patch(where, website="")).body["website"] is None
    own = "/api/v1/accounts/verify_credentials"
    assert [(await one.get(own)).body["is_admin"] for one in (app, other)] == [True, False]
    form = FormData()
    form.add_field("avatar", a_png(), filename="a.png", content_type="image/png")
    assert "/avatars/" in (await app.form("POST", where, form)).body["avatar"]
    assert (await Account.get(id=alice.id)).avatar_key
    assert "/avatars/" not in (await app.delete("/api/v1.1/accounts/avatar")).body["avatar"]
    assert not (await Account.get(id=alice.id)).avatar_key
    assert (await app.get("/api/v1.1/accounts/username/nobody")).body == []
