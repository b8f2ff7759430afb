"""Reports from Pixelfed's app: a person or a post, and one word why. Refusals have the words that the app looks for."""

from __future__ import annotations

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.pixelfed import Message
from rossgram_fed.api.statuses import post_id_of
from rossgram_fed.api.table import Route
from rossgram_fed.ids import read_id
from rossgram_fed.models.moderation import ReportCategory
from rossgram_fed.reports.actions import report
from rossgram_fed.reports.drafts import BY_USER, ReportDraft
from rossgram_fed.reports.subjects import Subject, subject_of
from rossgram_fed.web.errors import BadRequest, Invalid, NotFound
from rossgram_fed.web.throttle import count_try

TYPES = (
    "spam",
    "sensitive",
    "abusive",
    "underage",
    "violence",
    "copyright",
    "impersonation",
    "scam",
    "terrorism",
)


class NotReported(BadRequest):
    """A report that was not taken; ``code`` is Pixelfed's word for why."""

    def __init__(self, sentence: str, code: str) -> None:
        super().__init__(sentence)
        self.more = {"msg": sentence, "code": self.status, "error_code": code}


class PixelfedReportParams(msgspec.Struct, kw_only=True):
    """What (``post`` or ``user``), which one, and why."""

    report_type: str = ""
    object_id: str | int = ""
    object_type: str = ""


async def create(call: Call, params: PixelfedReportParams) -> Message:
    """Report a person or a post to the moderators."""
    if not (params.report_type and params.object_id and params.object_type):
        raise NotReported("Invalid or missing parameters", "ERROR_INVALID_PARAMS")
    if params.report_type not in TYPES:
        raise NotReported("Invalid report type", "ERROR_TYPE_INVALID")
    subject = await _subject(call, params)
    await count_try(call.instance, BY_USER, subject=str(call.user_id))
    category = ReportCategory.SPAM if params.report_type in ("spam", "scam") else ReportCategory.VIOLATION
    draft = ReportDraft(category, f"Reported in Pixelfed's app as: {params.report_type}", forward=False)
    async with call.instance.change() as change:
        await report(change, reporter_id=call.account_id, subject=subject, draft=draft)
    return Message("Successfully sent report", 200)


async def _subject(call: Call, params: PixelfedReportParams) -> Subject:
    number = read_id(str(params.object_id))
    if params.object_type not in ("post", "user"):
        raise NotReported("Invalid report type", "ERROR_REPORT_OBJECT_TYPE_INVALID")
    if number is None:
        raise NotReported("Invalid object id", "ERROR_INVALID_OBJECT_ID")
    post_id = await post_id_of(call, number) if params.object_type == "post" else None
    try:
        return await subject_of(call.database, viewer_id=call.account_id, post_id=post_id, account_id=number)
    except NotFound:
        raise NotReported("Invalid object id", "ERROR_INVALID_OBJECT_ID") from None
    except Invalid:
        raise NotReported("Cannot self report", "ERROR_NO_SELF_REPORTS") from None


ROUTES = (
    Route(
        "POST",
        "/api/v1.1/report",
        create,
        scope="write:reports",
        takes=PixelfedReportParams,
        gives=Message,
        statuses=(200, 400),
    ),
)
