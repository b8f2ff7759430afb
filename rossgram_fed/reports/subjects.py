"""What a report is about, as whoever reports may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.database import Reader
from rossgram_fed.posts.queries import posts_by_ids
from rossgram_fed.posts.views import PostView
from rossgram_fed.visibility import heard
from rossgram_fed.web.errors import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Subject:
    """An account, and perhaps some of its posts."""

    account: AccountCard
    post: PostView | None = None
    more: tuple[PostView, ...] = ()
    """Other posts of the account."""

    @property
    def posts(self) -> tuple[PostView, ...]:
        """All posts that the report names."""
        return (self.post, *self.more) if self.post else self.more

    @property
    def query(self) -> str:
        """What names it in the address of the form."""
        return f"post={self.post.id}" if self.post else f"account={self.account.id}"

    @property
    def path(self) -> str:
        """The address of its page."""
        return self.post.path if self.post else self.account.path


async def subject_of(reader: Reader, *, viewer_id: int, post_id: int | None, account_id: int | None) -> Subject:
    """Return what somebody wants to report: a post they may see, or an account, also across a block.

    Raises ``NotFound`` when it is not there for them, and ``Invalid`` for themselves.
    """
    found = await _post(reader, post_id, viewer_id) if post_id is not None else await _account(reader, account_id)
    if found is None:
        raise NotFound("There is nothing to report here (any more), or you may not see it.")
    if found.account.id == viewer_id:
        raise Invalid("This is yours. You can delete it yourself; there is nobody to report.")
    return found


async def subject_with(reader: Reader, *, viewer_id: int, account_id: int, post_ids: Sequence[int]) -> Subject:
    """Return an account and posts of it that somebody wants to report.

    Raises ``NotFound`` when one of them is not there for them or somebody else's, and ``Invalid`` for themselves.
    """
    found = await subject_of(reader, viewer_id=viewer_id, post_id=None, account_id=account_id)
    wanted = list(dict.fromkeys(post_ids))
    posts = await posts_by_ids(reader, wanted, viewer_id=viewer_id)
    if len(posts) < len(wanted) or any(one.author.id != account_id for one in posts):
        raise NotFound("There is nothing to report here (any more), or you may not see it.")
    return Subject(found.account, more=posts)


async def _post(reader: Reader, post_id: int, viewer_id: int) -> Subject | None:
    posts = await posts_by_ids(reader, [post_id], viewer_id=viewer_id)
    return Subject(posts[0].author, posts[0]) if posts else None


async def _account(reader: Reader, account_id: int | None) -> Subject | None:
    """Return somebody; the server's own actor is nobody."""
    row = await reader.fetch_one(
        f"SELECT {CARD_COLUMNS} FROM accounts a WHERE a.id = $1 AND a.deleted_at IS NULL AND {heard('a')} "  # noqa: S608 - a constant
        "AND (a.domain <> '' OR EXISTS (SELECT 1 FROM users u WHERE u.account_id = a.id))",
        account_id or 0,
    )
    return Subject(card_from(row)) if row is not None else None
