"""The composer: photos first, each with its description beside it, then the words, then who may see it.

One form does everything, and whatever button is pressed, all of it is kept in a draft (``posts.saved``) first: a reload
or another browser goes on where this one was.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from rossgram_fed.accounts.preferences import preferences_of, set_time_zone
from rossgram_fed.federation.network import NETWORK
from rossgram_fed.ids import read_id
from rossgram_fed.instance import INSTANCE
from rossgram_fed.media.quota import share_of
from rossgram_fed.posts import actions, saved, scheduling, uploads
from rossgram_fed.posts.described import needs_descriptions
from rossgram_fed.posts.detail_fields import ALIKE, check_city, detail_fields
from rossgram_fed.posts.details import same_for_all
from rossgram_fed.posts.forms import Cards, cards_from, draft_from
from rossgram_fed.posts.introductions import meet_mentioned
from rossgram_fed.posts.quoted import quoted_posts
from rossgram_fed.posts.retouching import retouch_waiting
from rossgram_fed.posts.typed import MORE, TYPED, forgotten, keep_typed
from rossgram_fed.posts.uploads import RefusedUpload, Uploaded
from rossgram_fed.posts.waiting import keep_descriptions
from rossgram_fed.web.bodies import takes_uploads
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.errors import NotFound, Refusal
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in

POSTING = ("post", "post-anyway")


@dataclass(slots=True)
class Composing:
    """A composer that was sent: what is in it now, and what became of the files that came with it."""

    form: Form
    cards: Cards
    draft_id: int | None = None
    refused: tuple[RefusedUpload, ...] = ()
    fresh: tuple[int, ...] = ()
    """Photos that have just come."""
    remind: tuple[int, ...] = ()
    """Places of photos whose description is asked for."""


@signed_in
async def new(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /new``: the composer as it was left, or an empty one; ``quote`` is a post to quote."""
    database = request.app[INSTANCE].database
    draft = await saved.open_draft(database, viewer.account_id)
    chosen = await preferences_of(database, user_id=viewer.user_id)
    form = draft.form if draft is not None else Form.starting_with({"visibility": "public"} | chosen.as_typed)
    if read_id(request.query.get("quote", "")):
        form.values["quote"] = request.query["quote"]
    return await _show(request, viewer, form, draft=draft)


