"""Posts that are there already, and what their authors do with them."""

from __future__ import annotations

from typing import Any

from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Photo
from rossgram_fed.posts import actions
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
from rossgram_fed.posts.drafts import PostEdit as Edit
from tests.rossgram_fed.posts.photos import a_waiting_photo


async def posted(instance: Instance, author: Account, *, photos: int = 2, **more: Any) -> int:
    """A post with photos; what was sent of it is forgotten."""
    async with instance.change() as change:
        ids = [await a_waiting_photo(change, author) for _ in range(photos)]
        draft = PostDraft(caption=more.pop("caption", "First #sea"), photos=tuple(map(DraftPhoto, ids)), **more)
        post_id = await actions.publish(change, author_id=author.id, draft=draft)
        await change.tx.execute("DELETE FROM outbox_activities")
    return post_id


async def edited(instance: Instance, author: Account, post_id: int, **what: Any) -> None:
    copies = what.pop("copies", None)
    async with instance.change() as change:
        edit = Edit(caption=what.pop("caption", "First #sea"), **what)
        await actions.edit(change, author_id=author.id, post_id=post_id, edit=edit, copies=copies)


async def photos_of(post_id: int) -> list[Photo]:
    return await Photo.filter(post_id=post_id).order_by("position")
