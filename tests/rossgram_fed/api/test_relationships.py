"""What apps do about accounts: follow, block, mute, note; requests; lists."""

from __future__ import annotations

import pytest

from rossgram_fed.models import Account, AccountList, Block, Follow, ListMember
from rossgram_fed.models.relations import FollowState
from tests.apps import ApiSite, Client
from tests.builders import a_person, a_stranger
from tests.rossgram_fed.posts.photos import sent


async def three(site: ApiSite) -> tuple[Account, Account, Account]:
    async with site.instance.change() as change:
        return await a_person(change), await a_person(change, "bob", locked=True), await a_stranger(change)


async def relation(app: Client, account: Account) -> dict[str, object]:
    (found,) = (await app.get(f"/api/v1/accounts/relationships?id={account.id}")).body
    return dict(found)


async def test_following(site: ApiSite) -> None:
    """A follow goes to the other server with its options kept here; a second one changes them and tells nobody."""
    alice, bob, sam = await three(site)
    app = await site.app(alice)
    fields = [("reblogs", "false"), ("notify", "true"), ("languages[]", "de"), ("languages[]", "en")]
    told = (await app.form("POST", f"/api/v1/accounts/{sam.id}/follow", fields)).body
    assert (told["following"], told["requested"]) == (False, True)
    assert (told["showing_reblogs"], told["notifying"], told["languages"]) == (False, True, ["de", "en"])
    told = (await app.post(f"/api/v1/accounts/{sam.id}/follow", reblogs=True, languages=[])).body
    assert (told["showing_reblogs"], told["notifying"], told["languages"]) == (True, True, None)
    assert [one["type"] for one, _ in await sent(site.instance)] == ["Follow"]
    assert (await app.post(f"/api/v1/accounts/{alice.id}/follow")).status == 422
    assert (await app.post(f"/api/v1/accounts/{bob.id}/follow", languages=["no language"])).status == 422
    assert await Follow.all().count() == 1, "nothing is left of what was refused"
    told = (await app.post(f"/api/v1/accounts/{sam.id}/unfollow")).body
    assert (told["following"], told["requested"], told["notifying"]) == (False, False, False)
    assert [one["type"] for one, _ in await sent(site.instance)] == ["Follow", "Undo"]
    assert (await app.post("/api/v1/accounts/77/follow")).status == 404


@pytest.mark.parametrize("answer", ["authorize", "reject"])
async def test_requests(site: ApiSite, answer: str) -> None:
    """Who decides about followers answers each request once, and sees nobody else's."""
    alice, bob, sam = await three(site)
    app, other = await site.app(alice), await site.app(bob)
    assert (await app.post(f"/api/v1/accounts/{bob.id}/follow")).body["requested"] is True
    assert (await other.get("/api/v1/follow_requests")).ids == [str(alice.id)]
    assert (await app.get("/api/v1/follow_requests")).ids == []
    assert (await relation(other, alice))["requested_by"] is True
    assert (await app.post(f"/api/v1/follow_requests/{bob.id}/authorize")).status == 404, "nobody's own"
    told = (await other.post(f"/api/v1/follow_requests/{alice.id}/{answer}")).body
    assert told["followed_by"] is (answer == "authorize")
    assert (await relation(app, bob))["following"] is (answer == "authorize")
    assert (await other.post(f"/api/v1/follow_requests/{alice.id}/{answer}")).status == 404
    assert (await other.post(f"/api/v1/follow_requests/{sam.id}/{answer}")).status == 404


async def test_blocking_noting_and_removing(site: ApiSite) -> None:
    """A block ends follows and reaches the other server; a note is for its writer; a follower can be removed."""
    alice, bob, sam = await three(site)
    app, other = await site.app(alice), await site.app(bob)
    await other.post(f"/api/v1/accounts/{alice.id}/follow")
    assert (await relation(app, bob))["followed_by"] is True
    assert (await app.post(f"/api/v1/accounts/{bob.id}/remove_from_followers")).body["followed_by"] is False
    assert (await app.post(f"/api/v1/accounts/{bob.id}/note", comment=" Met\x07 at sea ")).body["note"] == "Met at sea"
    assert (await relation(other, alice))["note"] == ""
    assert (await app.post(f"/api/v1/accounts/{bob.id}/note", comment="x" * 2001)).status == 422
    assert (await relation(app, bob))["note"] == "Met at sea"
    assert (await app.post(f"/api/v1/accounts/{sam.id}/block")).body["blocking"] is True
    assert [one["type"] for one, _ in await sent(site.instance)] == ["Block"]
    assert (await app.post(f"/api/v1/accounts/{sam.id}/follow")).status == 403
    assert (await app.post(f"/api/v1/accounts/{sam.id}/unblock")).body["blocking"] is False
    assert (await app.post(f"/api/v1/accounts/{alice.id}/block")).status == 422
    assert await Block.all().count() == 0
    assert (await app.post(f"/api/v1/accounts/{bob.id}/mute", duration=-5)).status == 422
    assert (await relation(app, bob))["muting"] is False


