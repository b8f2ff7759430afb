"""What other servers ask of us about posts: handlers only, JSON out.

What is not for everybody is served to those it is for, when they sign (``posts.reading``); for others it is as if it
were not there. What was deleted answers 410 with a Tombstone.
"""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from activitypub.objects import Hashtag
from activitypub.render import collection_document, hashtag_document, page_document, with_context
from rossgram_fed.database import Row
from rossgram_fed.federation import addresses
from rossgram_fed.federation.ready import refusal
from rossgram_fed.federation.visitors import for_servers
from rossgram_fed.follows.tags import featured_tags
from rossgram_fed.ids import read_id
from rossgram_fed.instance import INSTANCE
from rossgram_fed.posts import collections, documents
from rossgram_fed.posts.queries import buried_at
from rossgram_fed.posts.reading import Reading, post_for, reader_of
from rossgram_fed.web.negotiation import activity_response

_NO_POST = "There is no such post, or it is not for you."


@for_servers
async def note(request: web.Request) -> web.Response:
    """``GET /p/{id}``: the post as a Note; others' posts are where their authors keep them.

    One that was taken back and came again is at ``/p/{id}/again/{times}``, and what was before is gone.
    """
    reading = await _reading(request, under_its_own_address=True)
    if isinstance(reading, web.Response):
        return reading
    post = reading.post
    if not post.local:
        return web.Response(status=302, headers={"Location": post.uri, "Vary": "Accept"})
    return activity_response(with_context(documents.post_document(post, request.app[INSTANCE].settings)))


@for_servers
async def create_activity(request: web.Request) -> web.Response:
    """``GET /p/{id}/activity``: the Create that published the post."""
    reading = await _local_reading(request, under_its_own_address=True)
    if isinstance(reading, web.Response):
        return reading
    return activity_response(documents.create_document(reading.post, request.app[INSTANCE].settings))


@for_servers
async def replies(request: web.Request) -> web.Response:
    """``GET /p/{id}/replies``: the addresses of the comments below a post, in pages."""
    reading = await _local_reading(request)
    if isinstance(reading, web.Response):
        return reading
    instance, post = request.app[INSTANCE], reading.post
    uri = addresses.replies_uri(instance.settings, post.id)
    if "page" not in request.query:
        return _collection(uri, first=f"{uri}?page=true", ordered=False)
    after = read_id(request.query.get("after", "0")) or 0
    found = await collections.replies_page(instance.database, post.id, reader_id=await reader_of(request), after=after)
    return _page(uri, found, here=f"after={after}" if after else "", step="after", ordered=False)


@for_servers
async def likes(request: web.Request) -> web.Response:
    """``GET /p/{id}/likes``: how many like a post; who they are is theirs to say."""
    reading = await _local_reading(request)
    if isinstance(reading, web.Response):
        return reading
    uri = addresses.likes_uri(request.app[INSTANCE].settings, reading.post.id)
    return _collection(uri, total=reading.post.likes_count, ordered=False)


@for_servers
async def shares(request: web.Request) -> web.Response:
    """``GET /p/{id}/shares``: how many boosted a post."""
    reading = await _local_reading(request)
    if isinstance(reading, web.Response):
        return reading
    uri = addresses.shares_uri(request.app[INSTANCE].settings, reading.post.id)
    return _collection(uri, total=reading.post.boosts_count, ordered=False)


@for_servers
async def context(request: web.Request) -> web.Response:
    """``GET /contexts/{id}``: the addresses of all posts of a thread (FEP-f228), in pages."""
    instance, thread_id = request.app[INSTANCE], read_id(request.match_info["id"])
    reader_id = await reader_of(request)
    size = 0
    if thread_id is not None:
        size = await collections.thread_size(instance.database, thread_id, reader_id=reader_id)
    if thread_id is None or not size:
        return refusal(404, "There is no such thread.")
    uri = addresses.context_uri(instance.settings, thread_id)
    if "page" not in request.query:
        return _collection(uri, first=f"{uri}?page=true", total=size)
    after = read_id(request.query.get("after", "0")) or 0
    found = await collections.thread_page(instance.database, thread_id, reader_id=reader_id, after=after)
    return _page(uri, found, here=f"after={after}" if after else "", step="after")


@for_servers
async def announce_activity(request: web.Request) -> web.Response:
    """``GET /boosts/{id}``: the Announce of somebody here."""
    boost_id = read_id(request.match_info["id"])
    document = None
    if boost_id is not None:
        reader_id = await reader_of(request)
        document = await collections.announce(request.app[INSTANCE].database, boost_id, reader_id=reader_id)
    return refusal(404, "There is no such boost (any more).") if document is None else activity_response(document)