@signed_in
async def open_draft(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /drafts/{id}``: the composer with one of one's drafts."""
    draft = await saved.draft_of(request.app[INSTANCE].database, viewer.account_id, draft_id=id_in_path(request))
    if draft is None:
        raise NotFound("There is no such draft of yours (any more).")
    if draft.post_id is not None:
        return see_other(f"/p/{draft.post_id}/edit")
    form = draft.form
    if draft.publish_at is not None:
        form.values["at"], form.values["zone"] = scheduling.as_typed(draft.publish_at, draft.zone), draft.zone
    return await _show(request, viewer, form, draft=draft)


@signed_in
@takes_uploads
async def compose(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /new``: take photos in, move them, remove them, keep the draft, publish it now or later."""
    form = form_of(request)
    cards = cards_from(form, request.app[INSTANCE].settings.limits)
    if cards.verb == TYPED:
        return await keep_typed(request, viewer, form, cards)
    composing = Composing(form, cards, draft_id=read_id(form.value("draft")))
    try:
        await take_files(request, viewer, composing)
    except Refusal as refusal:
        form.error("", refusal.sentence)
        return await _again(request, viewer, composing, status=refusal.status)
    match cards.verb:
        case "post" | "post-anyway":
            return await _post(request, viewer, composing)
        case "schedule":
            return await _schedule(request, viewer, composing)
        case "save" if not composing.refused:
            return await _put_aside(request, viewer, composing)
    return await _again(request, viewer, composing)


async def take_files(request: web.Request, viewer: Viewer, composing: Composing, *, post_id: int | None = None) -> None:
    """Take in the files of a form, do what its button does to its photos, and keep all of it in a draft."""
    form, cards = composing.form, composing.cards
    if cards.verb == ALIKE:
        same_for_all(form, cards.ids)
    outcomes = await uploads.receive(request, form.files("files"), account_id=viewer.account_id)
    composing.refused = tuple(outcome for outcome in outcomes if isinstance(outcome, RefusedUpload))
    uploaded = (outcome.photo_id for outcome in outcomes if isinstance(outcome, Uploaded))
    composing.fresh = (*cards.arrived, *uploaded)
    await retouch_waiting(request, form, cards.ids, account_id=viewer.account_id)
    moved = cards.moved()
    composing.cards = moved
    async with request.app[INSTANCE].change() as change:
        await keep_descriptions(change, cards.descriptions, account_id=viewer.account_id)
        if cards.verb == "remove":
            await uploads.discard(change, [cards.subject], account_id=viewer.account_id)
        composing.draft_id = await saved.save(
            change,
            form,
            account_id=viewer.account_id,
            photo_ids=(*moved.ids, *composing.fresh),
            draft_id=composing.draft_id,
            post_id=post_id,
        )


async def _check_shown(request: web.Request, viewer: Viewer, composing: Composing) -> None:
    """Let nothing go out that the page did not show yet: new photos, refused files, a city among several."""
    form, reader, shown = composing.form, request.app[INSTANCE].database, composing.cards.ids
    if composing.fresh or composing.refused:
        form.error("photos", "Here are your new photos: describe them, then post.")
    elif await forgotten(reader, viewer.account_id, draft_id=composing.draft_id, shown=shown):
        form.error("photos", MORE)
    check_city(form)


async def _post(request: web.Request, viewer: Viewer, composing: Composing) -> web.Response:
    form, cards, instance = composing.form, composing.cards, request.app[INSTANCE]
    await _check_shown(request, viewer, composing)
    typed = draft_from(form, cards, limits=instance.settings.limits)
    composing.remind = cards.undescribed if cards.verb == "post" else ()
    if not form.ok or composing.remind:
        return await _again(request, viewer, composing, status=422)
    await meet_mentioned(request.app[NETWORK], typed.naming)
    try:
        async with instance.change() as change:
            post_id = await actions.publish(change, author_id=viewer.account_id, draft=typed)
            await saved.forget(change, composing.draft_id or 0, account_id=viewer.account_id)
    except Refusal as refusal:
        form.error("", refusal.sentence)
        return await _again(request, viewer, composing, status=refusal.status)
    return see_other(f"/p/{post_id}", "Posted.")


async def _schedule(request: web.Request, viewer: Viewer, composing: Composing) -> web.Response:
    form, instance = composing.form, request.app[INSTANCE]
    await _check_shown(request, viewer, composing)
    draft_from(form, composing.cards, limits=instance.settings.limits)
    zone = form.text("zone", most=64) or "UTC"
    try:
        at = scheduling.instant_of(form.text("at", most=40), zone, now=instance.clock())
    except Refusal as refusal:
        form.error("at", refusal.sentence)
        at = 0
    if form.ok and composing.cards.undescribed and await _required(request, viewer):
        composing.remind = composing.cards.undescribed
    if not form.ok or composing.remind:
        return await _again(request, viewer, composing, status=422)
    async with instance.change() as change:
        await scheduling.schedule(change, composing.draft_id or 0, account_id=viewer.account_id, at=at, zone=zone)
        await set_time_zone(change, zone, account_id=viewer.account_id)
    return see_other("/scheduled", f"It will be published on {scheduling.in_words(at, zone)}.")


async def _put_aside(request: web.Request, viewer: Viewer, composing: Composing) -> web.Response:
    async with request.app[INSTANCE].change() as change:
        await saved.put_aside(change, composing.draft_id or 0, account_id=viewer.account_id)
    return see_other("/drafts", "Saved as a draft.")


async def _required(request: web.Request, viewer: Viewer) -> bool:
    instance = request.app[INSTANCE]
    return await needs_descriptions(instance.database, instance.settings, account_id=viewer.account_id)


async def _again(request: web.Request, viewer: Viewer, composing: Composing, *, status: int = 200) -> web.Response:
    """Show what was sent, as it is kept now."""
    database, draft = request.app[INSTANCE].database, None
    if composing.draft_id:
        draft = await saved.draft_of(database, viewer.account_id, draft_id=composing.draft_id)
    return await _show(request, viewer, composing.form, draft=draft, composing=composing, status=status)


async def _show(
    request: web.Request,
    viewer: Viewer,
    form: Form,
    *,
    draft: saved.Draft | None,
    composing: Composing | None = None,
    status: int = 200,
) -> web.Response:
    reader, quoted_id = request.app[INSTANCE].database, read_id(form.value("quote"))
    quoted = await quoted_posts(reader, [quoted_id] if quoted_id else [], viewer_id=viewer.account_id)
    photos = list(await saved.photos_in(reader, viewer.account_id, draft))
    limits = request.app[INSTANCE].settings.limits
    return await render(
        request,
        "posts/compose.html",
        status=status,
        form=form,
        draft=draft,
        photos=photos,
        fields=await detail_fields(reader, viewer, form, photos),
        refused=composing.refused if composing else (),
        remind=composing.remind if composing else (),
        required=await _required(request, viewer),
        share=await share_of(reader, viewer.account_id, limits=limits),
        quoted=quoted.get(quoted_id or 0),
    )
