"""Whose posts somebody reads together: at home, or in a list. The rules, as conditions of SQL.

The viewer is always ``$1``; a list's id is ``$2``. Posts are the table ``posts p``, their authors ``accounts a``, and
boosts ``boosts b``.

- Home: one's own posts; those of whom one follows, in the languages that one wants of them, but for members of
  exclusive lists; public posts with tags that one follows. Answers are shown where one follows who is answered, or is
  it oneself, or people go on talking to themselves.
- A list: posts of its members, and those answers that it is set to show.
- Boosts come from the same people, as long as one wants theirs; never of one's own posts.
- A post that was there already, by itself or by somebody else's boost, within ``AGAIN`` before, is not there again: so
  each is there once, however somebody walks through the pages.
- Nobody who is muted, blocked or suspended, nor whose server is muted, and nothing direct.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from rossgram_fed.ids import SEQUENCE_BITS
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.reading import RepliesShown
from rossgram_fed.models.relations import FollowState
from rossgram_fed.visibility import follows, heard, host_not_muted, listed, not_blocked, not_muted, visible

AGAIN = (7 * 24 * 3600 * 1000) << SEQUENCE_BITS
"""A week, as the distance of two ids."""

_IN_LANGUAGES = "(f.languages = '' OR p.language = '' OR ' ' || f.languages || ' ' LIKE '% ' || p.language || ' %')"
_NOT_EXCLUSIVE = (
    "(NOT EXISTS (SELECT 1 FROM lists lx WHERE lx.account_id = $1 AND lx.exclusive = TRUE) OR "
    "NOT EXISTS (SELECT 1 FROM lists l WHERE l.account_id = $1 AND l.exclusive = TRUE "
    "AND EXISTS (SELECT 1 FROM list_members lm WHERE lm.list_id = l.id AND lm.account_id = {account})))"
)
_TAGGED = (
    # The first part is asked once, not for every post.
    "(EXISTS (SELECT 1 FROM tag_follows tg WHERE tg.account_id = $1) "
    f"AND p.visibility = {int(Visibility.PUBLIC)} AND EXISTS (SELECT 1 FROM tag_follows tf WHERE tf.account_id = $1 "
    "AND EXISTS (SELECT 1 FROM post_tags pt WHERE pt.tag_id = tf.tag_id AND pt.post_id = p.id)) "
    f"AND EXISTS (SELECT 1 FROM accounts ta WHERE ta.id = p.account_id AND {listed('ta', '$1')}))"
)
_WITH_PHOTOS = "p.photo_count > 0 AND p.in_reply_to_uri = ''"


@dataclass(frozen=True, slots=True)
class Circle:
    """Whose posts, as SQL."""

    people: str
    """``FROM … WHERE …`` that gives each of them once, as the column ``person``."""
    brings: str
    """Whether posts of ``{account}`` are here."""
    boosts: str
    """Whether its boosts are."""
    answers: str
    """Whether an answer ``p`` is shown."""
    arguments: int
    """How many placeholders it has: ``$1``, or ``$2`` as well."""
    tags: bool = False
    """Whether tags that the viewer follows bring posts as well."""
    photos_only: bool = False

    @property
    def shows(self) -> str:
        """The condition that a post ``p`` is here by itself."""
        own = "p.account_id = $1 OR " if self.tags else ""
        tagged = f" OR {_TAGGED}" if self.tags else ""
        what = _WITH_PHOTOS if self.photos_only else "TRUE"
        return (
            f"{what} AND p.visibility < {int(Visibility.DIRECT)} AND ({own}({self._from('p.account_id', self.brings)} "
            f"AND {self.answers}){tagged}) AND (p.account_id = $1 OR {_wanted('p.account_id')}) "
            f"AND {visible('$1', author='a')}"
        )

    @property
    def shares(self) -> str:
        """The condition that a boost ``b`` of a post ``p`` is here, and nothing brought the post shortly before."""
        what = "p.photo_count > 0" if self.photos_only else "TRUE"
        return (
            f"{what} AND {self._shared_by('b')} AND p.account_id <> $1 AND {_wanted('p.account_id')} "
            f"AND {visible('$1', author='a')} AND p.visibility < {int(Visibility.DIRECT)} "
            f"AND NOT (p.id > b.id - {AGAIN} AND {self.shows}) "
            "AND NOT EXISTS (SELECT 1 FROM boosts e WHERE e.post_id = b.post_id AND e.id < b.id "
            f"AND e.id > b.id - {AGAIN} AND {self._shared_by('e')})"
        )

    def _shared_by(self, boost: str) -> str:
        who = f"{boost}.account_id"
        return (
            f"{self._from(who, self.boosts)} AND {_wanted(who)} AND {not_blocked('$1', who)} "
            f"AND EXISTS (SELECT 1 FROM accounts sa WHERE sa.id = {who} AND {heard('sa')})"
        )

    @staticmethod
    def _from(account: str, condition: str) -> str:
        return condition.format(account=account)


@cache
def home_circle(*, photos_only: bool = False) -> Circle:
    """Return the circle of the home timeline of ``$1``."""
    followed = f"f.follower_id = $1 AND f.state = {int(FollowState.ACCEPTED)}"
    one = f"EXISTS (SELECT 1 FROM follows f WHERE f.followed_id = {{account}} AND {followed} AND {_IN_LANGUAGES}"
    return Circle(
        people=f"SELECT f.followed_id AS person FROM follows f WHERE {followed} UNION ALL SELECT $1",
        brings=f"{one}) AND {_NOT_EXCLUSIVE}",
        boosts=f"{one} AND f.shows_boosts = TRUE) AND {_NOT_EXCLUSIVE}",
        answers=_answers(follows("$1", "r.account_id")),
        arguments=1,
        tags=True,
        photos_only=photos_only,
    )


@cache
def list_circle(replies: RepliesShown, *, photos_only: bool = False) -> Circle:
    """Return the circle of the list ``$2`` of ``$1``."""
    member = "EXISTS (SELECT 1 FROM list_members m WHERE m.list_id = $2 AND m.account_id = {account})"
    others = {
        RepliesShown.NONE: "FALSE",
        RepliesShown.LIST: member.format(account="r.account_id"),
        RepliesShown.FOLLOWED: follows("$1", "r.account_id"),
    }
    boosting = "EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = $1 AND f.followed_id = {account} "
    return Circle(
        people="SELECT m.account_id AS person FROM list_members m WHERE m.list_id = $2",
        brings=member,
        boosts=f"{member} AND NOT {boosting} AND f.shows_boosts = FALSE)",
        answers=_answers(others[replies]),
        arguments=2,
        photos_only=photos_only,
    )


def _answers(others: str) -> str:
    """Return the condition that ``p`` is no answer, or one that is shown; ``others`` is about the answered post."""
    return (
        "(p.in_reply_to_uri = '' OR EXISTS (SELECT 1 FROM posts r WHERE r.id = p.in_reply_to_id "
        f"AND (r.account_id = p.account_id OR r.account_id = $1 OR {others})))"
    )


def _wanted(account: str) -> str:
    return f"{not_muted('$1', account)} AND {host_not_muted('$1', account)}"
