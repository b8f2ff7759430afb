"""What other servers ask of us about actors, and where they knock: inboxes, actors and their collections of people.

Handlers only: HTTP in, HTTP out. Errors are JSON with one sentence, ``{"error": …}``.
"""

from __future__ import annotations

from aiohttp import web

from activitypub.objects import Tombstone
from activitypub.render import collection_document, page_document, tombstone_document, with_context
from rossgram_fed.database import Row
from rossgram_fed.federation import addresses
from rossgram_fed.federation.actor_documents import ACTOR_COLUMNS, actor_document_of
from rossgram_fed.federation.gate import Turned
from rossgram_fed.federation.inbox import receive, request_from
from rossgram_fed.federation.network import NETWORK
from rossgram_fed.federation.ready import Answer, answer, refusal
from rossgram_fed.federation.visitors import for_servers
from rossgram_fed.ids import LARGEST_ID, read_id
from rossgram_fed.instance import INSTANCE, Instance

ACTIVITY_TYPE = "application/activity+json; charset=utf-8"
PAGE = 40
_JSON = "application/json; charset=utf-8"


async def post_shared_inbox(request: web.Request) -> web.Response:
    """``POST /inbox`` and the server actor's own inbox."""
    network = request.app[NETWORK]
    settings = network.instance.settings
    try:
        limit = settings.limits.inbox_kilobytes * 1024
        await receive(network, await request_from(request, base_url=settings.base_url, limit=limit))
    except Turned as turned:
        if turned.status < 400:
            return answer({"note": turned.sentence}, content_type=_JSON, status=turned.status).response()
        response = refusal(turned.status, turned.sentence, retry_after=turned.retry_after)
        if turned.status in (408, 413, 415):
            response.force_close()  # the rest of the body is not read
        return response
    return web.Response(status=202)


async def post_inbox(request: web.Request) -> web.Response:
    """``POST /users/{username}/inbox``: as the shared one, for a person who is here."""
    turned = await _turned_away(request)
    return turned if turned is not None else await post_shared_inbox(request)


async def get_actor(request: web.Request) -> web.StreamResponse:
    """``GET /users/{username}``: the actor; people are sent on to the profile page."""
    username = request.match_info["username"]
    accept = request.headers.get("Accept", "")
    if "text/html" in accept and "json" not in accept:
        raise web.HTTPFound(f"/@{username}" if addresses.USERNAME.fullmatch(username) else "/")
    if username == request.app[INSTANCE].settings.host:
        return refusal(404, "Nobody here has that name.")
    return await _person(request)


async def get_server_actor(request: web.Request) -> web.StreamResponse:
    """``GET /actor``: the server's own actor, readable by everybody without a signature.

    Whoever verifies a request of ours needs it before they can have anything signed answered themselves.
    """
    return await _actor(request, request.app[INSTANCE].settings.host)


@for_servers
async def _person(request: web.Request) -> web.StreamResponse:
    return await _actor(request, request.match_info["username"])


@for_servers
async def get_followers(request: web.Request) -> web.StreamResponse:
    """``GET /users/{username}/followers``: who follows, newest first; of those who hide it, how many."""
    return await _people(request, "followers_uri", by="followed_id", listed="follower_id")


@for_servers
async def get_following(request: web.Request) -> web.StreamResponse:
    """``GET /users/{username}/following``: who is followed, newest first; of those who hide it, how many."""
    return await _people(request, "following_uri", by="follower_id", listed="followed_id")


async def _turned_away(request: web.Request) -> web.Response | None:
    network, username = request.app[NETWORK], request.match_info["username"]

    async def look() -> Answer:
        account = await _account(network.instance, username)
        if account is None:
            return answer({"error": "Nobody here has that inbox."}, content_type=_JSON, status=404)
        if account["deleted_at"] is not None:
            gone = {"error": "This account was deleted."}
            return answer(gone, content_type=_JSON, status=410, account_id=account["id"])
        return answer({}, content_type=_JSON, account_id=account["id"])

    found = await network.ready.get(f"inbox {username}", look)
    return found.response() if found.status >= 400 else None


async def _actor(request: web.Request, username: str) -> web.Response:
    network = request.app[NETWORK]
    instance = network.instance

    async def make() -> Answer:
        account = await _account(instance, username)
        if account is None:
            return answer({"error": "Nobody here has that name."}, content_type=_JSON, status=404)
        if account["deleted_at"] is not None:
            return _gone(account)
        document = actor_document_of(instance.settings, account)
        return answer(document, content_type=ACTIVITY_TYPE, account_id=account["id"], vary="Accept")

    return (await network.ready.get(f"actor {username}", make)).response()


def _gone(account: Row) -> Answer:
    document = with_context(tombstone_document(Tombstone(account["uri"], former_type=account["actor_type"])))
    return answer(document, content_type=ACTIVITY_TYPE, status=410, account_id=account["id"], vary="Accept")


async def _account(instance: Instance, username: str) -> Row | None:
    if not addresses.USERNAME.fullmatch(username) and username != instance.settings.host:
        return None
    return await instance.database.fetch_one(
        f"SELECT {ACTOR_COLUMNS}, hides_network FROM accounts "  # noqa: S608 - a constant
        "WHERE username = $1 AND domain = '' AND suspended_at IS NULL",
        username,
    )


async def _people(request: web.Request, address: str, *, by: str, listed: str) -> web.StreamResponse:
    instance = request.app[INSTANCE]
    account = await _account(instance, request.match_info["username"])
    if account is None:
        return refusal(404, "Nobody here has that name.")
    if account["deleted_at"] is not None:
        return _gone(account).response()
    uri = account[address]
    if "page" not in request.query:
        total = await instance.database.fetch_value(
            f"SELECT count(*) FROM follows WHERE {by} = $1 AND state = 1",  # noqa: S608 - our own names
            account["id"],
        )
        document = collection_document(uri, total=total, first="" if account["hides_network"] else f"{uri}?page=true")
        return answer(with_context(document), content_type=ACTIVITY_TYPE).response()
    if account["hides_network"]:
        return refusal(403, "This account keeps the list to itself.")
    before = read_id(request.query.get("before", ""))
    rows = await instance.database.fetch(
        f"SELECT f.id, a.uri FROM follows f JOIN accounts a ON a.id = f.{listed} "  # noqa: S608 - our own names
        f"WHERE f.{by} = $1 AND f.state = 1 AND f.id < $2 ORDER BY f.id DESC LIMIT $3",
        account["id"],
        LARGEST_ID if before is None else before,
        PAGE + 1,
    )
    here = f"{uri}?page=true" + ("" if before is None else f"&before={before}")
    following = f"{uri}?page=true&before={rows[PAGE - 1]['id']}" if len(rows) > PAGE else ""
    page = page_document(here, part_of=uri, items=[row["uri"] for row in rows[:PAGE]], next_page=following)
    return answer(with_context(page), content_type=ACTIVITY_TYPE).response()
