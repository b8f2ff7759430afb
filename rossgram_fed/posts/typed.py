"""What somebody is typing, kept while they type: a script sends the composer or the edit form now and then.

Nothing is made of it, no photo is baked anew, and nothing is published; it is there after the tab was closed. A page
that does not show what is kept by now (another tab went on) is told so, and keeps nothing any more.
"""

from __future__ import annotations

from collections.abc import Collection

from aiohttp import web

from rossgram_fed.database import Reader
from rossgram_fed.ids import read_id
from rossgram_fed.instance import INSTANCE, Change
from rossgram_fed.posts import saved
from rossgram_fed.posts.forms import Cards
from rossgram_fed.posts.waiting import keep_descriptions
from rossgram_fed.web.errors import Invalid, Refusal
from rossgram_fed.web.forms import Form
from rossgram_fed.web.sessions import Viewer

TYPED = "typed"
"""What the script sends instead of a button."""

ELSEWHERE = "This was changed in another tab. Load this page again to see it; what you type here is not kept."
GONE = "This was posted or deleted in another tab. What you type here is not kept."
MORE = "Photos were added in another tab. They are below now: describe them, or remove them."
_WAITS = "What waits for its time is kept by the button alone."


async def keep_typed(
    request: web.Request, viewer: Viewer, form: Form, cards: Cards, *, post_id: int | None = None
) -> web.Response:
    """Keep a form as it is now, and answer as JSON which draft that is; 409 when another tab went on with it."""
    try:
        async with request.app[INSTANCE].change() as change:
            await _check_latest(change, form, viewer.account_id, post_id=post_id)
            await keep_descriptions(change, cards.descriptions, account_id=viewer.account_id)
            kept = await saved.save(
                change,
                form,
                account_id=viewer.account_id,
                photo_ids=cards.ids,
                draft_id=read_id(form.value("draft")),
                post_id=post_id,
            )
            told, status = {"draft": str(kept), "as_of": str(change.now)}, 200
    except Refusal as refusal:
        told, status = {"error": refusal.sentence}, 409
    return web.json_response(told, status=status, headers={"Cache-Control": "no-store"})


async def forgotten(reader: Reader, account_id: int, *, draft_id: int | None, shown: Collection[int]) -> bool:
    """Say whether photos wait in a draft that a page does not show: another tab added them, and nobody removed them."""
    rows = await reader.fetch(
        "SELECT id FROM photos WHERE draft_id = $1 AND account_id = $2 AND post_id IS NULL", draft_id or 0, account_id
    )
    return any(row["id"] not in shown for row in rows)


async def _check_latest(change: Change, form: Form, account_id: int, *, post_id: int | None) -> None:
    """Raise ``Invalid`` for a page that does not begin with what is kept now, or may not change it by itself."""
    draft_id, as_of = read_id(form.value("draft")), form.value("as_of")
    if post_id is not None:
        draft = await saved.edit_under_way(change.tx, account_id, post_id=post_id)
    elif draft_id:
        draft = await saved.draft_of(change.tx, account_id, draft_id=draft_id)
    else:
        return
    if draft is None and (draft_id or as_of):
        raise Invalid(GONE)
    if draft is not None and draft.publish_at is not None:
        raise Invalid(_WAITS)
    if draft is not None and as_of != str(draft.updated_at):
        raise Invalid(ELSEWHERE)
