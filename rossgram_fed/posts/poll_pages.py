"""The form below a post that asks: choose, and vote."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.ids import read_id
from rossgram_fed.instance import INSTANCE
from rossgram_fed.polls import actions
from rossgram_fed.polls.drafts import MOST_OPTIONS
from rossgram_fed.polls.queries import polls_of
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.errors import Invalid, NotFound
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.sessions import Viewer, signed_in

_MOST_CHOICES = 5 * MOST_OPTIONS


@signed_in
async def vote(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /p/{id}/vote``."""
    instance, post_id, form = request.app[INSTANCE], id_in_path(request), form_of(request)
    found = await polls_of(instance.database, [post_id], viewer_id=viewer.account_id)
    if post_id not in found:
        raise NotFound
    chosen = [read_id(text) for text in form.values.getall("choice", ())[:_MOST_CHOICES]]
    choices = [one for one in chosen if one is not None]
    if not choices:
        raise Invalid("Choose an answer first, then vote.")
    async with instance.change() as change:
        await actions.vote(change, account_id=viewer.account_id, poll_id=found[post_id].id, choices=choices)
    return see_other(f"/p/{post_id}#poll", "Your vote is counted.")
