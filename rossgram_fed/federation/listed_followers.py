"""``GET /users/NAME/followers_synchronization``: who of the asking server follows somebody here (FEP-8fcf).

The rule: a server reads of its own people and of nobody else's, and proves by a signature which server it is. The
answer is kept by nobody.
"""

from __future__ import annotations

from aiohttp import web

from activitypub.render import with_context
from rossgram_fed.federation.addresses import USERNAME, actor_uri, followers_synchronization_uri
from rossgram_fed.federation.endpoints import ACTIVITY_TYPE
from rossgram_fed.federation.gate import Turned
from rossgram_fed.federation.network import NETWORK
from rossgram_fed.federation.ready import answer, refusal
from rossgram_fed.federation.synchronisation import followers_by_origin, origin_of
from rossgram_fed.federation.visitors import who_signed


async def get_followers_synchronization(request: web.Request) -> web.Response:
    """Answer a signed request with a whole collection; 401, 403 and 410 as for the inbox, 404 for who is not here."""
    response = await _answer(request)
    response.headers["Cache-Control"] = "private, no-store"
    return response


async def _answer(request: web.Request) -> web.Response:
    network, username = request.app[NETWORK], request.match_info["username"]
    try:
        viewer = await who_signed(network, request)
    except Turned as turned:
        return refusal(turned.status, turned.sentence, retry_after=turned.retry_after)
    if viewer is None:
        return refusal(401, "Sign this request: every server reads of its own people here.")
    database, settings = network.instance.database, network.instance.settings
    account_id = await database.fetch_value(
        "SELECT id FROM accounts WHERE username = $1 AND domain = '' AND suspended_at IS NULL AND deleted_at IS NULL",
        username if USERNAME.fullmatch(username) else "",
    )
    by_origin = None if account_id is None else await followers_by_origin(database, int(account_id))
    if by_origin is None:
        return refusal(404, "There is no such list.")
    followers = sorted(by_origin.get(origin_of(viewer.uri), ()))
    document = {
        "id": followers_synchronization_uri(actor_uri(settings, username)),
        "type": "OrderedCollection",
        "totalItems": len(followers),
        "orderedItems": followers,
    }
    return answer(with_context(document), content_type=ACTIVITY_TYPE).response()
