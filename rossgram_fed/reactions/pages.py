"""The buttons under a photo: like, boost, save, and taking each back. Every form leads back to where it stood, but for
our script, which stays there and asks for no page.
"""

from __future__ import annotations

from typing import Protocol

from aiohttp import web

from rossgram_fed.instance import INSTANCE, Change
from rossgram_fed.reactions import actions
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import safe_next
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.sessions import Handler, Viewer, signed_in


class _Reaction(Protocol):
    async def __call__(self, change: Change, *, account_id: int, post_id: int) -> None: ...


def _button(action: _Reaction) -> Handler:
    @signed_in
    async def handler(request: web.Request, viewer: Viewer) -> web.Response:
        post_id = id_in_path(request)
        async with request.app[INSTANCE].change() as change:
            await action(change, account_id=viewer.account_id, post_id=post_id)
        if request.headers.get("X-Requested-With") == "fetch":
            return web.Response(status=204, headers={"Cache-Control": "private, no-store"})
        return see_other(safe_next(form_of(request).value("next"), f"/p/{post_id}"))

    return handler


like = _button(actions.like)
unlike = _button(actions.unlike)
boost = _button(actions.boost)
unboost = _button(actions.unboost)
bookmark = _button(actions.bookmark)
unbookmark = _button(actions.unbookmark)