async def test_relationships_are_asked_about(site: ApiSite) -> None:
    """Ids come in order, unknown ones are left out, suspended ones unless they are asked for."""
    alice, bob, sam = await three(site)
    app = await site.app(alice)
    await Account.filter(id=sam.id).update(suspended_at=1)
    ids = f"id[]={sam.id}&id[]=77&id[]={bob.id}"
    assert (await app.get(f"/api/v1/accounts/relationships?{ids}")).ids == [str(bob.id)]
    with_suspended = await app.get(f"/api/v1/accounts/relationships?{ids}&with_suspended=true")
    assert with_suspended.ids == [str(sam.id), str(bob.id)]
    assert (await app.get("/api/v1/accounts/relationships")).body == []
    assert (await app.get("/api/v1/accounts/relationships?id[]=x")).status == 422


async def test_familiar_followers(site: ApiSite) -> None:
    """Of an account's followers those are shown whom one follows oneself."""
    alice, bob, sam = await three(site)
    async with site.instance.change() as change:
        carol = await a_person(change, "carol")
        for one, other in ((alice, bob), (bob, sam), (carol, sam)):
            await Follow.create(
                id=change.new_id(),
                follower_id=one.id,
                followed_id=other.id,
                state=FollowState.ACCEPTED,
                uri="",
                created_at=change.now,
            )
    reply = await (await site.app(alice)).get(f"/api/v1/accounts/familiar_followers?id[]={sam.id}&id[]={bob.id}")
    assert [(one["id"], [a["username"] for a in one["accounts"]]) for one in reply.body] == [
        (str(sam.id), ["bob"]),
        (str(bob.id), []),
    ]


async def test_lists(site: ApiSite) -> None:
    """A list is made, changed, filled with whom one follows and removed, by its owner alone."""
    alice, bob, sam = await three(site)
    app, other = await site.app(alice), await site.app(bob)
    made = (await app.form("POST", "/api/v1/lists", [("title", " Sea  "), ("replies_policy", "followed")])).body
    assert made == {"id": made["id"], "title": "Sea", "replies_policy": "followed", "exclusive": False}
    path = f"/api/v1/lists/{made['id']}"
    assert (await app.put(path, exclusive=True)).body == {**made, "exclusive": True}
    for body in ({"title": ""}, {"title": "x" * 300}, {"replies_policy": "maybe"}):
        assert (await app.put(path, **body)).status == 422
    assert (await app.post("/api/v1/lists")).status == 422
    assert (await app.post(f"{path}/accounts", account_ids=[str(sam.id)])).status == 404, "she does not follow him"
    await app.post(f"/api/v1/accounts/{sam.id}/follow")
    assert (await app.post(f"{path}/accounts", account_ids=[str(sam.id), str(bob.id)])).status == 404
    assert (await app.post(f"{path}/accounts", account_ids=list(range(1, 40_000)))).status == 422
    assert await ListMember.all().count() == 0, "all or none"
    assert (await app.form("POST", f"{path}/accounts", [("account_ids[]", str(sam.id))])).body == {}
    assert (await app.post(f"{path}/accounts", account_ids=[str(sam.id)])).status == 422
    assert (await app.get(f"{path}/accounts?limit=0")).ids == [str(sam.id)]
    assert [one["title"] for one in (await app.get(f"/api/v1/accounts/{sam.id}/lists")).body] == ["Sea"]
    for method, where in (("GET", path), ("PUT", path), ("DELETE", path), ("GET", f"{path}/accounts")):
        assert (await other.call(method, where)).status == 404, (method, where)
    for method in ("POST", "DELETE"):
        assert (await other.call(method, f"{path}/accounts", account_ids=[str(sam.id)])).status == 404
    assert (await other.get("/api/v1/lists")).body == []
    assert (await app.delete(f"{path}/accounts", account_ids=[str(sam.id)])).body == {}
    assert (await app.get(f"{path}/accounts")).ids == []
    await app.post(f"{path}/accounts", account_ids=[str(sam.id)])
    await app.post(f"/api/v1/accounts/{sam.id}/unfollow")
    assert await ListMember.all().count() == 0, "who is not followed leaves"
    assert (await app.delete(path)).body == {}
    assert await AccountList.all().count() == 0
