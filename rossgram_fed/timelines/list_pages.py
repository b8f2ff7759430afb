"""Lists of people on our own pages: making one, filling it, and reading what those in it post."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.accounts.finding import accounts_matching
from rossgram_fed.follows.listing import People, people
from rossgram_fed.ids import LARGEST_ID, read_id
from rossgram_fed.instance import INSTANCE
from rossgram_fed.lists import actions
from rossgram_fed.lists.queries import ListView, list_of, lists_of, members_among
from rossgram_fed.timelines import queries
from rossgram_fed.timelines.showing import FEED_SIZE, shown
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.errors import Invalid, NotFound
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form
from rossgram_fed.web.paging import cursor_of, id_in_path, page_of
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Handler, Viewer, signed_in

PEOPLE_SIZE = 40
FOUND = 20
"""People whom a search proposes."""


@signed_in
async def index(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``GET /lists``: the viewer's lists, and a form for another."""
    return await _index(request, viewer, Form.starting_with({}))


@signed_in
async def create(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /lists``: make one, and go on to fill it."""
    form = form_of(request)
    title = form.text("title", most=actions.LONGEST_TITLE, least=1)
    if form.ok:
        try:
            async with request.app[INSTANCE].change() as change:
                list_id = await actions.create_list(change, account_id=viewer.account_id, title=title)
            return see_other(f"/lists/{list_id}/people")
        except Invalid:
            form.error("title", f"You have {actions.MOST_LISTS} lists, which is the most. Remove one of them first.")
    return await _index(request, viewer, form, status=422)


@signed_in
async def show(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``GET /lists/{id}``: what those in a list post and boost, the newest first."""
    which = await _own(request, viewer)
    database, before = request.app[INSTANCE].database, cursor_of(request)
    found = await queries.of_list(database, viewer.account_id, which, before=before, limit=FEED_SIZE + 1)
    page, behind = await shown(request, viewer, found)
    return await render(request, "lists/show.html", which=which, page=page, behind=behind, here=request.path_qs)


@signed_in
async def members(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``GET /lists/{id}/people``: who is in a list; with ``?q=``, whom the viewer follows by that name."""
    which = await _own(request, viewer)
    form = Form.starting_with({"title": which.title} | ({"exclusive": "1"} if which.exclusive else {}))
    return await _members(request, viewer, which, form)


@signed_in
async def save(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /lists/{id}``: rename a list, and say whether its people stay out of home."""
    which, form = await _own(request, viewer), form_of(request)
    title = form.text("title", most=actions.LONGEST_TITLE, least=1)
    if not form.ok:
        return await _members(request, viewer, which, form, status=422)
    async with request.app[INSTANCE].change() as change:
        await actions.update_list(
            change, which.id, account_id=viewer.account_id, title=title, exclusive=form.flag("exclusive")
        )
    return see_other(f"/lists/{which.id}/people", "Saved.")


@signed_in
async def delete(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /lists/{id}/delete``: remove a list; nobody is unfollowed by that."""
    async with request.app[INSTANCE].change() as change:
        await actions.delete_list(change, id_in_path(request), account_id=viewer.account_id)
    return see_other("/lists", "The list is gone. You still follow everybody.")


def _one(action: actions.OfMembers, refused: str) -> Handler:
    @signed_in
    async def handler(request: web.Request, viewer: Viewer) -> web.StreamResponse:
        list_id, member_id = id_in_path(request), read_id(form_of(request).value("account"))
        if member_id is None:
            raise NotFound
        said = ""
        try:
            async with request.app[INSTANCE].change() as change:
                await action(change, list_id, account_id=viewer.account_id, member_ids=[member_id])
        except Invalid:
            said = refused
        return see_other(f"/lists/{list_id}/people", said)

    return handler


add = _one(
    actions.add_members, f"They are in it already, or there are {actions.MOST_MEMBERS:,} in it, which is the most."
)
take_out = _one(actions.remove_members, "")


async def _own(request: web.Request, viewer: Viewer) -> ListView:
    found = await list_of(request.app[INSTANCE].database, id_in_path(request), account_id=viewer.account_id)
    if found is None:
        raise NotFound
    return found


async def _index(request: web.Request, viewer: Viewer, form: Form, *, status: int = 200) -> web.StreamResponse:
    found = await lists_of(request.app[INSTANCE].database, viewer.account_id)
    return await render(request, "lists/index.html", status, lists=found, form=form, longest=actions.LONGEST_TITLE)


async def _members(
    request: web.Request, viewer: Viewer, which: ListView, form: Form, *, status: int = 200
) -> web.StreamResponse:
    database, before = request.app[INSTANCE].database, cursor_of(request)
    stood = await people(database, People.IN_LIST, which.id, before=before or LARGEST_ID, limit=PEOPLE_SIZE + 1)
    page = page_of(stood, PEOPLE_SIZE, id_of=lambda one: one.cursor, before=before)
    text = request.query.get("q", "").strip()
    matching = await accounts_matching(database, text, viewer_id=viewer.account_id, limit=FOUND, following=True)
    inside = await members_among(database, which.id, matching)
    return await render(
        request,
        "lists/people.html",
        status,
        which=which,
        form=form,
        page=page,
        members=await queries.cards_in_order(database, [one.account_id for one in page]),
        text=text,
        outside=await queries.cards_in_order(database, [one for one in matching if one not in inside]),
        longest=actions.LONGEST_TITLE,
    )
