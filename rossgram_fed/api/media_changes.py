"""What apps change about files they sent: descriptions, and what must stay in sight where a photo is cut.

Only one's own, and only of those that wait for their post or are part of a named one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rossgram_fed.api.call import Call
from rossgram_fed.api.status_params import MediaAttributes, focal_from
from rossgram_fed.media.editing import edits_from_json
from rossgram_fed.media.keeping import remove_files
from rossgram_fed.media.storage import STORAGE
from rossgram_fed.posts import actions
from rossgram_fed.posts.drafts import DraftPhoto, PostEdit, cleaned
from rossgram_fed.posts.focus import as_typed
from rossgram_fed.posts.queries import posts_by_ids
from rossgram_fed.posts.retouching import keep_retouched, retouched
from rossgram_fed.posts.waiting import keep_descriptions
from rossgram_fed.web.errors import Invalid, NotFound


async def change_media(
    call: Call, attributes: Sequence[MediaAttributes], *, among: Collection[int], post_id: int = 0
) -> None:
    """Describe files that wait, and choose what must stay in sight of them or of those of a post.

    Those that are not ``among`` what is asked about are left alone. Raises ``Invalid`` for what breaks a limit.
    """
    wanted = [one for one in attributes if one.id in among]
    most = call.settings.limits.description_characters
    described = {int(one.id): cleaned(one.description) for one in wanted if one.description is not None}
    if any(len(words) > most for words in described.values()):
        raise Invalid(f"Validation failed: Description is too long (maximum is {most} characters)")
    points = {int(one.id): as_typed(focal) for one in wanted if (focal := focal_from(one.focus)) is not None}
    await _choose_points(call, points, post_id=post_id)
    if described:
        async with call.instance.change() as change:
            await keep_descriptions(change, described, account_id=call.account_id)


async def describe_posted(call: Call, post_id: int, photo_id: int, description: str) -> None:
    """Describe a photo of one's own post: an edit of that post, of which others hear. Raises as ``actions.edit``."""
    found = await posts_by_ids(call.database, [post_id], viewer_id=call.account_id)
    if not found:
        raise NotFound("Record not found")
    post = found[0]
    if any(one.id == photo_id and one.description == description for one in post.photos):
        return
    photos = tuple(DraftPhoto(one.id, description if one.id == photo_id else None) for one in post.photos)
    edit = PostEdit(
        caption=post.caption, warning=post.warning, sensitive=post.sensitive, photos=photos, words_alone=True
    )
    async with call.instance.change() as change:
        await actions.edit(change, author_id=call.account_id, post_id=post_id, edit=edit)


async def _choose_points(call: Call, points: dict[int, tuple[int, int]], *, post_id: int) -> None:
    looks = {}
    for photo_id in points:
        edits = await call.database.fetch_value(
            "SELECT edits FROM photos WHERE id = $1 AND account_id = $2 AND COALESCE(post_id, 0) IN (0, $3)",
            *(photo_id, call.account_id, post_id),
        )
        if edits is not None:
            looks[photo_id] = edits_from_json(edits)
    made = await retouched(call.request, looks, account_id=call.account_id, points=points, post_id=post_id)
    if not made:
        return
    try:
        async with call.instance.change() as change:
            await keep_retouched(change, made)
    except BaseException:
        await remove_files(call.request.app[STORAGE], *(one.files for one in made))
        raise
