"""Posts of a page under the viewer's filters (``rossgram_fed.filters``): what each says, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rossgram_fed.filters.sifting import NOTHING, Sifted, Words, sieve_of, sift
from rossgram_fed.instance import Instance
from rossgram_fed.markup import text_of
from rossgram_fed.posts.said import said_in
from rossgram_fed.posts.tiles import Tile
from rossgram_fed.posts.views import CommentView, PostView
from rossgram_fed.web.paging import Page

_CHARACTERS = 4000
"""Of a text, for filters to look at; as many as apps are told about."""


async def sifted(instance: Instance, viewer_id: int | None, posts: Iterable[PostView], *, context: str) -> Sifted:
    """Ask the viewer's filters about the posts of a page; nobody in particular has none."""
    sieve = await sieve_of(instance.database, viewer_id)
    if sieve is None:
        return NOTHING
    return sift(sieve, viewer_id, map(_words_of, posts), context=context, now=instance.clock())


async def sifted_by_ids(instance: Instance, viewer_id: int | None, ids: Sequence[int], *, context: str) -> Sifted:
    """The same for posts of which only the ids are known; they are read for those who have filters alone."""
    sieve = await sieve_of(instance.database, viewer_id)
    if sieve is None:
        return NOTHING
    words = await said_in(instance.database, ids, most=_CHARACTERS)
    return sift(sieve, viewer_id, words, context=context, now=instance.clock())


async def sifted_tiles(
    instance: Instance, viewer_id: int | None, page: Page[Tile], *, context: str = "public"
) -> Page[Tile]:
    """Return a page of a grid as the viewer's filters leave it: tiles covered by a filter's name, or left out."""
    found = await sifted_by_ids(instance, viewer_id, [tile.id for tile in page], context=context)
    if not found.titles:
        return page
    kept = tuple(_covered_tile(tile, found) for tile in page if tile.id not in found.hidden)
    return replace(page, items=kept, left_out=len(page) - len(kept))


def covered(post: PostView, found: Sifted) -> PostView:
    """Return a post with its photos covered, where a filter asks for that alone."""
    if post.id not in found.covered:
        return post
    return replace(post, sensitive=True, warning=post.warning or f"Filtered: {found.titles[post.id]}")


def thinned(comments: Iterable[CommentView], found: Sifted) -> tuple[CommentView, ...]:
    """Return comments without those that are left out; answers to these move up to what is above."""
    kept: list[CommentView] = []
    gone_above: list[int] = []
    for one in comments:
        while gone_above and gone_above[-1] >= one.depth:
            gone_above.pop()
        if one.post.id in found.hidden:
            gone_above.append(one.depth)
        else:
            # A warning would stand before the words as well.
            post = replace(one.post, sensitive=True) if one.post.id in found.covered else one.post
            kept.append(replace(one, post=post, depth=one.depth - len(gone_above)))
    return tuple(kept)


def _covered_tile(tile: Tile, found: Sifted) -> Tile:
    title = found.titles.get(tile.id)
    return tile if title is None else replace(tile, sensitive=True, warning=f"Filtered: {title}", description="")


def _words_of(post: PostView) -> Words:
    said = [post.warning, text_of(post.content_html, _CHARACTERS), *(one.description for one in post.photos)]
    return Words(post.id, post.author.id, "\n".join(filter(None, said)))
