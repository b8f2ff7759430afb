"""Changing a post: the form with what it says, its photos among which others can be put, and who may see it.

What is typed is kept in a draft until it is saved, as in the composer.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from aiohttp import web

from rossgram_fed.accounts.preferences import Preferences
from rossgram_fed.federation.network import NETWORK
from rossgram_fed.instance import INSTANCE
from rossgram_fed.media.editing import Edits
from rossgram_fed.media.errors import NotStored
from rossgram_fed.media.keeping import Files, remove_files
from rossgram_fed.media.renewing import copied
from rossgram_fed.media.storage import STORAGE
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts import actions, saved
from rossgram_fed.posts.compose_pages import Composing, take_files
from rossgram_fed.posts.detail_fields import check_city, detail_fields
from rossgram_fed.posts.details import details_of
from rossgram_fed.posts.drafts import PostEdit
from rossgram_fed.posts.focus import focus_from
from rossgram_fed.posts.forms import AUDIENCE_NAMES, cards_from, edit_from
from rossgram_fed.posts.introductions import meet_mentioned
from rossgram_fed.posts.looks import looks_from
from rossgram_fed.posts.pages import own_view
from rossgram_fed.posts.photo_views import PhotoView
from rossgram_fed.posts.retouching import keep_retouched, retouched
from rossgram_fed.posts.telling import same_readers
from rossgram_fed.posts.typed import MORE, TYPED, forgotten, keep_typed
from rossgram_fed.posts.views import PostView
from rossgram_fed.web.bodies import takes_uploads
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.errors import Invalid, Refusal
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in


@signed_in
async def edit(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /p/{id}/edit``: the form with what the post says now, or as it was left."""
    post, database = await own_view(request, viewer), request.app[INSTANCE].database
    draft = await saved.edit_under_way(database, viewer.account_id, post_id=post.id)
    if draft is not None:
        return await _show(request, viewer, post, draft.form, draft=draft, order=draft.photo_ids)
    allowed = Preferences(post.comment_policy, post.quote_policy).as_typed
    told = (await details_of(database, post.id)).as_typed
    said = {"caption": post.caption, "warning": post.warning}
    form = Form.starting_with(said | allowed | told | {"visibility": AUDIENCE_NAMES.get(post.visibility, "")})
    if post.sensitive and not post.warning:
        form.values.add("sensitive", "1")
    return await _show(request, viewer, post, form)


@signed_in
@takes_uploads
async def save(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /p/{id}/edit``: take in, move or remove a photo in the form, keep it for later, leave, or save."""
    instance, form = request.app[INSTANCE], form_of(request)
    post = await own_view(request, viewer)
    cards = cards_from(form, instance.settings.limits)
    if cards.verb == TYPED:
        return await keep_typed(request, viewer, form, cards, post_id=post.id)
    draft = await saved.edit_under_way(instance.database, viewer.account_id, post_id=post.id)
    if cards.verb == "leave":
        return await _leave(request, viewer, post, draft)
    composing = Composing(form, cards, draft_id=draft.id if draft else None)
    try:
        if cards.verb != "post" or form.files("files"):
            await take_files(request, viewer, composing, post_id=post.id)
        if cards.verb == "keep" and form.ok and not composing.refused:
            return see_other(post.path, "Your changes are kept for later. Nobody sees them before you save them.")
        if cards.verb != "post":
            return await _again(request, viewer, post, composing)
        if composing.fresh or composing.refused:
            form.error("photos", "Here are your new photos: describe them, then save.")
        elif await forgotten(instance.database, viewer.account_id, draft_id=composing.draft_id, shown=cards.ids):
            form.error("photos", MORE)
        check_city(form)
        typed = edit_from(form, cards, limits=instance.settings.limits, comment=post.is_comment, words=not post.photos)
        looks, points = looks_from(form, cards.ids), focus_from(form, cards.ids)
        if not form.ok:
            return await _again(request, viewer, post, composing, status=422)
        await meet_mentioned(request.app[NETWORK], typed.naming)
        await _save(request, viewer, post, typed, looks=looks, points=points, draft_id=composing.draft_id)
    except Refusal as refusal:
        form.error("", refusal.sentence)
        return await _again(request, viewer, post, composing, status=refusal.status)
    return see_other(post.path, "Saved.")


async def _save(
    request: web.Request,
    viewer: Viewer,
    post: PostView,
    typed: PostEdit,
    *,
    looks: Mapping[int, Edits],
    points: Mapping[int, tuple[int, int]],
    draft_id: int | None,
) -> None:
    """Write the edit; where fewer may see the post from now on, its files get other addresses."""
    folder = request.app[STORAGE]
    made = await retouched(request, looks, account_id=viewer.account_id, points=points, post_id=post.id)
    copies: dict[int, Files] = {}
    try:
        # What is made anew has other addresses already.
        copies = await _copies(request, post, typed, but={one.photo_id for one in made})
        async with request.app[INSTANCE].change() as change:
            await keep_retouched(change, made)
            await actions.edit(change, author_id=viewer.account_id, post_id=post.id, edit=typed, copies=copies)
            await saved.forget(change, draft_id or 0, account_id=viewer.account_id)
    except BaseException:
        await remove_files(folder, *copies.values(), *(one.files for one in made))
        raise


async def _copies(request: web.Request, post: PostView, typed: PostEdit, *, but: Set[int]) -> dict[int, Files]:
    wanted = typed.visibility
    if wanted is None or wanted <= post.visibility or same_readers(wanted, post.visibility):
        return {}
    staying = {photo.id for photo in typed.photos or ()} - but
    try:
        return await copied(
            request.app[STORAGE], {photo.id: photo.renditions for photo in post.photos if photo.id in staying}
        )
    except NotStored as error:
        raise Invalid(error.reason) from error


async def _leave(request: web.Request, viewer: Viewer, post: PostView, draft: saved.Draft | None) -> web.Response:
    async with request.app[INSTANCE].change() as change:
        await saved.forget(change, draft.id if draft else 0, account_id=viewer.account_id)
    return see_other(post.path, "The post is as it was.")


async def _again(
    request: web.Request, viewer: Viewer, post: PostView, composing: Composing, *, status: int = 200
) -> web.Response:
    """Show what was sent, as it is kept now."""
    draft = await saved.edit_under_way(request.app[INSTANCE].database, viewer.account_id, post_id=post.id)
    order = (*composing.cards.ids, *composing.fresh)
    return await _show(
        request, viewer, post, composing.form, draft=draft, order=order, composing=composing, status=status
    )


async def _show(
    request: web.Request,
    viewer: Viewer,
    post: PostView,
    form: Form,
    *,
    draft: saved.Draft | None = None,
    order: tuple[int, ...] | None = None,
    composing: Composing | None = None,
    status: int = 200,
) -> web.Response:
    waiting: tuple[PhotoView, ...] = ()
    if draft is not None:
        waiting = await saved.photos_in(request.app[INSTANCE].database, viewer.account_id, draft)
    known = {photo.id: photo for photo in (*post.photos, *waiting)}
    # What another tab added is shown too, after the rest; what is no more among the post's own was taken out.
    order = tuple(known) if order is None else (*order, *(photo.id for photo in waiting))
    photos = [known[photo_id] for photo_id in dict.fromkeys(order) if photo_id in known]
    return await render(
        request,
        "posts/edit.html",
        status=status,
        post=post,
        form=form,
        draft=draft,
        photos=photos,
        fields=await detail_fields(request.app[INSTANCE].database, viewer, form, photos),
        refused=composing.refused if composing else (),
        movable=not post.is_comment and post.visibility is not Visibility.ARCHIVED,
    )
