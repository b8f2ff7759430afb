"""Delete somebody else's post: for everybody when it was published here, from this server alone when it was not."""

from __future__ import annotations

from rossgram_fed.instance import Change
from rossgram_fed.moderation import log
from rossgram_fed.moderation.log import Deed
from rossgram_fed.moderation.staff import Staff, reason_from, target_for
from rossgram_fed.posts import actions, store
from rossgram_fed.web.errors import NotFound


async def delete_post(change: Change, staff: Staff, *, post_id: int, reason: str, report_id: int | None = None) -> None:
    """Delete a post or comment. Nothing late brings a stranger's back.

    Raises ``NotFound`` when it is not there (any more), and ``Forbidden`` when ``staff`` does not stand above its
    author.
    """
    reason = reason_from(reason)
    row = await change.tx.fetch_one("SELECT uri, local, account_id FROM posts WHERE id = $1", post_id)
    if row is None:
        raise NotFound("There is no such post (any more).")
    target = await target_for(change, staff, account_id=row["account_id"])
    if row["local"]:
        await actions.delete(change, author_id=target.id, post_id=post_id)
    else:
        await store.bury(change, row["uri"], target.uri, owned=True)
        await store.remove_post(change, post_id)
    await log.write(
        change, staff, deed=Deed.DELETE_POST, target=target, reason=reason, subject=row["uri"], report_id=report_id
    )
