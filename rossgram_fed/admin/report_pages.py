"""The moderators' queue of reports, and the page of one with its evidence and what can be done about it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from aiohttp import web

from rossgram_fed.ids import read_id
from rossgram_fed.instance import INSTANCE, Change
from rossgram_fed.models.accounts import Role
from rossgram_fed.moderation.log import Deed
from rossgram_fed.moderation.queries import AccountRecord, account_by_id
from rossgram_fed.moderation.removal import delete_post
from rossgram_fed.moderation.staff import LONGEST_REASON, Staff, outranks
from rossgram_fed.moderation.standing import DEEDS
from rossgram_fed.posts.media_pages import photo_file, picture
from rossgram_fed.renditions import FEED
from rossgram_fed.reports.actions import resolve
from rossgram_fed.reports.queries import ReportView, evidence, report_by_id, reports, reports_about
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.errors import Invalid, NotFound, Refusal
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form
from rossgram_fed.web.paging import cursor_of, id_in_path, page_of
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, staff_only

logger = logging.getLogger(__name__)

PAGE_SIZE = 30
EARLIER = 10
STANDINGS: dict[str, Deed | None] = {"": None, "limit": Deed.LIMIT, "suspend": Deed.SUSPEND}
"""What the form of a report can do to the account, by its value."""


def staff_of(viewer: Viewer) -> Staff:
    """Return a viewer as whoever acts for the server."""
    return Staff(viewer.account_id, f"@{viewer.username}", viewer.role)


@staff_only
async def queue(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /admin/reports``: those that wait or, with ``?show=closed``, those that were closed."""
    before, closed = cursor_of(request), request.query.get("show") == "closed"
    database = request.app[INSTANCE].database
    found = await reports(database, role=viewer.role, resolved=closed, before=before, limit=PAGE_SIZE + 1)
    page = page_of(found, PAGE_SIZE, id_of=lambda report: report.id, before=before)
    return await render(request, "admin/reports.html", page=page, closed=closed)


@staff_only
async def show(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /admin/reports/{id}``."""
    return await _show(request, viewer, await _report(request, viewer), Form())


@staff_only
async def decide(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /admin/reports/{id}``: delete what is ticked, limit or suspend, and close the report; all or nothing."""
    form, report = form_of(request), await _report(request, viewer)
    decision = _decision(form, report)
    try:
        async with request.app[INSTANCE].change() as change:
            await _carry_out(change, staff_of(viewer), report, decision)
    except Refusal as refusal:
        form.error("", refusal.sentence)
        return await _show(request, viewer, report, form, status=refusal.status)
    logger.info("%s decided about report %s.", viewer.username, report.id)
    if decision.keep_open:
        return see_other(f"/admin/reports/{report.id}", "Done. The report stays open.")
    return see_other("/admin/reports", "Done. The report is closed.")


@staff_only
async def photo(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``GET /admin/reports/{id}/photos/{photo_id}``: a photo of a post that the report names, whomever it was for."""
    report = await _report(request, viewer)
    row = await request.app[INSTANCE].database.fetch_one(
        "SELECT id, kind, renditions, remote_url, still_url, post_id FROM photos WHERE id = $1",
        id_in_path(request, "photo_id"),
    )
    if row is None or row["post_id"] not in report.post_ids:
        raise NotFound
    return picture(await photo_file(request, row, name=FEED), caching="private, max-age=300")


@dataclass(frozen=True, slots=True)
class _Decision:
    deletes: tuple[int, ...]
    deed: Deed | None
    keep_open: bool
    reason: str


def _decision(form: Form, report: ReportView) -> _Decision:
    chosen = [read_id(text) for text in form.values.getall("delete", ())]
    return _Decision(
        deletes=tuple(post_id for post_id in report.post_ids if post_id in chosen),
        deed=form.choice("standing", STANDINGS, None),
        keep_open=form.flag("keep_open"),
        reason=form.value("reason"),
    )


async def _carry_out(change: Change, staff: Staff, report: ReportView, decision: _Decision) -> None:
    if decision.keep_open and not decision.deletes and decision.deed is None:
        raise Invalid("There is nothing to do: choose something, or close the report.")
    for post_id in decision.deletes:
        await delete_post(change, staff, post_id=post_id, reason=decision.reason, report_id=report.id)
    if decision.deed is not None:
        act = DEEDS[decision.deed]
        await act(change, staff, account_id=report.target.id, reason=decision.reason, report_id=report.id)
    if not decision.keep_open:
        await resolve(change, staff, report_id=report.id, note=decision.reason)


async def _report(request: web.Request, viewer: Viewer) -> ReportView:
    found = await report_by_id(request.app[INSTANCE].database, id_in_path(request), role=viewer.role)
    if found is None:
        raise NotFound("There is no such report, or it is for the admins alone.")
    return found


async def _show(
    request: web.Request, viewer: Viewer, report: ReportView, form: Form, *, status: int = 200
) -> web.Response:
    database = request.app[INSTANCE].database
    record = await account_by_id(database, report.target.id, viewer=viewer.role)
    posts = await evidence(database, report.post_ids)
    return await render(
        request,
        "admin/report.html",
        status=status,
        report=report,
        record=record,
        posts=posts,
        missing=len(report.post_ids) - len(posts),
        earlier=await reports_about(database, report.target.id, role=viewer.role, but=report.id, limit=EARLIER),
        may_act=_may_act(viewer, report, record),
        form=form,
        longest=LONGEST_REASON,
    )


def _may_act(viewer: Viewer, report: ReportView, record: AccountRecord | None) -> bool:
    """Say whether to show the form; the actions ask again. Of somebody who is gone, the report can be closed."""
    role = Role.MEMBER if record is None or record.role is None else record.role
    return report.target.id != viewer.account_id and outranks(viewer.role, role)
