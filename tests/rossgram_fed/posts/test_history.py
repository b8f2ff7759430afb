"""What a post was before it was changed: kept for whoever may see it, within bounds."""

from __future__ import annotations

import orjson
import pytest

from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Photo, PostEdit
from rossgram_fed.posts import actions
from rossgram_fed.posts.drafts import DraftPhoto
from rossgram_fed.posts.drafts import PostEdit as Edit
from rossgram_fed.posts.history import MOST_KEPT, history_of
from rossgram_fed.posts.queries import posts_by_ids
from tests.builders import a_person
from tests.conftest import SettableClock
from tests.rossgram_fed.posts.published import edited, photos_of, posted


@pytest.fixture
async def alice(instance: Instance) -> Account:
    async with instance.change() as change:
        return await a_person(change)


async def test_history(instance: Instance, alice: Account, clock: SettableClock) -> None:
    """Every change of what it says is kept, one that changes nothing is not, and removed photos are only counted."""
    post_id = await posted(instance, alice, caption="One")
    first, second = [photo.id for photo in await photos_of(post_id)]
    for caption, photos in (("Two", None), ("Two", None), ("Three", (DraftPhoto(second, "Other words"),))):
        clock.advance(1000)
        await edited(instance, alice, post_id, caption=caption, photos=photos)
    (post,) = await posts_by_ids(instance.database, [post_id], viewer_id=None)
    versions = await history_of(instance.database, post)
    assert [version.content_html for version in versions] == ["<p>Three</p>", "<p>Two</p>", "<p>One</p>"]
    assert [[photo.description for photo in version.photos] for version in versions] == [
        ["Other words"], ["A hill"], ["A hill"],
    ]  # fmt: skip
    assert [version.removed for version in versions] == [0, 1, 1]
    assert versions[-1].since == post.published_at
    assert versions[0].until is None
    assert not await Photo.filter(id=first).exists()


async def test_history_is_bounded(instance: Instance, alice: Account, clock: SettableClock) -> None:
    """However often a post is changed, so many versions are kept, the first one among them."""
    post_id = await posted(instance, alice, caption="0", photos=1)
    async with instance.change() as change:
        for number in range(1, MOST_KEPT + 5):
            clock.advance(1)
            await actions.edit(change, author_id=alice.id, post_id=post_id, edit=Edit(caption=str(number)))
    said = [orjson.loads(one.said)["html"] for one in await PostEdit.all().order_by("id")]
    assert len(said) == MOST_KEPT
    assert (said[0], said[-1]) == ("<p>0</p>", f"<p>{MOST_KEPT + 3}</p>")
