"""The page of one post with the talk about it, and what its author and others do there."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from rossgram_fed.federation.addresses import post_uri
from rossgram_fed.federation.network import NETWORK
from rossgram_fed.federation.reach import reach_of
from rossgram_fed.instance import INSTANCE
from rossgram_fed.polls.queries import polls_of
from rossgram_fed.posts import actions, tallies, threads
from rossgram_fed.posts.approvals import is_waiting
from rossgram_fed.posts.forms import comment_from
from rossgram_fed.posts.introductions import meet_mentioned
from rossgram_fed.posts.pins import is_pinned
from rossgram_fed.posts.queries import buried_at, post_page
from rossgram_fed.posts.quoted import quotes_count
from rossgram_fed.posts.sifted import sifted, thinned
from rossgram_fed.posts.talking import rule_of
from rossgram_fed.posts.told import told_of
from rossgram_fed.posts.views import PostPage, PostView
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.errors import Gone, NotFound, Refusal
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form
from rossgram_fed.web.paging import id_in_path
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in, viewer_of

WAITS = "Your comment waits for approval by the author of what it answers."


async def show_again(request: web.Request) -> web.Response:
    """``GET /p/{id}/again/{times}`` as a page: the page of a post stays where it was."""
    return web.Response(status=302, headers={"Location": f"/p/{id_in_path(request)}", "Vary": "Accept"})


async def show(request: web.Request) -> web.Response:
    """``GET /p/{id}`` as a page."""
    viewer = await viewer_of(request)
    page = await _page(request, viewer)
    if viewer is not None:
        await threads.look(request.app[NETWORK], page.post.id)
        await tallies.look(request.app[NETWORK], page.post.id)
    return await _show(request, page, Form())


@signed_in
async def comment(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /p/{id}/comment``: answer a post or a comment."""
    instance, form = request.app[INSTANCE], form_of(request)
    draft = comment_from(form, id_in_path(request), limits=instance.settings.limits)
    if form.ok:
        await meet_mentioned(request.app[NETWORK], draft.caption)
        try:
            async with instance.change() as change:
                comment_id = await actions.publish(change, author_id=viewer.account_id, draft=draft)
        except Refusal as refusal:
            form.error("caption", refusal.sentence)
        else:
            waits = await is_waiting(instance.database, comment_id)
            return see_other(
                f"/p/{draft.parent_id}#comment-{comment_id}", WAITS if waits else "Your comment is posted."
            )
    return await _show(request, await _page(request, viewer), form, status=422)


@signed_in
async def ask_delete(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /p/{id}/delete``: sure?"""
    return await render(request, "posts/delete.html", post=await own_view(request, viewer))


@signed_in
async def delete(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /p/{id}/delete``: delete, and back to where it stood."""
    post = await own_view(request, viewer)
    async with request.app[INSTANCE].change() as change:
        await actions.delete(change, author_id=viewer.account_id, post_id=post.id)
    back = f"/p/{post.in_reply_to_id}#comments" if post.in_reply_to_id else viewer.path
    return see_other(back, "Deleted.")


async def own_view(request: web.Request, viewer: Viewer) -> PostView:
    """Return the viewer's own post in the address; raises ``NotFound`` for all others."""
    post = (await _page(request, viewer)).post
    if not (post.own and post.local):
        raise NotFound("There is no such post of yours.")
    return post


async def _page(request: web.Request, viewer: Viewer | None) -> PostPage:
    instance, post_id = request.app[INSTANCE], id_in_path(request)
    found = await post_page(instance.database, post_id, viewer_id=viewer.account_id if viewer else None)
    if found is not None:
        return found
    here = await instance.database.fetch_one("SELECT id FROM posts WHERE id = $1", post_id)
    if here is None and await buried_at(instance.database, post_uri(instance.settings, post_id)) is not None:
        raise Gone("This post was deleted.")
    raise NotFound


async def _show(request: web.Request, page: PostPage, form: Form, *, status: int = 200) -> web.Response:
    post = page.post
    reader, viewer = request.app[INSTANCE].database, await viewer_of(request)
    viewer_id, said = viewer.account_id if viewer else None, [comment.post for comment in page.comments]
    sieved = await sifted(request.app[INSTANCE], viewer_id, said, context="thread")
    rule = await rule_of(reader, page, viewer_id=viewer.account_id if viewer else None)
    return await render(
        request,
        "posts/post.html",
        status=status,
        page=replace(page, comments=thinned(page.comments, sieved)),
        post=post,
        form=form,
        rule=rule.sentence,
        closed=rule.closed,
        reach=await reach_of(reader, post.id) if post.own and post.local else None,
        pinned=post.own and await is_pinned(reader, post.id),
        quotes=await quotes_count(reader, post.id) if post.own and post.local else 0,
        poll=(await polls_of(reader, [post.id], viewer_id=viewer.account_id if viewer else None)).get(post.id),
        behind=sieved.behind,
        left_out=len(sieved.hidden),
        told=await told_of(reader, post, viewer_id=viewer.account_id if viewer else None),
    )
