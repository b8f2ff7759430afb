"""The polls of posts, for whoever looks: how they stand, and what the viewer chose."""

from __future__ import annotations

from rossgram_fed.api.entities.polls import poll_from
from rossgram_fed.api.reading_viewer import Showing
from rossgram_fed.polls.queries import polls_of


async def polls(showing: Showing) -> None:
    """Fill in ``poll``; nothing is looked up where no post asks."""
    asking = [sight.post.id for sight in showing.sights if sight.post.poll_id is not None]
    found = await polls_of(showing.reader, asking, viewer_id=showing.viewer_id)
    for sight in showing.sights:
        if sight.post.id in found:
            sight.seen.poll = poll_from(found[sight.post.id], viewer_id=showing.viewer_id)
