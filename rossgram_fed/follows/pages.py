"""The buttons between two people: follow, accept, remove, block, mute. Each form leads back to where it stood."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web

from rossgram_fed.follows import actions, blocks
from rossgram_fed.instance import INSTANCE, Change
from rossgram_fed.models.relations import FollowState
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import safe_next
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.sessions import Handler, Viewer, signed_in


class _Towards(Protocol):
    def __call__(self, change: Change, *, account_id: int, target_id: int) -> Awaitable[object]: ...


class _Answer(Protocol):
    def __call__(self, change: Change, *, account_id: int, follower_id: int) -> Awaitable[object]: ...


Act = Callable[[Change, int, int], Awaitable[str]]
"""Does something to an account (third) for the viewer (second) and returns the message that says so."""


def _page(act: Act) -> Handler:
    @signed_in
    async def handler(request: web.Request, viewer: Viewer) -> web.Response:
        async with request.app[INSTANCE].change() as change:
            message = await act(change, viewer.account_id, id_in_path(request))
        return see_other(safe_next(form_of(request).value("next")), message)

    return handler


def _towards(action: _Towards, message: str) -> Handler:
    async def act(change: Change, viewer_id: int, account_id: int) -> str:
        await action(change, account_id=viewer_id, target_id=account_id)
        return message

    return _page(act)


def _answer(action: _Answer, message: str) -> Handler:
    async def act(change: Change, viewer_id: int, account_id: int) -> str:
        await action(change, account_id=viewer_id, follower_id=account_id)
        return message

    return _page(act)


async def _follow(change: Change, viewer_id: int, account_id: int) -> str:
    state = await actions.follow(change, account_id=viewer_id, target_id=account_id)
    return "You follow them now." if state is FollowState.ACCEPTED else "You asked to follow them."


follow = _page(_follow)
unfollow = _towards(actions.unfollow, "You no longer follow them.")
block = _towards(blocks.block, "Blocked. Neither of you sees the other here.")
unblock = _towards(blocks.unblock, "No longer blocked.")
mute = _towards(blocks.mute, "Muted. Their photos stay out of your home; they are not told.")
unmute = _towards(blocks.unmute, "No longer muted.")
accept = _answer(actions.accept, "They follow you now.")
decline = _answer(actions.decline, "Declined.")
remove = _answer(actions.remove_follower, "They no longer follow you.")
