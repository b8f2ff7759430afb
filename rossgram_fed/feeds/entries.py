"""Posts as entries of a feed; pure but for the template.

A photo, and the still of a video, is an ``img`` with its description in the entry's HTML; photos and videos are
enclosures. Behind a warning they are only in the HTML, below the warning: feed readers show enclosures at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from rossgram_fed.config import Settings
from rossgram_fed.federation import addresses
from rossgram_fed.feeds.atom import Entry, Link
from rossgram_fed.posts.photo_views import PhotoView
from rossgram_fed.posts.views import PostView
from rossgram_fed.web.rendering import environment

PICTURES = "image/webp"
"""What every rendition is."""


def entry_from(post: PostView, settings: Settings, *, tags: Sequence[str]) -> Entry:
    """Return a public post as an entry."""
    shown = [photo for photo in post.photos if photo.src]
    return Entry(
        id=post.uri,
        title=_title(post),
        published=post.published_at,
        updated=post.edited_at or post.published_at,
        author=post.author.display_name,
        author_uri=_profile(post, settings),
        html=environment().get_template("feeds/entry.html").render(post=post, photos=shown, base=settings.base_url),
        language=post.language,
        categories=tuple(tags),
        links=(Link("alternate", post.url, "text/html"), *_enclosures(post, shown, settings)),
    )


def _title(post: PostView) -> str:
    if post.warning:
        return f"Warning: {post.warning}"
    photos = "Photo" if len(post.photos) == 1 else f"{len(post.photos)} photos"
    if len(post.photos) == 1 and post.photos[0].kind == "video":
        photos = "Video"
    return post.excerpt or f"{photos} by {post.author.display_name}"


def _profile(post: PostView, settings: Settings) -> str:
    author = post.author
    return addresses.profile_url(settings, author.username) if author.local else author.url or author.uri


def _enclosures(post: PostView, photos: Sequence[PhotoView], settings: Settings) -> list[Link]:
    if post.warning or post.sensitive:
        return []
    files = [
        (photo.video, "video/mp4") if photo.kind == "video" else (photo.full, PICTURES)
        for photo in photos
        if not photo.sensitive
    ]
    return [Link("enclosure", f"{settings.base_url}{path}", kind) for path, kind in files if path]
