"""Posts of a page under the viewer's filters (``rossgram_fed.filters``): what each says, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from rossgram_fed.filters.sifting import NOTHING, Sifted, Words, sift
from rossgram_fed.instance import Instance
from rossgram_fed.markup import text_of
from rossgram_fed.posts.views import PostView

_CHARACTERS = 4000
"""Of a text, for filters to look at; as many as apps are told about."""


async def sifted(instance: Instance, viewer_id: int | None, posts: Iterable[PostView], *, context: str) -> Sifted:
    """Ask the viewer's filters about the posts of a page; nobody in particular has none."""
    if viewer_id is None:
        return NOTHING
    return await sift(instance.database, viewer_id, posts, words_of=_words_of, context=context, now=instance.clock())


def covered(post: PostView, found: Sifted) -> PostView:
    """Return a post with its photos covered, where a filter asks for that alone."""
    if post.id not in found.covered:
        return post
    return replace(post, sensitive=True, warning=post.warning or f"Filtered: {found.titles[post.id]}")


def _words_of(post: PostView) -> Words:
    said = [post.warning, text_of(post.content_html, _CHARACTERS), *(one.description for one in post.photos)]
    return Words(post.id, post.author.id, "\n".join(filter(None, said)))
