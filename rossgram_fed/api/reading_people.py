"""Who is in the photos of posts, for whoever looks: without those whom a block parts from the viewer."""

from __future__ import annotations

from rossgram_fed.api.entities.accounts import NO_AVATAR
from rossgram_fed.api.entities.statuses import TaggedPerson
from rossgram_fed.api.entities.words import absolute
from rossgram_fed.api.reading_viewer import Showing
from rossgram_fed.posts.people import people_in_posts


async def people(showing: Showing) -> None:
    """Fill in ``tagged_people``; nothing is looked up where no post names anybody."""
    naming = [sight.post.id for sight in showing.sights if sight.post.names_people]
    found = await people_in_posts(showing.reader, naming, viewer_id=showing.viewer_id)
    for sight in showing.sights:
        if sight.post.id in found:
            sight.seen.tagged_people = [
                TaggedPerson(str(one.id), one.username, absolute(showing.settings, one.avatar_path or NO_AVATAR))
                for one in found[sight.post.id]
            ]
