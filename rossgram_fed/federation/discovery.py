"""The well-known addresses: WebFinger, host-meta and NodeInfo. Any site may read them."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.config import Registration
from rossgram_fed.database import Row
from rossgram_fed.federation import addresses
from rossgram_fed.federation.actor_documents import ACTOR_COLUMNS, descriptor_of
from rossgram_fed.federation.network import NETWORK
from rossgram_fed.federation.ready import Answer, answer
from rossgram_fed.instance import Instance
from rossgram_fed.software import VERSION, source_url
from webfinger import host_meta, jrd, nodeinfo
from webfinger.errors import MalformedQuery
from webfinger.query import Query, parse_query

_JSON = "application/json; charset=utf-8"
DAY = 24 * 60 * 60_000
COUNTED_EVERY = 10 * 60_000
"""How long the figures in NodeInfo are kept: counting is not free, and nobody needs them to the minute."""


async def get_webfinger(request: web.Request) -> web.Response:
    """``GET /.well-known/webfinger`` (RFC 7033): 400 for a bad question, 404 for somebody who is not here."""
    network = request.app[NETWORK]
    question = request.rel_url.raw_query_string

    async def make() -> Answer:
        try:
            query = parse_query(question)
        except MalformedQuery as error:
            return answer({"error": str(error)}, content_type=_JSON, status=400)
        account = await _account(network.instance, query)
        if account is None:
            return answer({"error": "Nobody here is known by that."}, content_type=_JSON, status=404)
        if account["deleted_at"] is not None:
            gone = {"error": "This account was deleted."}
            return answer(gone, content_type=_JSON, status=410, account_id=account["id"])
        document = descriptor_of(network.instance.settings, account, asked=query.handle, rels=query.rels)
        return answer(document, content_type=jrd.CONTENT_TYPE, account_id=account["id"])

    return (await network.ready.get(f"webfinger {question}", make)).response()


async def get_host_meta(request: web.Request) -> web.Response:
    """``GET /.well-known/host-meta`` (RFC 6415), as XRD."""
    base_url = request.app[NETWORK].instance.settings.base_url
    body = host_meta.xrd(base_url).encode()
    return answer(body, content_type=f"{host_meta.XRD_TYPE}; charset=utf-8").response()


async def get_host_meta_json(request: web.Request) -> web.Response:
    """``GET /.well-known/host-meta.json``."""
    base_url = request.app[NETWORK].instance.settings.base_url
    return answer(host_meta.document(base_url), content_type=_JSON).response()


async def get_nodeinfo_links(request: web.Request) -> web.Response:
    """``GET /.well-known/nodeinfo``."""
    settings = request.app[NETWORK].instance.settings
    actor = addresses.server_actor_uri(settings)
    return answer(nodeinfo.discovery(settings.base_url, server_actor=actor), content_type=_JSON).response()


async def get_nodeinfo(request: web.Request) -> web.Response:
    """``GET /nodeinfo/2.0`` and ``/nodeinfo/2.1``."""
    network = request.app[NETWORK]
    wanted = request.match_info["version"]

    async def make() -> Answer:
        if wanted not in nodeinfo.VERSIONS:
            return answer({"error": "NodeInfo is here in versions 2.0 and 2.1."}, content_type=_JSON, status=404)
        settings = network.instance.settings
        document = nodeinfo.document(
            wanted,
            software=nodeinfo.Software("rossgram", VERSION, source_url(settings)),
            usage=await usage_of(network.instance),
            open_registrations=settings.server.registration is Registration.OPEN,
            node_name=settings.server.name,
            node_description=settings.server.description,
        )
        return answer(document, content_type=nodeinfo.content_type(wanted))

    return (await network.ready.get(f"nodeinfo {wanted}", make, milliseconds=COUNTED_EVERY)).response()


async def _account(instance: Instance, query: Query) -> Row | None:
    """Find the local account a question is about, by handle (on either of our domains) or by address."""
    settings = instance.settings
    if query.handle is not None:
        if query.handle.host not in (settings.account_domain, settings.host):
            return None
        name = query.handle.username
        username = name if name == settings.host else name.lower()
    elif query.url in (settings.base_url, f"{settings.base_url}/", addresses.server_actor_uri(settings)):
        username = settings.host
    else:
        name = query.url.removeprefix(f"{settings.base_url}/@")
        username = addresses.local_username(settings, query.url) or name
        if not addresses.USERNAME.fullmatch(username):
            return None
    return await instance.database.fetch_one(
        f"SELECT {ACTOR_COLUMNS} FROM accounts "  # noqa: S608 - a constant
        "WHERE username = $1 AND domain = '' AND suspended_at IS NULL",
        username,
    )


async def usage_of(instance: Instance) -> nodeinfo.Usage:
    """Count people and posts here; not free, so keep the figures for a while (``COUNTED_EVERY``)."""
    now = instance.clock()
    row = await instance.database.fetch_one(
        "SELECT (SELECT count(*) FROM users WHERE disabled_at IS NULL) AS users, "
        "(SELECT count(*) FROM users WHERE disabled_at IS NULL AND seen_at > $1) AS month, "
        "(SELECT count(*) FROM users WHERE disabled_at IS NULL AND seen_at > $2) AS half_year, "
        "(SELECT count(*) FROM posts WHERE local AND in_reply_to_uri = '') AS posts, "
        "(SELECT count(*) FROM posts WHERE local AND in_reply_to_uri <> '') AS comments",
        now - 30 * DAY,
        now - 180 * DAY,
    )
    if row is None:
        return nodeinfo.Usage(0, 0, 0, 0)
    return nodeinfo.Usage(row["users"], row["month"], row["half_year"], row["posts"], row["comments"])
