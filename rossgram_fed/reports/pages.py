"""The form to report a post or an account, and what is said afterwards."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.ids import read_id
from rossgram_fed.instance import INSTANCE
from rossgram_fed.reports.actions import report
from rossgram_fed.reports.drafts import BY_USER, LONGEST_COMMENT, report_from
from rossgram_fed.reports.subjects import Subject, subject_of
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in
from rossgram_fed.web.throttle import count_try


@signed_in
async def report_page(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /report?post=ID`` or ``?account=ID``."""
    query = request.query
    subject = await _subject(request, viewer, post=query.get("post", ""), account=query.get("account", ""))
    return await _show(request, subject, Form())


@signed_in
async def send_report(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /report``: the twenty-first report within an hour has to wait."""
    instance, form = request.app[INSTANCE], form_of(request)
    subject = await _subject(request, viewer, post=form.value("post"), account=form.value("account"))
    draft = report_from(form)
    if not form.ok:
        return await _show(request, subject, form, status=422)
    await count_try(instance, BY_USER, subject=str(viewer.user_id))
    async with instance.change() as change:
        await report(change, reporter_id=viewer.account_id, subject=subject, draft=draft)
    copied = "&copy=1" if draft.forward and not subject.account.local else ""
    return see_other(f"/report/sent?account={subject.account.id}{copied}")


@signed_in
async def sent_page(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /report/sent``: what happens next, and what one can do oneself."""
    subject = await _subject(request, viewer, post="", account=request.query.get("account", ""))
    return await render(request, "reports/sent.html", account=subject.account, copied="copy" in request.query)


async def _subject(request: web.Request, viewer: Viewer, *, post: str, account: str) -> Subject:
    return await subject_of(
        request.app[INSTANCE].database,
        viewer_id=viewer.account_id,
        post_id=read_id(post),
        account_id=read_id(account),
    )


async def _show(request: web.Request, subject: Subject, form: Form, *, status: int = 200) -> web.Response:
    return await render(
        request, "reports/report.html", status=status, subject=subject, form=form, longest=LONGEST_COMMENT
    )
