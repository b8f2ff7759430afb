"""Editing and deleting one's own posts from apps, and saying anew who may quote them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.statuses import Status
from rossgram_fed.api.media_changes import change_media
from rossgram_fed.api.parameters import Id
from rossgram_fed.api.status_params import (
    POLICIES,
    Approval,
    EditParams,
    MediaAttributes,
    comment_policy,
    language_from,
    photos_from,
)
from rossgram_fed.api.statuses import resolved, shown
from rossgram_fed.api.table import Route
from rossgram_fed.federation.network import NETWORK
from rossgram_fed.media.errors import NotStored
from rossgram_fed.media.keeping import Files, remove_files
from rossgram_fed.media.renewing import copied
from rossgram_fed.media.storage import STORAGE
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import PhotoState
from rossgram_fed.polls.drafts import PollDraft
from rossgram_fed.posts import actions
from rossgram_fed.posts.details import PostDetails, details_of
from rossgram_fed.posts.drafts import DraftPhoto, Keep, PostEdit
from rossgram_fed.posts.introductions import meet_mentioned
from rossgram_fed.posts.queries import posts_by_ids
from rossgram_fed.posts.views import PostView
from rossgram_fed.web.errors import Invalid, NotFound


class DeleteParams(msgspec.Struct, kw_only=True):
    """How to delete a post."""

    delete_media: bool | None = None
    """Whether its photos go at once; else they wait a day for another post."""


class InteractionParams(msgspec.Struct, kw_only=True):
    """Who may quote a post."""

    quote_approval_policy: Approval


async def update(call: Call, params: EditParams) -> Status:
    """Edit one's own post."""
    post = await _own(call)
    photos = _photos(post, params)
    focused = [MediaAttributes(id=one.id, focus=one.focus) for one in params.media_attributes or []]
    edit = PostEdit(
        caption=post.caption if params.status is None else params.status,
        warning=post.warning if params.spoiler_text is None else " ".join(params.spoiler_text.split()),
        sensitive=post.sensitive if params.sensitive is None else params.sensitive,
        photos=photos,
        language=language_from(params.language) or None,
        comment_policy=_comments(post, params),
        quote_policy=POLICIES.get(params.quote_approval_policy or ""),
        details=await _details(call, post, params),
        poll=_poll(params),
        words_alone=True,
    )
    await change_media(call, focused, among=[photo.id for photo in photos], post_id=post.id)
    await meet_mentioned(call.request.app[NETWORK], edit.naming)
    async with call.instance.change() as change:
        await actions.edit(change, author_id=call.account_id, post_id=post.id, edit=edit)
    return await shown(call, post.id)


async def delete(call: Call, params: DeleteParams) -> Status:
    """Delete one's own post; the answer has what is needed for writing it anew."""
    post = await _own(call)
    status = await shown(call, post.id)
    copies = None if params.delete_media else await _copies(call, post)
    try:
        async with call.instance.change() as change:
            await actions.delete(change, author_id=call.account_id, post_id=post.id, copies=copies)
    except BaseException:
        await remove_files(call.request.app[STORAGE], *(copies or {}).values())
        raise
    status.text = post.caption
    return status


async def set_policy(call: Call, params: InteractionParams) -> Status:
    """Say who may quote one's own post."""
    post = await _own(call)
    policy = POLICIES[params.quote_approval_policy]
    async with call.instance.change() as change:
        await actions.let_quote(change, author_id=call.account_id, post_id=post.id, policy=policy)
    return await shown(call, post.id)


async def _own(call: Call) -> PostView:
    found = await posts_by_ids(call.database, [await resolved(call)], viewer_id=call.account_id)
    if not found or not (found[0].own and found[0].local):
        raise NotFound("Record not found")
    return found[0]


def _photos(post: PostView, params: EditParams) -> tuple[DraftPhoto, ...]:
    ids: Sequence[int] = [photo.id for photo in post.photos] if params.media_ids is None else params.media_ids
    return photos_from([Id(one) for one in ids], params.media_attributes)


def _comments(post: PostView, params: EditParams) -> Policy | None:
    if params.comments_disabled is None or post.is_comment:
        return None
    return comment_policy(params.comments_disabled, post.comment_policy)


async def _details(call: Call, post: PostView, params: EditParams) -> PostDetails | None:
    if params.place_id is None or post.is_comment:
        return None
    return replace(await details_of(call.database, post.id), place=int(params.place_id))


def _poll(params: EditParams) -> PollDraft | Keep | None:
    if isinstance(params.poll, msgspec.UnsetType):
        return Keep.AS_IT_IS
    return params.poll.draft() if params.poll is not None else None


async def _copies(call: Call, post: PostView) -> dict[int, Files]:
    ready = {photo.id: photo.renditions for photo in post.photos if photo.state is PhotoState.READY}
    try:
        return await copied(call.request.app[STORAGE], ready)
    except NotStored as error:
        raise Invalid(error.reason) from error


ROUTES = (
    Route(
        "PUT",
        "/api/v1/statuses/{id}",
        update,
        scope="write:statuses",
        takes=EditParams,
        gives=Status,
    ),
    Route(
        "DELETE",
        "/api/v1/statuses/{id}",
        delete,
        scope="write:statuses",
        takes=DeleteParams,
        gives=Status,
        limit="delete",
    ),
    Route(
        "PUT",
        "/api/v1/statuses/{id}/interaction_policy",
        set_policy,
        scope="write:statuses",
        takes=InteractionParams,
        gives=Status,
    ),
)
