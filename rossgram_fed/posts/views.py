"""Posts as pages show them: frozen values with every path ready, made from rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rossgram_fed.cards import AccountCard, card_from
from rossgram_fed.database import Row
from rossgram_fed.markup import text_of
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import Approval, PhotoState, Visibility
from rossgram_fed.posts.photo_views import PhotoView
from rossgram_fed.posts.policies import quotable
from rossgram_fed.posts.quoted import QuotedView

POST_COLUMNS = (
    "p.id, p.uri, p.url, p.local, p.visibility, p.caption, p.content_html, p.warning, p.sensitive, p.language, "
    "p.in_reply_to_id, p.in_reply_to_uri, p.thread_id, p.likes_count, p.boosts_count, p.replies_count, "
    "p.published_at, p.edited_at, p.comment_policy, p.quote_policy, p.quoted_uri, p.quoted_id, p.quote_state, "
    "p.approval"
)
"""What ``post_from`` reads, besides the author's card and the viewer's flags; the query names the table ``posts p``."""


_VISIBILITIES = {int(visibility): visibility for visibility in Visibility}
_POLICIES = {int(policy): policy for policy in Policy}
_APPROVALS = {int(approval): approval for approval in Approval}
"""Enums by their numbers: a page reads dozens, and calling the enum is ten times slower."""


@dataclass(frozen=True, slots=True)
class PostView:
    """A post or comment with its author, its photos and what the viewer did to it."""

    id: int
    author: AccountCard
    uri: str
    url: str
    local: bool
    visibility: Visibility
    caption: str
    """As typed; empty for remote posts."""
    content_html: str
    """Sanitised HTML."""
    warning: str
    sensitive: bool
    language: str
    photos: tuple[PhotoView, ...]
    in_reply_to_id: int | None
    in_reply_to_uri: str
    thread_id: int
    likes_count: int
    boosts_count: int
    replies_count: int
    published_at: int
    edited_at: int | None
    comment_policy: Policy
    quote_policy: Policy
    approval: Approval
    quoted_uri: str
    """The post that it quotes; empty for one that quotes none."""
    quoted: QuotedView | None
    """The quoted post, if its author allowed the quote and the viewer may see it; else there is only a link."""
    own: bool
    """Whether the viewer wrote it."""
    liked: bool
    boosted: bool
    bookmarked: bool

    @property
    def path(self) -> str:
        """The address of its page on this server."""
        return f"/p/{self.id}"

    @property
    def is_comment(self) -> bool:
        """Whether it answers another post, known to us or not."""
        return bool(self.in_reply_to_uri)

    @property
    def can_be_quoted(self) -> bool:
        """Whether its author lets others quote it: all, or their followers."""
        return self.own or quotable(self.quote_policy, self.visibility) is not Policy.NOBODY

    @property
    def can_be_boosted(self) -> bool:
        """Whether its author meant it for everybody."""
        return self.visibility in (Visibility.PUBLIC, Visibility.UNLISTED)

    @property
    def excerpt(self) -> str:
        """The first words, for titles and previews; the warning instead when there is one."""
        return self.warning or text_of(self.content_html, 140)


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment in a tree: ``depth`` is 0 for an answer to the post the page is about."""

    post: PostView
    depth: int


@dataclass(frozen=True, slots=True)
class PostPage:
    """Everything the page of one post shows."""

    post: PostView
    ancestors: tuple[PostView, ...]
    """From the root of the thread down to the parent; those the viewer may see and we know."""
    comments: tuple[CommentView, ...]
    """Depth first, the oldest first among neighbours."""


def post_from(
    row: Row, *, photos: tuple[PhotoView, ...], viewer_id: int | None, quoted: QuotedView | None = None
) -> PostView:
    """Read a post out of a row with ``POST_COLUMNS``, ``CARD_COLUMNS``, ``liked``, ``boosted`` and ``bookmarked``."""
    author = card_from(row)
    return PostView(
        id=row["id"],
        author=author,
        uri=row["uri"],
        url=row["url"] or row["uri"],
        local=bool(row["local"]),
        visibility=_VISIBILITIES[row["visibility"]],
        caption=row["caption"],
        content_html=row["content_html"],
        warning=row["warning"],
        sensitive=bool(row["sensitive"]),
        language=row["language"],
        photos=tuple(replace(one, state=PhotoState.FAILED) for one in photos) if author.media_refused else photos,
        in_reply_to_id=row["in_reply_to_id"],
        in_reply_to_uri=row["in_reply_to_uri"],
        thread_id=row["thread_id"],
        likes_count=row["likes_count"],
        boosts_count=row["boosts_count"],
        replies_count=row["replies_count"],
        published_at=row["published_at"],
        edited_at=row["edited_at"],
        comment_policy=_POLICIES[row["comment_policy"]],
        quote_policy=_POLICIES[row["quote_policy"]],
        approval=_APPROVALS[row["approval"]],
        quoted_uri=row["quoted_uri"],
        quoted=quoted,
        own=author.id == viewer_id,
        liked=bool(row["liked"]),
        boosted=bool(row["boosted"]),
        bookmarked=bool(row["bookmarked"]),
    )
