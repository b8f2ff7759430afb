"""Where others look up what an author here allowed: one address for each word, the same for everybody.

Words about posts that are not for everybody are not served, as the posts are not. What was taken back answers 410.
"""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.federation.ready import refusal
from rossgram_fed.federation.visitors import for_servers
from rossgram_fed.ids import read_id
from rossgram_fed.instance import INSTANCE
from rossgram_fed.models.authorizations import AuthorizationKind
from rossgram_fed.models.posts import Visibility
from rossgram_fed.quotes import documents
from rossgram_fed.web.negotiation import activity_response


@for_servers
async def authorization(request: web.Request) -> web.Response:
    """``GET /authorizations/{id}``."""
    row = await request.app[INSTANCE].database.fetch_one(
        "SELECT w.uri, w.kind, w.instrument_uri, w.revoked_at, p.uri AS target, a.uri AS author FROM authorizations w "
        "JOIN posts p ON p.id = w.post_id JOIN accounts a ON a.id = p.account_id "
        "WHERE w.id = $1 AND p.local = TRUE AND p.visibility <= $2",
        read_id(request.match_info["id"]) or 0,
        int(Visibility.UNLISTED),
    )
    if row is None:
        return refusal(404, "There is no such authorization.")
    if row["revoked_at"] is not None:
        return refusal(410, "The author took this back.")
    return activity_response(
        documents.stamp(
            uri=row["uri"],
            kind=AuthorizationKind(row["kind"]),
            author=row["author"],
            instrument=row["instrument_uri"],
            target=row["target"],
        )
    )
