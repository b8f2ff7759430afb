"""Proofs of one's own photos while they are edited: what a crop, a filter and adjustments would make of them."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.instance import INSTANCE
from rossgram_fed.media.editing import UNTOUCHED, Edits, edits_from_form
from rossgram_fed.media.errors import BadPicture, NotReachable
from rossgram_fed.media.proofs import PROOFS
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.posts.retouching import NOT_TO_BE_READ
from rossgram_fed.renditions import FEDERATED, ORIGINAL, renditions_from
from rossgram_fed.web.errors import BadRequest, NotFound, Unavailable
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.sessions import Viewer, signed_in
from rossgram_fed.web.throttle import Limit, count_try

PROOFS_AT_A_TIME = Limit("proofs", tries=600, minutes=10)
"""A dozen filters of every photo of a large album, and as many looks again."""

_KEPT = "private, max-age=3600"


@signed_in
async def proof(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /photos/{photo_id}/proof``: one's own photo as the query says; ``size=tile`` is a small square of it.

    The query has the names of ``Edits``. Without any it is the photo as it came in.
    """
    key = await _source(request, viewer)
    tile = request.query.get("size") == "tile"
    edits = _asked(request)
    await count_try(request.app[INSTANCE], PROOFS_AT_A_TIME, subject=str(viewer.account_id))
    proofs = request.app[PROOFS]
    try:
        data = await (proofs.tile(key, edits) if tile else proofs.proof(key, edits))
    except BadPicture as refusal:
        raise NotFound(refusal.reason) from refusal
    except NotReachable as error:
        raise Unavailable(NOT_TO_BE_READ) from error
    headers = {
        "Cache-Control": _KEPT,
        "Content-Type": "image/jpeg",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Vary": "Cookie",
    }
    return web.Response(body=data, headers=headers)


async def _source(request: web.Request, viewer: Viewer) -> str:
    """Return the key of the file that one's own photo is made of."""
    row = await request.app[INSTANCE].database.fetch_one(
        "SELECT renditions FROM photos WHERE id = $1 AND account_id = $2 AND kind = 'image' AND remote_url = '' "
        "AND state = $3",
        *(id_in_path(request, "photo_id"), viewer.account_id, int(PhotoState.READY)),
    )
    files = renditions_from(row["renditions"]) if row is not None else {}
    source = files.get(ORIGINAL) or files.get(FEDERATED)
    if source is None:
        raise NotFound("There is no such photo of yours.")
    return source["key"]


def _asked(request: web.Request) -> Edits:
    asked = dict(request.query)
    if len(asked) < len(request.query) or asked.pop("size", "tile") != "tile":
        raise BadRequest("There is no such picture of this photo.")
    if not asked:
        return UNTOUCHED
    try:
        return edits_from_form(asked)
    except ValueError as error:
        raise BadRequest(str(error)) from error
