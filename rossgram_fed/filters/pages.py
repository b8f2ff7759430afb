"""The settings page of filters: those there are, and a form for another one."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.filters import actions
from rossgram_fed.filters.forms import ACTION_WORDS, PERIODS, PLACES, filter_from
from rossgram_fed.filters.queries import rule_by_id, rules_of
from rossgram_fed.instance import INSTANCE
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.errors import NotFound
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in

_FRESH = {"home": "1", "public": "1", "thread": "1", "notifications": "1", "account": "1", "whole": "1"}


@signed_in
async def show(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``GET /settings/filters``."""
    return await _show(request, viewer, Form.starting_with(_FRESH))


@signed_in
async def add(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /settings/filters``."""
    instance, form = request.app[INSTANCE], form_of(request)
    draft = filter_from(form, now=instance.clock())
    if not form.ok:
        return await _show(request, viewer, form, status=422)
    account_id = viewer.account_id
    async with instance.change() as change:
        rule_id = await actions.create(change, draft.terms, account_id=account_id)
        for keyword in draft.keywords:
            whole = draft.whole_words
            await actions.add_keyword(change, keyword, account_id=account_id, rule_id=rule_id, whole_word=whole)
    return see_other("/settings/filters", "From now on that is filtered.")


@signed_in
async def remove(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /settings/filters/{id}/remove``."""
    instance, rule_id = request.app[INSTANCE], id_in_path(request)
    if await rule_by_id(instance.database, viewer.account_id, rule_id) is None:
        raise NotFound
    async with instance.change() as change:
        await actions.delete(change, account_id=viewer.account_id, rule_id=rule_id)
    return see_other("/settings/filters", "That filter is gone.")


async def _show(request: web.Request, viewer: Viewer, form: Form, *, status: int = 200) -> web.StreamResponse:
    rules = await rules_of(request.app[INSTANCE].database, viewer.account_id)
    periods = [(value, label) for value, (label, _) in PERIODS.items()]
    return await render(
        request,
        "filters/settings.html",
        status,
        rules=rules,
        form=form,
        places=PLACES,
        periods=periods,
        words=ACTION_WORDS,
        longest=actions.LONGEST_KEYWORD,
    )
