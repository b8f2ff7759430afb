"""Drafts that are published at their time: by a durable job, exactly once, and late rather than never.

The draft's row is removed in the change that publishes the post, so whoever is killed in between has done neither, and
whoever comes second finds no draft. A server that was down at the time publishes when it is back, dated then.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rossgram_fed.accounts.time_zones import zones
from rossgram_fed.federation import errands
from rossgram_fed.federation.network import Network
from rossgram_fed.instance import Change
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.actions import notify, withdraw
from rossgram_fed.posts import actions
from rossgram_fed.posts.from_apps import draft_of as draft_of_form
from rossgram_fed.posts.introductions import meet_mentioned
from rossgram_fed.posts.saved import Draft, draft_of
from rossgram_fed.web.errors import Invalid, NotFound, Refusal

FARTHEST_DAYS = 366
PATIENCE = 3_600_000
"""How many milliseconds beyond its time a post waits for videos that are being prepared."""
AGAIN = 60_000
NOBODY_HOME = "Your account could not post at that time."

_DAY = 24 * 3_600_000


def instant_of(text: str, zone: str, *, now: int) -> int:
    """Read a date and time as a browser's ``datetime-local`` writes it, in a time zone; in milliseconds since 1970 UTC.

    Raises ``Invalid`` with a sentence for what is no time to come. Of an hour that comes twice the first one is meant.
    """
    if zone not in zones():
        raise Invalid("Choose a time zone by its name, such as Europe/Madrid or UTC.")
    try:
        typed = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("Choose the day and the time at which it shall be published.") from None
    if typed.tzinfo is not None:
        raise Invalid("Choose the day and the time at which it shall be published.")
    moment = typed.replace(tzinfo=ZoneInfo(zone))
    try:
        exists = moment.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == typed
    except OverflowError:
        raise Invalid("That is no time to come that anybody could wait for. Choose another.") from None
    if not exists:
        raise Invalid(f"There is no such time in {zone}: the clocks go forward then. Choose another.")
    instant = int(moment.timestamp() * 1000)
    if instant <= now:
        raise Invalid("That time is past. Choose one to come, or post now.")
    if instant > now + FARTHEST_DAYS * _DAY:
        raise Invalid("That is more than a year away. Keep it as a draft until then.")
    return instant


def as_typed(instant: int, zone: str) -> str:
    """Return an instant as the browser's field shows it."""
    known = zone if zone in zones() else "UTC"
    return datetime.fromtimestamp(instant / 1000, ZoneInfo(known)).strftime("%Y-%m-%dT%H:%M")


def in_words(instant: int, zone: str) -> str:
    """Return an instant as its author chose it: ``28 May 2026, 20:26 (Europe/Madrid)``."""
    known = zone if zone in zones() else "UTC"
    moment = datetime.fromtimestamp(instant / 1000, ZoneInfo(known))
    return f"{moment.day} {moment:%B %Y, %H:%M} ({known})"


async def schedule(change: Change, draft_id: int, *, account_id: int, at: int, zone: str) -> None:
    """Publish a draft at the instant ``at``; it may have had another time before. Raises ``NotFound``."""
    rows = await change.tx.fetch(
        "UPDATE drafts SET publish_at = $1, zone = $2, kept = TRUE, problem = '', updated_at = $3 "
        "WHERE id = $4 AND account_id = $5 AND post_id IS NULL RETURNING id",
        at,
        zone,
        change.now,
        draft_id,
        account_id,
    )
    if not rows:
        raise NotFound("There is no such draft of yours (any more).")
    await errands.publish_draft(change, draft_id=draft_id, at=at)


async def unschedule(change: Change, draft_id: int, *, account_id: int) -> None:
    """Let a draft wait without a time. Raises ``NotFound``, also when it was published just now."""
    rows = await change.tx.fetch(
        "UPDATE drafts SET publish_at = NULL, kept = TRUE, updated_at = $1 "
        "WHERE id = $2 AND account_id = $3 AND publish_at IS NOT NULL RETURNING id",
        change.now,
        draft_id,
        account_id,
    )
    if not rows:
        raise NotFound("This does not wait for its time (any more).")


async def publish_draft(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``publish_draft``, if the draft is still to be published at the instant that the job was made for."""
    instance, draft_id, at = network.instance, int(str(payload["draft_id"])), int(str(payload["at"]))
    owner = await instance.database.fetch_value("SELECT account_id FROM drafts WHERE id = $1", draft_id)
    draft = await draft_of(instance.database, owner, draft_id=draft_id) if owner is not None else None
    if draft is None or draft.publish_at != at:
        return
    await meet_mentioned(network, draft.naming)
    try:
        async with instance.change() as change:
            if not await _waits_for_videos(change, draft, at=at):
                await publish_now(change, draft, at=at)
    except Refusal as refusal:
        async with instance.change() as change:
            await change.tx.execute(
                "UPDATE drafts SET publish_at = NULL, kept = TRUE, problem = $1 WHERE id = $2 AND publish_at = $3",
                refusal.sentence,
                draft_id,
                at,
            )
            await _tell(change, draft.account_id)


async def _waits_for_videos(change: Change, draft: Draft, *, at: int) -> bool:
    """Say whether a video of the draft is still being prepared and may yet be ready; then it is tried again soon."""
    if change.now > at + PATIENCE or not await change.tx.fetch(
        "SELECT 1 FROM photos WHERE draft_id = $1 AND post_id IS NULL AND state = $2 LIMIT 1",
        draft.id,
        int(PhotoState.PROCESSING),
    ):
        return False
    await errands.publish_draft(change, draft_id=draft.id, at=at, again=change.now + AGAIN)
    return True


async def _tell(change: Change, account_id: int) -> None:
    """Tell its author of a draft that was not published; news of an earlier one makes room."""
    kind = NotificationKind.NOT_PUBLISHED
    await withdraw(change, account_id=account_id, kind=kind, actor_id=account_id)
    await notify(change, account_id=account_id, kind=kind, actor_id=account_id)


async def publish_now(change: Change, draft: Draft, *, at: int | None) -> int:
    """Make a post of a draft whose time is still ``at``, and return its id.

    Raises ``NotFound`` when the draft is gone, and whatever ``actions.publish`` refuses.
    """
    gone = await change.tx.fetch(
        "DELETE FROM drafts WHERE id = $1 AND COALESCE(publish_at, 0) = $2 RETURNING id", draft.id, at or 0
    )
    if not gone:
        raise NotFound("This was published or taken back just now.")
    able = await change.tx.fetch_one(
        "SELECT u.id FROM users u JOIN accounts a ON a.id = u.account_id WHERE a.id = $1 AND u.disabled_at IS NULL "
        "AND a.suspended_at IS NULL AND a.deleted_at IS NULL",
        draft.account_id,
    )
    if able is None:
        raise Invalid(NOBODY_HOME)
    form = draft.form
    typed = draft_of_form(form, change.settings.limits)
    if not form.ok:
        raise Invalid(next(iter(form.errors.values())))
    return await actions.publish(change, author_id=draft.account_id, draft=typed)
