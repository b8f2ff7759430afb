"""One thing of each kind that apps reach by an id, all of them somebody's own: what nobody else's app may touch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rossgram_fed.api.routes import ROUTES
from rossgram_fed.api.table import Route
from rossgram_fed.models import Account
from rossgram_fed.reactions import actions as reactions
from tests.apps import ApiSite, Client
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.api.files import a_png, send
from tests.rossgram_fed.api.test_push_subscriptions import FORM

BODIES: dict[str, dict[str, Any]] = {
    "PUT /api/v1/lists/{id}": {"title": "Mine now"},
    "PUT /api/v2/filters/{id:[0-9]+}": {"title": "Mine now"},
    "POST /api/v2/filters/{id:[0-9]+}/keywords": {"keyword": "more"},
    "POST /api/v2/filters/{id:[0-9]+}/statuses": {"status_id": "1"},
    "PUT /api/v2/filters/keywords/{id:[0-9]+}": {"keyword": "other"},
    "PUT /api/v1/filters/{id:[0-9]+}": {"phrase": "other", "context": ["home"]},
    "PUT /api/v1/media/{id}": {"description": "Mine now"},
    "PUT /api/v1/scheduled_statuses/{id}": {"scheduled_at": "2099-02-02T00:00:00Z"},
    "PUT /api/v1/statuses/{id}": {"status": "Mine now"},
    "PUT /api/v1/statuses/{id}/interaction_policy": {"quote_approval_policy": "nobody"},
    "POST /api/v1/polls/{id}/votes": {"choices": [0]},
}
"""What would be right to send to an address, by method and path as the table has them."""


@dataclass
class Belongings:
    """What alice has, by the beginnings of the addresses that lead there."""

    alice: Account
    app: Client
    """Alice's own."""
    ids: dict[str, str]

    def path(self, route: Route) -> str:
        """The address of a route about something of alice's; about nobody's own where it is not about such a thing."""
        start = max((one for one in self.ids if route.path.startswith(one)), key=len, default="")
        return filled(route, self.ids.get(start, "1"))

    @property
    def routes(self) -> list[Route]:
        """Every route that is about one thing of alice's."""
        return [route for route in ROUTES if any(route.path.startswith(start) for start in self.ids)]

    def body(self, route: Route) -> dict[str, Any]:
        """What would be right to send there."""
        return dict(BODIES.get(f"{route.method} {route.path}", {}))


def filled(route: Route, value: str) -> str:
    """The address of a route with a value in place of every parameter."""
    before, *parts = route.path.split("{")
    return before + "".join(value + part.partition("}")[2] for part in parts)


async def move_in(site: ApiSite) -> Belongings:
    """Let alice have one of each, the way apps make them."""
    async with site.instance.change() as change:
        alice, carol = await a_person(change, "alice"), await a_person(change, "carol")
        sam = await a_stranger(change)
        post = await a_post(change, alice)
        await reactions.like(change, account_id=carol.id, post_id=post.id)
    app, other = await site.app(alice), await site.app(carol)

    async def made(path: str, /, by: Client = app, **body: Any) -> Any:
        reply = await by.post(path, **body)
        assert reply.status in (200, 202), (path, reply.body)
        return reply.body

    await app.put("/api/v1/notifications/policy", filter_not_following=True)
    async with site.instance.change() as change:
        await reactions.like(change, account_id=sam.id, post_id=post.id)
    poll = {"options": ["Tea", "Coffee"], "expires_in": 3600}
    secret = await made("/api/v1/statuses", status="For followers", visibility="private", poll=poll)
    direct = await made("/api/v1/statuses", by=other, status="@alice for you alone", visibility="direct")
    words = [{"keyword": "noise"}]
    sieve = await made("/api/v2/filters", title="Noise", context=["home"], keywords_attributes=words)
    kept = await made(f"/api/v2/filters/{sieve['id']}/statuses", status_id=secret["id"])
    await app.form("POST", "/api/v1/push/subscription", FORM)
    news = await app.get("/api/v1/notifications?types[]=favourite")
    groups = await app.get("/api/v2/notifications?types[]=favourite")
    a_list = await made("/api/v1/lists", title="Friends")
    later = await made("/api/v1/statuses", status="Later", scheduled_at="2099-01-01T00:00:00Z")
    key = groups.body["notification_groups"][0]["group_key"]
    return Belongings(alice, app, {
        "/api/v1/lists/{": a_list["id"],
        "/api/v1/timelines/list/{": a_list["id"],
        "/api/v2/filters/{": sieve["id"],
        "/api/v2/filters/keywords/{": sieve["keywords"][0]["id"],
        "/api/v2/filters/statuses/{": kept["id"],
        "/api/v1/filters/{": sieve["keywords"][0]["id"],
        "/api/v1/featured_tags/{": (await made("/api/v1/featured_tags", name="dunes"))["id"],
        "/api/v1/media/{": (await send(app, a_png())).body["id"],
        "/api/v1/scheduled_statuses/{": later["id"],
        "/api/v1/conversations/{": direct["id"],
        "/api/v1/notifications/{": news.ids[0],
        "/api/v1/notifications/requests/{": str(sam.id),
        "/api/v2/notifications/{": key,
        "/api/v1/statuses/{": secret["id"],
        "/api/v1.1/archive/add/{": secret["id"],
        "/api/v1.1/archive/remove/{": secret["id"],
        "/api/v1/polls/{": secret["poll"]["id"],
    })  # fmt: skip
