"""Reports from apps: what the moderators get, what another server gets, and what is refused."""

from __future__ import annotations

import orjson
import pytest

from rossgram_fed.federation.signers import ensure_server_actor
from rossgram_fed.models import Report, ReportCategory
from rossgram_fed.models.posts import Visibility
from tests.apps import ApiSite
from tests.builders import a_person, a_post, a_stranger
from tests.fediverse import server_keys
from tests.rossgram_fed.posts.photos import sent


async def test_an_app_reports(site: ApiSite) -> None:
    """A report with posts waits for the moderators; a copy goes to the account's server, which learns no reporter."""
    await ensure_server_actor(site.instance, make_keys=server_keys)
    async with site.instance.change() as change:
        alice, sam = await a_person(change), await a_stranger(change)
        posts = [await a_post(change, sam), await a_post(change, sam, caption="Two")]
    app = await site.app(alice)
    fields = [("account_id", str(sam.id)), ("comment", "Look"), ("forward", "true"), ("category", "spam")]
    reply = await app.form("POST", "/api/v1/reports", [*fields, *(("status_ids[]", str(one.id)) for one in posts)])
    assert reply.status == 200
    assert (reply.body["category"], reply.body["comment"], reply.body["forwarded"]) == ("spam", "Look", True)
    assert reply.body["action_taken"] is False
    assert reply.body["target_account"]["acct"] == "sam@there.test"
    row = await Report.get(id=int(reply.body["id"]))
    assert (row.reporter_id, row.target_id, row.category) == (alice.id, sam.id, ReportCategory.SPAM)
    assert orjson.loads(row.post_ids) == [one.id for one in posts]
    ((copy, _),) = await sent(site.instance)
    assert set(copy["object"]) == {sam.uri, *(one.uri for one in posts)}
    assert alice.uri not in orjson.dumps(copy).decode()


@pytest.mark.parametrize(
    ("case", "status"),
    [
        ("oneself", 422),
        ("nobody", 404),
        ("another's post", 404),
        ("a hidden post", 404),
        ("too long", 422),
        ("no kind", 422),
    ],
)
async def test_what_cannot_be_reported(site: ApiSite, case: str, status: int) -> None:
    """What is not there, or not theirs, is refused and leaves nothing."""
    async with site.instance.change() as change:
        alice, bob, eve = [await a_person(change, name) for name in ("alice", "bob", "eve")]
        other = await a_post(change, eve)
        hidden = await a_post(change, bob, visibility=Visibility.FOLLOWERS)
    bodies: dict[str, dict[str, object]] = {
        "oneself": {"account_id": str(alice.id)},
        "nobody": {"account_id": "12345"},
        "another's post": {"account_id": str(bob.id), "status_ids": [str(other.id)]},
        "a hidden post": {"account_id": str(bob.id), "status_ids": [str(hidden.id)]},
        "too long": {"account_id": str(bob.id), "comment": "x" * 1001},
        "no kind": {"account_id": str(bob.id), "category": "ugly"},
    }
    assert (await (await site.app(alice)).post("/api/v1/reports", **bodies[case])).status == status
    assert await Report.all().count() == 0