@for_servers
async def outbox(request: web.Request) -> web.Response:
    """``GET /users/{username}/outbox``: what somebody published and boosted, in pages."""
    account = await _account(request)
    if isinstance(account, web.Response):
        return account
    instance = request.app[INSTANCE]
    uri = addresses.outbox_uri(instance.settings, account["username"])
    if "page" not in request.query:
        return _collection(uri, first=f"{uri}?page=true", total=account["posts_count"])
    before = read_id(request.query.get("before", ""))
    found = await collections.outbox_page(instance, account["id"], reader_id=await reader_of(request), before=before)
    return _page(uri, found, here=f"before={before}" if before is not None else "", step="before")


@for_servers
async def featured(request: web.Request) -> web.Response:
    """``GET /users/{username}/collections/featured``: the pinned posts, or the newest photos, whole."""
    account = await _account(request)
    if isinstance(account, web.Response):
        return account
    instance = request.app[INSTANCE]
    items = await collections.featured_documents(instance, account["id"], reader_id=await reader_of(request))
    uri = addresses.featured_uri(instance.settings, account["username"])
    return activity_response(with_context(collection_document(uri, total=len(items), items=items)))


@for_servers
async def tags_on_profile(request: web.Request) -> web.Response:
    """``GET /users/{username}/collections/tags``: the tags on somebody's profile, whole."""
    account = await _account(request)
    if isinstance(account, web.Response):
        return account
    instance = request.app[INSTANCE]
    items = [
        hashtag_document(Hashtag(tag.name, addresses.tag_url(instance.settings, quote(tag.name))))
        for tag in await featured_tags(instance.database, account["id"])
    ]
    uri = addresses.featured_tags_uri(instance.settings, account["username"])
    return activity_response(with_context(collection_document(uri, total=len(items), items=items, ordered=False)))


@for_servers
async def server_outbox(request: web.Request) -> web.Response:
    """``GET /actor/outbox``: the server itself publishes nothing."""
    uri = f"{addresses.server_actor_uri(request.app[INSTANCE].settings)}/outbox"
    return activity_response(with_context(collection_document(uri, total=0, items=[])))


async def _reading(request: web.Request, *, under_its_own_address: bool = False) -> Reading | web.Response:
    """Return the post in the address for whoever asks, or the answer that there is none for them.

    ``under_its_own_address``: only if the address is the id that the post has now.
    """
    instance, post_id = request.app[INSTANCE], read_id(request.match_info["id"])
    times = read_id(request.match_info.get("times", "")) or 0
    uri = addresses.again_uri(instance.settings, post_id or 0, times=times)
    reading = await post_for(request, post_id) if post_id is not None else None
    if reading is not None and not (under_its_own_address and reading.post.local and reading.post.uri != uri):
        return reading
    deleted_at = await buried_at(instance.database, uri)
    if deleted_at is None:
        return refusal(404, _NO_POST)
    return activity_response(documents.tombstone(uri, deleted_at=deleted_at), status=410)


async def _local_reading(request: web.Request, *, under_its_own_address: bool = False) -> Reading | web.Response:
    reading = await _reading(request, under_its_own_address=under_its_own_address)
    return refusal(404, _NO_POST) if isinstance(reading, Reading) and not reading.post.local else reading


async def _account(request: web.Request) -> Row | web.Response:
    username = request.match_info["username"]
    if not addresses.USERNAME.fullmatch(username):
        return refusal(404, "Nobody here has that name.")
    row = await request.app[INSTANCE].database.fetch_one(
        "SELECT id, username, posts_count, deleted_at FROM accounts "
        "WHERE username = $1 AND domain = '' AND suspended_at IS NULL",
        username,
    )
    if row is None:
        return refusal(404, "Nobody here has that name.")
    return refusal(410, "This account was deleted.") if row["deleted_at"] is not None else row


def _collection(uri: str, *, total: int | None = None, first: str = "", ordered: bool = True) -> web.Response:
    return activity_response(with_context(collection_document(uri, total=total, first=first, ordered=ordered)))


def _page(uri: str, found: collections.Slice, *, here: str, step: str, ordered: bool = True) -> web.Response:
    """Answer with one page; ``here`` is this page's own cursor, ``step`` the name of the next one's."""
    page_uri = f"{uri}?page=true" + (f"&{here}" if here else "")
    following = f"{uri}?page=true&{step}={found.following}" if found.following is not None else ""
    document = page_document(page_uri, part_of=uri, items=found.items, next_page=following, ordered=ordered)
    return activity_response(with_context(document))
