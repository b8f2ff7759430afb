"""Posts that are kept as bytes: whatever changes about them shows at once, and what is kept is bounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from rossgram_fed.api.entities.words import instant
from rossgram_fed.api.reading import boosts_by_ids, statuses_by_ids
from rossgram_fed.api.reading_entries import SHELF
from rossgram_fed.api.reading_kept import Drawer
from rossgram_fed.database import open_database
from rossgram_fed.models import Account, Post
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.reading import ThreadMute
from tests.apps import ApiSite, Client
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.api.test_timelines import HOME, a_boost, a_follow, a_tag

PHOTO = (
    "INSERT INTO photos (id, account_id, post_id, state, kind, created_at, description, media_type, remote_url, "
    "blurhash, placeholder, renditions, position, focal_x, focal_y, sensitive) "
    "VALUES (5, $1, $2, 0, 'image', 1, 'A lake', '', 'https://there.test/a.jpg', '', '', '{}', 0, 0, 0, FALSE)"
)
Look = Callable[[dict[str, Any]], Any]


async def opened(site: ApiSite) -> tuple[Client, Account, Account, Post]:
    """Somebody's home with a stranger's post, which mentions a third; asked for twice, so that it is kept."""
    async with site.instance.change() as change:
        me, sam, tim = await a_person(change, "me"), await a_stranger(change), await a_stranger(change, "tim")
        await a_follow(change, me, sam)
        post = await a_post(change, sam)
        await change.tx.execute(PHOTO, sam.id, post.id)
        await change.tx.execute("INSERT INTO mentions (id, post_id, account_id) VALUES (6, $1, $2)", post.id, tim.id)
    app = await site.app(me)
    assert (await app.get(HOME)).body == (await app.get(HOME)).body
    return app, me, sam, post


@pytest.mark.parametrize(
    ("sql", "look", "wanted", "reason"),
    [
        ("UPDATE posts SET likes_count = 7 WHERE id = {post}", lambda one: one["favourites_count"], 7, "a like"),
        ("INSERT INTO likes (id, account_id, post_id, uri, created_at) VALUES (1, {me}, {post}, '', 1)",
         lambda one: one["favourited"], True, "a like of mine"),
        ("INSERT INTO bookmarks (id, account_id, post_id, created_at) VALUES (1, {me}, {post}, 1)",
         lambda one: one["bookmarked"], True, "a bookmark of mine"),
        ("UPDATE posts SET content_html = '<p>New</p>', edited_at = 5 WHERE id = {post}",
         lambda one: (one["content"], one["edited_at"]), ("<p>New</p>", instant(5)), "an edit"),
        ("UPDATE photos SET description = 'A sea' WHERE id = 5",
         lambda one: one["media_attachments"][0]["description"], "A sea", "a photo's description"),
        ("DELETE FROM photos WHERE id = 5", lambda one: one["media_attachments"], [], "a photo less"),
        ("UPDATE accounts SET name = 'Samuel' WHERE id = {sam}",
         lambda one: one["account"]["display_name"], "Samuel", "a new name"),
        ("UPDATE accounts SET followers_count = 99 WHERE id = {sam}",
         lambda one: one["account"]["followers_count"], 99, "a follower more"),
        ("UPDATE accounts SET media_refused = TRUE WHERE id = {sam}",
         lambda one: one["media_attachments"], [], "the rule that a server's photos are kept out"),
        ("UPDATE accounts SET username = 'timo' WHERE username = 'tim'",
         lambda one: one["mentions"][0]["acct"], "timo@there.test", "a new name of somebody mentioned"),
        ("DELETE FROM mentions WHERE id = 6", lambda one: one["mentions"], [], "a mention less"),
        ("UPDATE posts SET comment_policy = 2 WHERE id = {post}", lambda one: one["comments_disabled"], True, "closed"),
    ],
)  # fmt: skip
async def test_what_changes_shows_at_once(site: ApiSite, sql: str, look: Look, wanted: object, reason: str) -> None:
    """The next answer says what is true then, also where another process changed it."""
    app, me, sam, post = await opened(site)
    other = await open_database(site.instance.settings.database_url)
    try:
        async with other.transaction() as tx:
            await tx.execute(sql.format(me=me.id, sam=sam.id, post=post.id))
    finally:
        await other.close()
    (shown,) = (await app.get(HOME)).body
    assert look(shown) == wanted, reason


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("INSERT INTO blocks (id, account_id, target_id, uri, created_at) VALUES (1, {sam}, {me}, '', 1)", "blocked"),
        ("INSERT INTO mutes (id, account_id, target_id, created_at) VALUES (1, {me}, {sam}, 1)", "muted"),
        ("INSERT INTO host_mutes (id, account_id, host, created_at) VALUES (1, {me}, 'there.test', 1)", "server muted"),
        ("UPDATE accounts SET suspended_at = 1 WHERE id = {sam}", "suspended"),
        ("UPDATE accounts SET host_standing = 2 WHERE id = {sam}", "the server suspended"),
        ("DELETE FROM follows WHERE follower_id = {me}", "no longer followed"),
        ("DELETE FROM posts WHERE id = {post}", "deleted"),
        ("UPDATE posts SET visibility = 4, archived_from = 0 WHERE id = {post}", "archived"),
        ("UPDATE posts SET visibility = 3 WHERE id = {post}", "direct now"),
    ],
)
async def test_what_is_gone_is_gone_at_once(site: ApiSite, sql: str, reason: str) -> None:
    """What the viewer may not see any more is not in the next answer, though it is kept."""
    app, me, sam, post = await opened(site)
    async with site.instance.change() as change:
        await change.tx.execute(sql.format(me=me.id, sam=sam.id, post=post.id))
    assert (await app.get(HOME)).body == [], reason


async def test_bytes_are_what_entities_are(site: ApiSite) -> None:
    """What is put together of kept bytes is, field by field, what the entities say; boosts, quotes and all."""
    async with site.instance.change() as change:
        me, bob, far = [await a_person(change, name) for name in ("me", "bob", "far")]
        sam = await a_stranger(change)
        for one in (bob, sam):
            await a_follow(change, me, one)
        posts = [await a_post(change, author) for author in (me, bob, sam, far)]
        answer = await a_post(change, bob, parent=posts[0], visibility=Visibility.FOLLOWERS)
        quoting = await a_post(change, bob)
        await Post.filter(id=quoting.id).update(quoted_id=posts[3].id, quote_state=2, quoted_uri=posts[3].uri)
        await Post.filter(id=posts[2].id).update(quote_policy=1, place_name="Lake", warning="Wet", sensitive=True)
        await change.tx.execute(PHOTO, sam.id, posts[2].id)
        await a_tag(change, "dunes", posts[1])
        await ThreadMute.create(id=change.new_id(), account_id=me.id, thread_id=posts[1].id, created_at=1)
        boost = await a_boost(change, sam, posts[3])
    ids = [one.id for one in (*posts[:3], answer, quoting)]
    reader, settings = site.instance.database, site.instance.settings
    wanted = await statuses_by_ids(reader, settings, ids, viewer_id=me.id)
    wanted |= await boosts_by_ids(reader, settings, [boost], viewer_id=me.id)
    app = await site.app(me)
    for _ in range(2):
        shown = (await app.get(HOME)).body
        assert shown == [msgspec.to_builtins(wanted[one]) for one in sorted(wanted, reverse=True)]
    assert next(one for one in shown if one["quote"])["quote"]["quoted_status"]["id"] == str(posts[3].id)


async def test_what_a_change_undoes_is_not_kept(site: ApiSite) -> None:
    """What a transaction sees that is undone afterwards is seen by nobody else."""
    app, me, _sam, post = await opened(site)
    with pytest.raises(RuntimeError):
        async with site.instance.change() as change:
            await change.tx.execute("UPDATE posts SET content_html = 'never' WHERE id = $1", post.id)
            seen = await statuses_by_ids(site.instance.database, site.instance.settings, [post.id], viewer_id=me.id)
            assert seen[post.id].content == "never"
            raise RuntimeError
    async with site.instance.change() as change:
        await change.tx.execute("UPDATE posts SET content_html = 'said' WHERE id = $1", post.id)
    assert (await app.get(HOME)).body[0]["content"] == "said"
    assert site.visitor.client.app is not None
    assert site.visitor.client.app[SHELF].posts.size > 0


def test_what_is_kept_is_bounded() -> None:
    """The oldest goes when there is no more room, and what is put twice counts once."""
    drawer: Drawer[str] = Drawer(100)
    for number in range(10):
        drawer.put(number % 5, number, str(number), size=30)
    assert drawer.size <= 100
    assert drawer.get(4, 9) == "9"
    assert drawer.get(4, 4) is None
    assert drawer.get(0, 5) is None
