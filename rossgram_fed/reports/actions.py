"""File a report, and close one."""

from __future__ import annotations

from rossgram_fed.federation import addresses, outbox
from rossgram_fed.instance import Change
from rossgram_fed.moderation import log
from rossgram_fed.moderation.log import Deed
from rossgram_fed.moderation.staff import Staff, reason_from, target_for
from rossgram_fed.reports import documents, store
from rossgram_fed.reports.drafts import ReportDraft
from rossgram_fed.reports.store import NewReport
from rossgram_fed.reports.subjects import Subject
from rossgram_fed.web.errors import NotFound


async def report(change: Change, *, reporter_id: int, subject: Subject, draft: ReportDraft) -> int:
    """File a report by somebody here and return its id.

    While an earlier one by them about the same account is open, it is added to. For an account elsewhere a copy goes to
    its server if they want that, in the name of this server.
    """
    account = subject.account
    new = NewReport(
        reporter_id=reporter_id,
        sender_id=reporter_id,
        target_id=account.id,
        post_ids=tuple(one.id for one in subject.posts),
        comment=draft.comment,
        category=draft.category,
    )
    filed = await store.file(change, new)
    if draft.forward and not account.local:
        await _forward(change, subject, draft)
        await store.note_forwarded(change, filed.id)
    return filed.id


async def resolve(change: Change, staff: Staff, *, report_id: int, note: str) -> None:
    """Close a report with what was decided.

    Raises ``NotFound`` when it is not open (any more), ``Forbidden`` for one about an equal or somebody above, and
    ``Invalid`` without a note.
    """
    note = reason_from(note)
    row = await change.tx.fetch_one("SELECT target_id FROM reports WHERE id = $1 AND resolved_at IS NULL", report_id)
    if row is None:
        raise NotFound("This report is not open (any more).")
    target = await target_for(change, staff, account_id=row["target_id"], gone=True)
    await change.tx.execute(
        "UPDATE reports SET resolved_at = $1, resolved_by_id = $2, note = $3 WHERE id = $4",
        change.now,
        staff.account_id,
        note,
        report_id,
    )
    await log.write(change, staff, deed=Deed.RESOLVE, target=target, reason=note, report_id=report_id)


async def _forward(change: Change, subject: Subject, draft: ReportDraft) -> None:
    """Send the copy to the account's own inbox, signed by the server's actor: nothing in it names the reporter."""
    server = addresses.server_actor_uri(change.settings)
    sender_id = await change.tx.fetch_value("SELECT id FROM accounts WHERE uri = $1 AND domain = ''", server)
    document = documents.flag_document(
        change.settings,
        number=change.new_id(),
        target=subject.account.uri,
        posts=tuple(one.uri for one in subject.posts),
        comment=draft.comment,
    )
    await outbox.send_to(change, sender_id=int(sender_id), receiver_id=subject.account.id, document=document)
