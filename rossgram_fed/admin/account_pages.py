"""The moderators' list of accounts, the page of one with its standing, and the staff's log."""

from __future__ import annotations

import logging

from aiohttp import web

from rossgram_fed.admin.report_pages import EARLIER, PAGE_SIZE, staff_of
from rossgram_fed.instance import INSTANCE
from rossgram_fed.models.accounts import Role
from rossgram_fed.moderation.log import Deed, entries
from rossgram_fed.moderation.queries import SHOWN, AccountRecord, account_by_id, accounts
from rossgram_fed.moderation.staff import LONGEST_REASON, outranks
from rossgram_fed.moderation.standing import DEEDS
from rossgram_fed.moderation.warnings import warn
from rossgram_fed.reports.queries import reports_about
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.errors import Invalid, NotFound, Refusal
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form, clean_text
from rossgram_fed.web.paging import cursor_of, id_in_path, page_of
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, staff_only

logger = logging.getLogger(__name__)

LONGEST_SEARCH = 300
DONE = {
    Deed.LIMIT: "Limited.",
    Deed.UNLIMIT: "No longer limited.",
    Deed.SUSPEND: "Suspended.",
    Deed.UNSUSPEND: "No longer suspended.",
}
_BY_NAME = {deed.value: deed for deed in DONE}


@staff_only
async def listing(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /admin/accounts``: narrowed by ``show`` (a name of ``SHOWN``) and by how a name begins, ``q``."""
    before, search = cursor_of(request), clean_text(request.query.get("q", ""))[:LONGEST_SEARCH]
    shown = request.query.get("show", "")
    shown = shown if shown in SHOWN else "here"
    database = request.app[INSTANCE].database
    found = await accounts(database, viewer=viewer.role, shown=shown, search=search, before=before, limit=PAGE_SIZE + 1)
    page = page_of(found, PAGE_SIZE, id_of=lambda record: record.account.id, before=before)
    return await render(request, "admin/accounts.html", page=page, shown=shown, search=search)


@staff_only
async def show(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /admin/accounts/{id}``."""
    return await _show(request, viewer, await _record(request, viewer), Form())


@staff_only
async def act(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /admin/accounts/{id}``: limit, suspend, or take either back."""
    form, record = form_of(request), await _record(request, viewer)
    deed = _BY_NAME.get(form.value("do"))
    try:
        if deed is None:
            raise Invalid("Choose what to do.")
        async with request.app[INSTANCE].change() as change:
            await DEEDS[deed](change, staff_of(viewer), account_id=record.account.id, reason=form.value("reason"))
    except Refusal as refusal:
        form.error("", refusal.sentence)
        return await _show(request, viewer, record, form, status=refusal.status)
    logger.info("%s: %s account %s.", viewer.username, deed, record.account.id)
    return see_other(f"/admin/accounts/{record.account.id}", DONE[deed])


@staff_only
async def warn_them(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /admin/accounts/{id}/warn``: have somebody read something, and nothing more."""
    form, record = form_of(request), await _record(request, viewer)
    try:
        async with request.app[INSTANCE].change() as change:
            await warn(change, staff_of(viewer), account_id=record.account.id, text=form.value("warning"))
    except Refusal as refusal:
        form.error("warning", refusal.sentence)
        return await _show(request, viewer, record, form, status=refusal.status)
    return see_other(f"/admin/accounts/{record.account.id}", "They are told.")


@staff_only
async def log(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /admin/log``: who did what to whom, and why."""
    before = cursor_of(request)
    found = await entries(request.app[INSTANCE].database, before=before, limit=PAGE_SIZE + 1)
    page = page_of(found, PAGE_SIZE, id_of=lambda entry: entry.id, before=before)
    return await render(request, "admin/log.html", page=page)


async def _record(request: web.Request, viewer: Viewer) -> AccountRecord:
    found = await account_by_id(request.app[INSTANCE].database, id_in_path(request), viewer=viewer.role)
    if found is None:
        raise NotFound("There is no such account (any more).")
    return found


async def _show(
    request: web.Request, viewer: Viewer, record: AccountRecord, form: Form, *, status: int = 200
) -> web.Response:
    database, account_id = request.app[INSTANCE].database, record.account.id
    role = Role.MEMBER if record.role is None else record.role
    return await render(
        request,
        "admin/account.html",
        status=status,
        record=record,
        account=record.account,
        about=await reports_about(database, account_id, role=viewer.role, limit=EARLIER),
        done=await entries(database, target_id=account_id, limit=EARLIER),
        may_act=account_id != viewer.account_id and outranks(viewer.role, role),
        form=form,
        longest=LONGEST_REASON,
    )
