"""Who may see a post: the rule over facts and the rule in SQL say the same in every case."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

import rossgram_fed
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models import Account, Block, Follow, HostMute, Mention, Post
from rossgram_fed.models.accounts import Standing
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import FollowState
from rossgram_fed.visibility import can_see, heard, listed, visible
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


@pytest.mark.parametrize(
    ("column", "value", "is_heard", "is_limited"),
    [
        ("suspended_at", 1, False, False),
        ("host_standing", int(Standing.SUSPENDED), False, False),
        ("limited_at", 1, True, True),
        ("host_standing", int(Standing.LIMITED), True, True),
        ("host_standing", int(Standing.OPEN), True, False),
    ],
)
async def test_standings(instance: Instance, column: str, value: int, is_heard: bool, is_limited: bool) -> None:
    """A suspended author's posts are their own alone to see; a limited one's are listed for their followers."""
    async with instance.change() as change:
        author = await a_stranger(change, "author")
        posts = {one: await a_post(change, author, visibility=one) for one in Visibility}
        viewers = {relation: await _viewer(change, author, relation, posts) for relation in RELATIONS}
        await change.tx.execute(f"UPDATE accounts SET {column} = $1 WHERE id = $2", value, author.id)
    for relation, visibility in product(RELATIONS, Visibility):
        viewer = viewers[relation]
        facts = can_see(
            visibility,
            viewer_id=viewer.id if viewer else None,
            author_id=author.id,
            author_heard=is_heard,
            follows=relation in ("follower", "all of it"),
            mentioned=relation in ("mentioned", "all of it"),
            blocked=relation in ("blocks", "blocked", "all of it"),
        )
        assert facts is (relation == "author" or (is_heard and SEES[relation][visibility])), (relation, visibility)
        placeholder, known = ("$2", [viewer.id]) if viewer else (None, [])
        for joined in ("", "a"):
            row = await instance.database.fetch_one(
                f"SELECT CASE WHEN {listed('a', placeholder)} THEN 1 ELSE 0 END AS is_listed, CASE WHEN "
                f"{visible(placeholder, author=joined)} THEN 1 ELSE 0 END AS is_seen, CASE WHEN {heard('a')} THEN 1 "
                "ELSE 0 END AS is_heard FROM posts p JOIN accounts a ON a.id = p.account_id WHERE p.id = $1",
                posts[visibility].id,
                *known,
            )
            assert row is not None
            assert (bool(row["is_seen"]), bool(row["is_heard"])) == (facts, is_heard), (relation, visibility, joined)
            asks_for_it = relation in ("author", "follower", "all of it")
            if is_heard:
                assert bool(row["is_listed"]) is (not is_limited or asks_for_it), (relation, visibility)


async def test_a_muted_server(instance: Instance) -> None:
    """Who wants nothing of a server sees no post from there, mentioned or not, and everybody else's as before."""
    async with instance.change() as change:
        author, neighbour = await a_stranger(change, "author"), await a_stranger(change, "other", domain="else.test")
        posts = {one: await a_post(change, author, visibility=one) for one in Visibility}
        elsewhere = await a_post(change, neighbour)
        viewer = await _viewer(change, author, "mentioned", posts)
        assert viewer is not None
        await HostMute.create(id=change.new_id(), account_id=viewer.id, host="there.test", created_at=change.now)
    for visibility in Visibility:
        assert not can_see(visibility, viewer_id=viewer.id, author_id=author.id, mentioned=True, host_muted=True)
    rows = await instance.database.fetch(f"SELECT p.id FROM posts p WHERE {visible('$1')}", viewer.id)
    assert [row["id"] for row in rows] == [elsewhere.id]


ABOUT_PEOPLE_HERE = {
    "accounts/queries.py", "federation/remote_rows.py", "moderation/severing.py", "moving/targets.py",
    "notifications/staff.py", "oauth/callers.py", "oauth/codes.py", "posts/keeping.py", "posts/scheduling.py",
    "push/sending.py", "web/sessions.py",
}  # fmt: skip
"""Files that ask it of accounts here, which have no host but ours, or of the account's own standing."""


def test_nothing_asks_of_suspensions_by_itself() -> None:
    """Whether an account elsewhere takes part is asked by ``heard``, which knows of its host, and never by hand."""
    root = Path(rossgram_fed.__file__).parent
    by_hand = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if path.parent.name != "migrations" and path.name != "visibility.py"
        for line in path.read_text().splitlines()
        if "suspended_at IS NULL" in line and "domain = ''" not in line
    }
    assert by_hand <= ABOUT_PEOPLE_HERE, by_hand - ABOUT_PEOPLE_HERE


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
