"""The settings page of notifications: whose come through, and those that wait."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from rossgram_fed.instance import INSTANCE
from rossgram_fed.models.news import Wanted
from rossgram_fed.notifications import requests
from rossgram_fed.notifications.policy import NAMES, Policy, policy_of, set_policy
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in

PATH = "/settings/notifications"
WORDS = {"accept": Wanted.ACCEPT, "filter": Wanted.FILTER, "drop": Wanted.DROP}
LABELS = (("accept", "Show them"), ("filter", "Let them wait"), ("drop", "Leave them out"))
SORTS = {
    "not_following": "People you do not follow",
    "not_followers": "People who do not follow you, or only for three days",
    "new_accounts": "Accounts that are younger than a month",
    "private_mentions": "Direct posts that nobody asked for",
    "limited_accounts": "People whom the moderators limited",
}
"""The sorts of people in words."""
SHOWN = 50


@signed_in
async def show(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``GET /settings/notifications``."""
    database = request.app[INSTANCE].database
    names = {wanted: name for name, wanted in WORDS.items()}
    chosen = asdict(await policy_of(database, viewer.account_id))
    form = Form.starting_with({name: names[wanted] for name, wanted in chosen.items()})
    held = await requests.held_people(database, viewer.account_id, limit=SHOWN)
    return await render(request, "notifications/policy.html", form=form, held=held, sorts=SORTS, labels=LABELS)


@signed_in
async def save(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /settings/notifications``."""
    form = form_of(request)
    chosen = Policy(**{name: form.choice(name, WORDS, Wanted.ACCEPT) for name in NAMES})
    async with request.app[INSTANCE].change() as change:
        await set_policy(change, chosen, account_id=viewer.account_id)
    return see_other(PATH, "Saved; it counts from now on.")


@signed_in
async def accept(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /settings/notifications/{id}/accept``: let somebody's news through, now and from now on."""
    async with request.app[INSTANCE].change() as change:
        await requests.accept(change, account_id=viewer.account_id, actor_ids=[id_in_path(request)])
    return see_other(PATH, "What they do comes through from now on.")


@signed_in
async def dismiss(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /settings/notifications/{id}/dismiss``: put away what waits of somebody."""
    async with request.app[INSTANCE].change() as change:
        await requests.dismiss(change, account_id=viewer.account_id, actor_ids=[id_in_path(request)])
    return see_other(PATH, "That is put away.")
