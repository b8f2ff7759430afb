"""The composer: photos first, each with its description beside it, then the words, then who may see it.

One form does everything. Photos are uploaded when any of its buttons is pressed and wait on the server until they are
posted or removed, so a reload loses neither them nor their descriptions.
"""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.accounts.preferences import preferences_of
from rossgram_fed.federation.network import NETWORK
from rossgram_fed.ids import read_id
from rossgram_fed.instance import INSTANCE
from rossgram_fed.posts import actions, uploads
from rossgram_fed.posts.forms import Cards, cards_from, draft_from
from rossgram_fed.posts.introductions import meet_mentioned
from rossgram_fed.posts.quoted import quoted_posts
from rossgram_fed.posts.uploads import RefusedUpload
from rossgram_fed.posts.views import PhotoView
from rossgram_fed.posts.waiting import keep_descriptions, waiting_photos
from rossgram_fed.web.bodies import takes_uploads
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.errors import Refusal
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in


@signed_in
async def new(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /new``: an empty composer, with the photos that still wait; ``quote`` is a post to quote."""
    chosen = await preferences_of(request.app[INSTANCE].database, user_id=viewer.user_id)
    form = Form.starting_with({"visibility": "public"} | chosen.as_typed)
    if read_id(request.query.get("quote", "")):
        form.values.add("quote", request.query["quote"])
    return await _show(request, viewer, form)


@signed_in
@takes_uploads
async def compose(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /new``: take photos in, move them, remove them, or publish."""
    instance, form = request.app[INSTANCE], form_of(request)
    limits = instance.settings.limits
    cards = cards_from(form, limits)
    outcomes = await uploads.receive(request, form.files("files"), account_id=viewer.account_id)
    refused = [outcome for outcome in outcomes if isinstance(outcome, RefusedUpload)]
    async with instance.change() as change:
        await keep_descriptions(change, cards.descriptions, account_id=viewer.account_id)
        if cards.verb == "remove":
            await uploads.discard(change, [cards.subject], account_id=viewer.account_id)
    if cards.verb not in ("post", "post-anyway"):
        return await _show(request, viewer, form, cards=cards.moved(), refused=refused)
    if outcomes:
        form.error("photos", "Here are your new photos: describe them, then post.")
    draft = draft_from(form, cards, limits=limits)
    remind = cards.undescribed if cards.verb == "post" else ()
    if not form.ok or remind:
        return await _show(request, viewer, form, cards=cards, refused=refused, remind=remind, status=422)
    await meet_mentioned(request.app[NETWORK], draft.caption)
    try:
        async with instance.change() as change:
            post_id = await actions.publish(change, author_id=viewer.account_id, draft=draft)
    except Refusal as refusal:
        form.error("", refusal.sentence)
        return await _show(request, viewer, form, cards=cards, status=refusal.status)
    return see_other(f"/p/{post_id}", "Posted.")


async def _show(
    request: web.Request,
    viewer: Viewer,
    form: Form,
    *,
    cards: Cards | None = None,
    refused: list[RefusedUpload] | None = None,
    remind: tuple[int, ...] = (),
    status: int = 200,
) -> web.Response:
    reader, quoted_id = request.app[INSTANCE].database, read_id(form.value("quote"))
    photos = await waiting_photos(reader, viewer.account_id)
    quoted = await quoted_posts(reader, [quoted_id] if quoted_id else [], viewer_id=viewer.account_id)
    return await render(
        request,
        "posts/compose.html",
        status=status,
        form=form,
        photos=in_order(photos, cards),
        refused=refused or [],
        remind=remind,
        quoted=quoted.get(quoted_id or 0),
    )


def in_order(photos: tuple[PhotoView, ...], cards: Cards | None) -> list[PhotoView]:
    """Return photos as their cards were ordered; those without a card come last."""
    places = {photo_id: place for place, photo_id in enumerate(cards.ids)} if cards else {}
    return sorted(photos, key=lambda photo: places.get(photo.id, len(places)))
