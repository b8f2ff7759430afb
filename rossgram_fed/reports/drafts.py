"""What somebody says when they report: read out of a form into a frozen draft, and its limits."""

from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.models.moderation import ReportCategory
from rossgram_fed.web.forms import Form
from rossgram_fed.web.throttle import Limit

LONGEST_COMMENT = 1000
LONGEST_TOGETHER = 4000
"""What one report holds that was added to."""

BY_USER = Limit("report:user", tries=20, minutes=60)
"""How often one person may report."""

CATEGORIES = {
    "spam": ReportCategory.SPAM,
    "violation": ReportCategory.VIOLATION,
    "other": ReportCategory.OTHER,
}
"""Categories by their names in forms."""


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """One report about to be filed."""

    category: ReportCategory
    comment: str
    forward: bool
    """Whether the reported person's own server is to get a copy; means nothing for people here."""


def report_from(form: Form) -> ReportDraft:
    """Read a form; what is wrong is noted in it. A reason must be chosen, and one that is none of ours be explained."""
    if not form.value("category"):
        form.error("category", "Choose one of these.")
    category = form.choice("category", CATEGORIES, ReportCategory.OTHER)
    comment = form.text("comment", most=LONGEST_COMMENT, lines=True)
    if form.value("category") == "other" and not comment:
        form.error("comment", "Say in a few words what is wrong.")
    return ReportDraft(category, comment, forward=form.flag("forward"))
