"""What else stands beside a person or a tag: news of every post, boosts, a private note, servers, followed tags."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from rossgram_fed.follows import hosts, options, tags
from rossgram_fed.instance import INSTANCE, Change
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.errors import Invalid, NotFound
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form, safe_next
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Handler, Viewer, signed_in

Act = Callable[[Change, int, web.Request, Form], Awaitable[str]]
"""Does something for the account (second) and returns the message that says so."""


def _page(act: Act) -> Handler:
    @signed_in
    async def handler(request: web.Request, viewer: Viewer) -> web.Response:
        form = form_of(request)
        async with request.app[INSTANCE].change() as change:
            message = await act(change, viewer.account_id, request, form)
        return see_other(safe_next(form.value("next")), message)

    return handler


def _option(message: str, *, notifies: bool | None = None, shows_boosts: bool | None = None) -> Handler:
    async def act(change: Change, account_id: int, request: web.Request, form: Form) -> str:
        await options.set_options(
            change,
            account_id=account_id,
            target_id=id_in_path(request),
            notifies=notifies,
            shows_boosts=shows_boosts,
        )
        return message

    return _page(act)


def _tag(action: Callable[[Change, str, int], Awaitable[object]], message: str) -> Handler:
    async def act(change: Change, account_id: int, request: web.Request, form: Form) -> str:
        try:
            name = tags.checked_name(request.match_info["name"])
        except Invalid:
            raise NotFound("That is no tag.") from None
        await action(change, name, account_id)
        return message.format(f"#{name}")

    return _page(act)


async def _note(change: Change, account_id: int, request: web.Request, form: Form) -> str:
    comment = form.value("comment")
    await options.set_note(change, account_id=account_id, target_id=id_in_path(request), comment=comment)
    return "Noted; only you see it." if comment.strip() else "The note is gone."


async def _mute_host(change: Change, account_id: int, request: web.Request, form: Form) -> str:
    try:
        host = await hosts.mute_host(change, form.value("host"), account_id=account_id)
    except Invalid as refusal:
        raise Invalid("Type the name of another server, such as photos.example.") from refusal
    return f"Nothing from {host} is shown to you any more."


async def _unmute_host(change: Change, account_id: int, request: web.Request, form: Form) -> str:
    await hosts.unmute_host(change, form.value("host"), account_id=account_id)
    return "Its posts are shown to you again. Follows that ended stay ended."


notify = _option("You are told of each new post of theirs.", notifies=True)
be_quiet = _option("You are told of their new posts no longer.", notifies=False)
show_boosts = _option("What they boost comes to your home again.", shows_boosts=True)
hide_boosts = _option("What they boost stays out of your home.", shows_boosts=False)
note = _page(_note)
mute_host = _page(_mute_host)
unmute_host = _page(_unmute_host)
follow_tag = _tag(
    lambda change, name, one: tags.follow_tag(change, name, account_id=one), "Photos with {} come to your home."
)
unfollow_tag = _tag(
    lambda change, name, one: tags.unfollow_tag(change, name, account_id=one),
    "Photos with {} come to your home no longer.",
)
feature_tag = _tag(
    lambda change, name, one: tags.feature_tag(change, name, account_id=one), "{} stands on your profile now."
)
unfeature_tag = _tag(
    lambda change, name, one: tags.unfeature_tag(change, account_id=one, name=name),
    "{} stands on your profile no longer.",
)


@signed_in
async def show_tags(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /settings/tags``: the tags that the viewer follows, and those on their profile."""
    database = request.app[INSTANCE].database
    return await render(
        request,
        "people/tags.html",
        followed=sorted(await tags.followed_tags(database, viewer.account_id, limit=tags.MOST_FOLLOWED)),
        featured=await tags.featured_tags(database, viewer.account_id),
        suggested=await tags.suggested_tags(database, viewer.account_id),
    )
