"""Warnings: what the staff has to say to somebody here. They are told, and it has no other effect."""

from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.database import Reader
from rossgram_fed.instance import Change
from rossgram_fed.moderation import log
from rossgram_fed.moderation.log import Deed
from rossgram_fed.moderation.staff import LONGEST_REASON, Staff, target_for
from rossgram_fed.notifications.staff import notify_of_warning
from rossgram_fed.web.errors import Invalid
from rossgram_fed.web.forms import clean_text

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class WarningView:
    """A warning as whom it is for reads it; who of the staff wrote it is in the log alone."""

    text: str
    created_at: int


async def warn(change: Change, staff: Staff, *, account_id: int, text: str) -> None:
    """Warn somebody here in plain words, which the log keeps as well.

    Raises ``Invalid`` for people elsewhere, and for no words or too many, and as ``target_for`` does.
    """
    target, text = await target_for(change, staff, account_id=account_id), clean_text(text, lines=True)
    if target.user_id is None:
        raise Invalid("A warning reaches people here only. Report them to those who run their server.")
    if not text:
        raise Invalid("Write what they shall read.")
    if len(text) > LONGEST_REASON:
        raise Invalid(f"The warning is {len(text)} characters long; {LONGEST_REASON} is the most.")
    warning_id = change.new_id()
    await change.tx.execute(
        "INSERT INTO warnings (id, account_id, text, created_at) VALUES ($1, $2, $3, $4)",
        warning_id,
        target.id,
        text,
        change.now,
    )
    await notify_of_warning(change, account_id=target.id, warning_id=warning_id)
    await log.write(change, staff, deed=Deed.WARN, target=target, reason=text, report_id=None)


async def warnings_of(reader: Reader, account_id: int) -> tuple[WarningView, ...]:
    """Return what somebody was warned of, the newest first."""
    rows = await reader.fetch(
        f"SELECT text, created_at FROM warnings WHERE account_id = $1 ORDER BY id DESC LIMIT {MOST_SHOWN}",  # noqa: S608 - a constant
        account_id,
    )
    return tuple(WarningView(row["text"], row["created_at"]) for row in rows)
