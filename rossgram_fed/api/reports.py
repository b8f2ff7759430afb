"""Reports (https://docs.joinmastodon.org/methods/reports/)."""

from __future__ import annotations

from typing import Literal

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.reports import CATEGORIES, Report
from rossgram_fed.api.parameters import Id
from rossgram_fed.api.reading_reports import reports_by_ids
from rossgram_fed.api.statuses import post_id_of
from rossgram_fed.api.table import Route
from rossgram_fed.reports.actions import report
from rossgram_fed.reports.drafts import BY_USER, LONGEST_COMMENT, ReportDraft
from rossgram_fed.reports.store import MOST_POSTS
from rossgram_fed.reports.subjects import subject_with
from rossgram_fed.web.errors import Invalid
from rossgram_fed.web.forms import clean_text
from rossgram_fed.web.throttle import count_try

Category = Literal["spam", "legal", "violation", "other"]


class ReportParams(msgspec.Struct, kw_only=True):
    """Whom, what and why; there are no rules by number here, so ``rule_ids`` say only that it is against the rules."""

    account_id: Id
    status_ids: list[Id] = msgspec.field(default_factory=list)
    comment: str = ""
    forward: bool = False
    category: Category | None = None
    rule_ids: list[str] = msgspec.field(default_factory=list)


async def create(call: Call, params: ReportParams) -> Report:
    """Report an account, and perhaps some of its posts, to the moderators."""
    comment = clean_text(params.comment, lines=True)
    if len(comment) > LONGEST_COMMENT:
        raise Invalid(f"Validation failed: Comment is too long (maximum is {LONGEST_COMMENT} characters)")
    if len(params.status_ids) > MOST_POSTS:
        raise Invalid(f"Validation failed: A report may name {MOST_POSTS} posts")
    post_ids = [await post_id_of(call, one) for one in params.status_ids]
    subject = await subject_with(
        call.database, viewer_id=call.account_id, account_id=params.account_id, post_ids=post_ids
    )
    kind = CATEGORIES[params.category or ("violation" if params.rule_ids else "other")]
    await count_try(call.instance, BY_USER, subject=str(call.user_id))
    async with call.instance.change() as change:
        report_id = await report(
            change,
            reporter_id=call.account_id,
            subject=subject,
            draft=ReportDraft(kind, comment, forward=params.forward),
        )
    found = await reports_by_ids(call.database, call.settings, [report_id])
    return found[report_id]


ROUTES = (Route("POST", "/api/v1/reports", create, scope="write:reports", takes=ReportParams, gives=Report),)
