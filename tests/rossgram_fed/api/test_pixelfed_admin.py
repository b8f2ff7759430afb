"""What Pixelfed's app shows to admins: for them alone, with a token that says so, which nobody else can give."""

from __future__ import annotations

from aiohttp import FormData

from rossgram_fed.api import pixelfed_admin
from rossgram_fed.models import Account, DomainRule, Report
from rossgram_fed.models.accounts import Role, Standing
from tests.apps import ApiSite
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.oauth.flow import an_app, answer_in

SCOPES = "read write follow push admin:read admin:write"


async def test_nobody_else_comes_in(site: ApiSite) -> None:
    """Members, moderators and an admin's usual app are refused everywhere, and nothing is done."""
    async with site.instance.change() as change:
        boss = await a_person(change, "boss", role=Role.ADMIN)
        mod, bob = await a_person(change, "mod", role=Role.MODERATOR), await a_person(change, "bob")
    apps = [await site.app(mod, scopes=SCOPES), await site.app(bob, scopes=SCOPES)]
    apps += [await site.app(boss), await site.app(None, scopes=SCOPES)]
    for app in apps:
        for route in pixelfed_admin.ROUTES:
            values = {"id": str(bob.id), "action": "unlisted", "user_id": str(bob.id)}
            query = f"{route.path}?user_id={bob.id}"
            reply = await (app.post(route.path, **values) if route.method == "POST" else app.get(query))
            assert reply.status in (401, 403, 422), (route.path, reply.body)
    assert (await Account.get(id=bob.id)).limited_at is None


async def test_an_admin_looks_after_the_server(site: ApiSite) -> None:
    """Figures, people, reports and servers are those of our pages, and so is what is done."""
    async with site.instance.change() as change:
        boss = await a_person(change, "boss", role=Role.ADMIN)
        people = [await a_person(change, f"p{number}") for number in range(11)]
        bob, sam = people[0], await a_stranger(change)
        post = await a_post(change, bob)
        await DomainRule.create(
            id=change.new_id(), host="there.test", standing=Standing.LIMITED, comment="Spam", created_at=change.now
        )
    app, other = await site.app(boss, scopes=SCOPES), await site.app(people[1])
    for kind, what in (("post", post.id), ("user", sam.id)):
        await other.post("/api/v1.1/report", object_type=kind, object_id=str(what), report_type="spam")
    stats = (await app.get("/api/admin/stats")).body
    assert (stats["users"], stats["reports"], stats["instances"], stats["autospam_count"]) == (12, 2, 1, 0)
    first = (await app.get("/api/admin/users/list?sort=desc")).body
    onwards = first["links"]["next"].removeprefix(site.instance.settings.base_url)
    rest = (await app.get(onwards)).body
    assert (len(first["data"]), len(rest["data"]), rest["links"]["next"]) == (10, 2, None)
    limits = []
    for _ in range(2):
        reply = await app.post("/api/admin/users/action", id=str(bob.id), action="unlisted")
        limits.append((reply.body["meta"]["moderation"]["unlisted"], (await Account.get(id=bob.id)).limited_at is None))
    assert limits == [(True, False), (False, True)]
    for action, who, status in (("delete", bob, 422), ("unlisted", boss, 403), ("unlisted", sam, 404)):
        reply = await app.post("/api/admin/users/action", id=str(who.id), action=action)
        assert reply.status == status, reply.body
    listed = (await app.get("/api/admin/mod-reports/list")).body
    assert [one["object_type"] for one in listed] == ["App\\Profile", "App\\Status"]
    assert (listed[1]["status"]["id"], listed[1]["reported_by_account"]["acct"]) == (str(post.id), "p1")
    where, report_id = "/api/admin/mod-reports/handle", listed[1]["id"]
    assert (await app.post(where, id=report_id, action="cw")).status == 422
    assert (await app.post(where, id="12345", action="ignore")).status == 404
    assert await Report.filter(resolved_at=None).count() == 2
    assert (await app.post(where, id=report_id, action="ignore")).body == {"success": True}
    assert (await Report.get(id=int(report_id))).resolved_at is not None
    (host,) = (await app.get("/api/admin/instances/list?sort_by=user_count&sort=asc")).body["data"]
    assert (host["domain"], host["user_count"], host["unlisted"], host["banned"]) == ("there.test", 1, True, False)
    assert (await app.get("/api/admin/instances/get?id=there.test")).body["data"] == host
    assert (await app.get("/api/admin/instances/get")).status == 404
    for refused in ("config/update", "autospam/handle"):
        assert (await app.post(f"/api/admin/{refused}", id="1", action="x")).status == 422


async def test_the_app_signs_in(site: ApiSite) -> None:
    """It finds the API by its nodeinfo, comes back to its own scheme, and gets what its person can give: no more."""
    found = (await site.nobody.get("/api/nodeinfo/2.0.json")).body
    assert (found["software"]["name"], found["metadata"]["software"]["name"]) == ("pixelfed", "rossgram")
    real = await site.visitor.get("/nodeinfo/2.0")
    assert (await real.json())["software"]["name"] == "rossgram"
    async with site.instance.change() as change:
        people = [await a_person(change, "boss", role=Role.ADMIN), await a_person(change, "bob")]
    for person, scopes in zip(people, (SCOPES, "read write follow push"), strict=True):
        app = await an_app(site, redirect_uri="pixelfed://login", scopes=SCOPES)
        browser = await site.browser(person)
        answer = await app.answered(browser, scope=SCOPES)
        assert answer.headers["Location"].startswith("pixelfed://login?"), person.username
        form = FormData(default_to_multipart=True)
        for name, value in {
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "redirect_uri": "pixelfed://login",
            "grant_type": "authorization_code",
            "code": answer_in(answer)["code"],
            "scope": SCOPES,
        }.items():
            form.add_field(name, value)
        token = await site.nobody.form("POST", "/oauth/token", form)
        assert (token.body["refresh_token"], token.body["expires_in"] > 0) == ("", True), (
            "it stops where they are missing"
        )
        assert set(token.body["scope"].split()) == set(scopes.split()), person.username
    form = FormData(default_to_multipart=True)
    for name, value in (("client_name", "Pixelfed for iOS"), ("redirect_uris", "pixelfed://login"), ("scopes", SCOPES)):
        form.add_field(name, value)
    registered = (await site.nobody.form("POST", "/api/v1/apps", form)).body
    assert (registered["redirect_uri"], registered["name"]) == ("pixelfed://login", "Pixelfed for iOS")
    assert all(isinstance(registered[key], str) for key in ("client_id", "client_secret"))
    alone = await an_app(site, redirect_uri="pixelfed://login", scopes="admin:read")
    refused = await (await site.browser(people[1])).get(alone.page())
    assert answer_in(refused)["error"] == "invalid_scope"
