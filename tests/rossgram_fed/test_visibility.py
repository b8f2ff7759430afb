"""Who may see a post: the rule over facts and the rule in SQL say the same in every case."""

from __future__ import annotations

from itertools import product

import pytest

from rossgram_fed.instance import Change, Instance
from rossgram_fed.models import Account, Block, Follow, Mention, Post
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import FollowState
from rossgram_fed.visibility import can_see, visible
from tests.builders import a_person, a_post, a_stranger

RELATIONS = (
    "nobody",
    "author",
    "stranger",
    "follower",
    "asks to follow",
    "mentioned",
    "blocks",
    "blocked",
    "all of it",
)

SEES = {
    # viewer:          public, unlisted, followers, direct, archived
    "nobody": (True, True, False, False, False),
    "author": (True, True, True, True, True),
    "stranger": (True, True, False, False, False),
    "follower": (True, True, True, False, False),
    "asks to follow": (True, True, False, False, False),
    "mentioned": (True, True, True, True, False),
    "blocks": (False, False, False, False, False),
    "blocked": (False, False, False, False, False),
    "all of it": (False, False, False, False, False),
}


@pytest.mark.parametrize("local", [True, False], ids=["our author", "remote author"])
async def test_both_forms_agree(instance: Instance, local: bool) -> None:
    """Every kind of viewer, every visibility, authors here and elsewhere: table, function and SQL give one answer."""
    async with instance.change() as change:
        author = await a_person(change, "author") if local else await a_stranger(change, "author")
        posts = {one: await a_post(change, author, visibility=one) for one in Visibility}
        viewers = {relation: await _viewer(change, author, relation, posts) for relation in RELATIONS}
    for relation, visibility in product(RELATIONS, Visibility):
        viewer = viewers[relation]
        expected = SEES[relation][visibility]
        facts = can_see(
            visibility,
            viewer_id=viewer.id if viewer else None,
            author_id=author.id,
            follows=relation in ("follower", "all of it"),
            mentioned=relation in ("mentioned", "all of it"),
            blocked=relation in ("blocks", "blocked", "all of it"),
        )
        assert facts is expected, (relation, visibility)
        placeholder, known = ("$2", [viewer.id]) if viewer else (None, [])
        rows = await instance.database.fetch(
            f"SELECT p.id FROM posts p WHERE p.id = $1 AND {visible(placeholder)}", posts[visibility].id, *known
        )
        assert bool(rows) is expected, (relation, visibility)


async def _viewer(change: Change, author: Account, relation: str, posts: dict[Visibility, Post]) -> Account | None:
    if relation in ("nobody", "author"):
        return author if relation == "author" else None
    viewer = await a_person(change, relation.replace(" ", "_"))
    if relation in ("follower", "asks to follow", "all of it"):
        state = FollowState.PENDING if relation == "asks to follow" else FollowState.ACCEPTED
        await Follow.create(
            id=change.new_id(), follower_id=viewer.id, followed_id=author.id, state=state, uri="", created_at=change.now
        )
    if relation in ("mentioned", "all of it"):
        for post in posts.values():
            await Mention.create(id=change.new_id(), post_id=post.id, account_id=viewer.id)
    if relation in ("blocks", "all of it"):
        await Block.create(id=change.new_id(), account_id=viewer.id, target_id=author.id, created_at=change.now)
    if relation == "blocked":
        await Block.create(id=change.new_id(), account_id=author.id, target_id=viewer.id, created_at=change.now)
    return viewer
