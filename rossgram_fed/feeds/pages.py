"""The addresses of the feeds. They are the same for everybody, so anybody may keep them for five minutes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from aiohttp import ETag, hdrs, web

from rossgram_fed.caption import tag_from
from rossgram_fed.federation import addresses
from rossgram_fed.feeds.atom import CONTENT_TYPE, MEDIA_TYPE, Feed, Link, document
from rossgram_fed.feeds.entries import entry_from
from rossgram_fed.feeds.queries import posts_of, posts_tagged, source_of, tags_of
from rossgram_fed.instance import INSTANCE
from rossgram_fed.posts.views import PostView
from rossgram_fed.web.errors import Gone, NotFound
from rossgram_fed.web.paging import cursor_of, page_of

PAGE_SIZE = 20
CACHING = "public, max-age=300"


async def account_feed(request: web.Request) -> web.Response:
    """``GET /users/{username}.atom``: what somebody here posts for everybody."""
    instance = request.app[INSTANCE]
    source = await source_of(instance.database, request.match_info["username"])
    if source is None:
        raise NotFound("Nobody here has that name.")
    if source.deleted:
        raise Gone("This account was deleted.")
    settings = instance.settings
    posts = await posts_of(instance.database, source.id, before=cursor_of(request), limit=PAGE_SIZE + 1)
    return await _feed(
        request,
        posts,
        uri=addresses.feed_url(settings, source.username),
        page=source.url,
        title=f"{source.name} (@{source.username}@{settings.account_domain})",
        author=source.name,
        since=source.created_at,
        icon=addresses.photo_url(settings, source.avatar_key) if source.avatar_key else "",
    )


async def tag_feed(request: web.Request) -> web.Response:
    """``GET /tags/{name}.atom``: public photos that carry a tag."""
    instance, name = request.app[INSTANCE], tag_from(request.match_info["name"])
    if name is None:
        raise NotFound("That is no tag.")
    posts = await posts_tagged(instance.database, name, before=cursor_of(request), limit=PAGE_SIZE + 1)
    page = addresses.tag_url(instance.settings, quote(name))
    return await _feed(
        request,
        posts,
        uri=f"{page}.atom",
        page=page,
        title=f"#{name} on {instance.settings.server.name}",
        author=instance.settings.server.name,
    )


async def _feed(
    request: web.Request,
    found: Sequence[PostView],
    *,
    uri: str,
    page: str,
    title: str,
    author: str,
    since: int = 0,
    icon: str = "",
) -> web.Response:
    """Answer with one page of posts; ``since`` is when an empty feed was last changed."""
    instance, before = request.app[INSTANCE], cursor_of(request)
    shown = page_of(found, PAGE_SIZE, id_of=lambda post: post.id, before=before)
    tags = await tags_of(instance.database, [post.id for post in shown])
    updated = max((post.edited_at or post.published_at for post in shown), default=since)
    links = [
        Link("self", uri if before is None else f"{uri}?before={before}", MEDIA_TYPE),
        Link("alternate", page, "text/html"),
        Link("first", uri, MEDIA_TYPE),
    ]
    if shown.older is not None:
        links.append(Link("next", f"{uri}?before={shown.older}", MEDIA_TYPE))
    entries = tuple(entry_from(post, instance.settings, tags=tags[post.id]) for post in shown)
    return _answer(request, document(Feed(uri, title, author, updated, tuple(links), entries, icon)), updated=updated)


def _answer(request: web.Request, body: bytes, *, updated: int) -> web.Response:
    """Answer with a feed, or with 304 to whoever has this very one (RFC 9110, section 13.2.2)."""
    tag, moment = hashlib.sha256(body).hexdigest()[:32], datetime.fromtimestamp(updated // 1000, UTC)
    response = web.Response(headers={"Cache-Control": CACHING})
    response.etag, response.last_modified = tag, moment
    if _is_known(request, tag, moment):
        response.set_status(304)
        return response
    response.headers["Content-Type"] = CONTENT_TYPE
    response.body = body
    return response


def _is_known(request: web.Request, tag: str, moment: datetime) -> bool:
    if hdrs.IF_NONE_MATCH in request.headers:
        known: tuple[ETag, ...] = request.if_none_match or ()
        return any(one.value in (tag, "*") for one in known)
    since = request.if_modified_since
    return since is not None and moment <= since
