"""Posts that ask, afterwards: other servers are told how their polls stand, and that they are over.

Not of every vote: once for all votes of some minutes, and at the end.
"""

from __future__ import annotations

from rossgram_fed.federation import outbox
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models.posts import Visibility
from rossgram_fed.polls import actions as polls
from rossgram_fed.posts import documents
from rossgram_fed.posts.sources import post_source
from rossgram_fed.posts.tallies import ask_after_the_end
from rossgram_fed.posts.telling import audience_of


async def tell_of_poll(instance: Instance, payload: dict[str, object]) -> None:
    """Do the job ``tell_of_poll``."""
    async with instance.change() as change:
        await _tell(change, int(str(payload["post_id"])))


async def close_poll(instance: Instance, payload: dict[str, object]) -> None:
    """Do the job ``close_poll``, if the poll still ends at the instant that the job was made for."""
    poll_id, at = int(str(payload["poll_id"])), int(str(payload["at"]))
    async with instance.change() as change:
        post_id = await polls.close(change, poll_id=poll_id, at=at)
        if post_id is not None:
            await _tell(change, post_id)
            await ask_after_the_end(change, post_id=post_id)


async def _tell(change: Change, post_id: int) -> None:
    """Send the post anew to whoever has it, and to those elsewhere who voted."""
    post = await post_source(change.tx, post_id)
    if post is None or post.poll is None or not post.local or post.visibility is Visibility.ARCHIVED:
        return
    voters = await change.tx.fetch(
        "SELECT DISTINCT v.account_id FROM poll_votes v JOIN polls po ON po.id = v.poll_id WHERE po.post_id = $1",
        post_id,
    )
    told = frozenset(row["account_id"] for row in voters) | {one.account_id for one in post.mentions}
    await outbox.send(
        change,
        sender_id=post.author_id,
        document=documents.tally_document(post, change.settings, at=change.now),
        audience=audience_of(post, told),
        post_id=post_id,
    )
