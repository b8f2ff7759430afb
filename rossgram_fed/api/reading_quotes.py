"""The posts that posts quote, for those who may see them, and who may quote a post.

A quote is shown with its author's leave only (``posts.quoted``); to those who may not see it, it is not authorised.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from functools import cache

from rossgram_fed.api.entities.quotes import AUTOMATIC, STATES, Quote, QuoteApproval, ShallowQuote
from rossgram_fed.api.entities.statuses import Status
from rossgram_fed.api.reading_bodies import Common
from rossgram_fed.api.reading_viewer import Showing
from rossgram_fed.database.engine import placeholders
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import QuoteState, Visibility
from rossgram_fed.models.relations import FollowState
from rossgram_fed.posts.policies import may_quote, quotable

# As plain numbers: a page compares dozens, and comparing with an enum takes ten times as long.
_NONE, _ACCEPTED, _FOLLOWERS = int(QuoteState.NONE), int(QuoteState.ACCEPTED), int(Policy.FOLLOWERS)


async def quotes(showing: Showing) -> None:
    """Fill in ``quote`` and ``quote_approval``."""
    wanted = sorted({one for sight in showing.sights if (one := _shown(sight.post)) is not None})
    inside = {} if showing.nested or not wanted else await showing.read(wanted)
    followed = await _followed(showing)
    for sight in showing.sights:
        post = sight.post
        if post.quote_state != _NONE:
            sight.seen.quote = _shallow(post) if showing.nested else _quote(post, inside)
        sight.seen.quote_approval = _approval(
            post.quote_policy,
            post.visibility,
            viewed=showing.viewer_id is not None,
            own=post.account_id == showing.viewer_id,
            follows=post.account_id in followed,
        )


def _shown(post: Common) -> int | None:
    return post.quoted_id if post.quote_state == _ACCEPTED else None


def _quote(post: Common, inside: dict[int, Status]) -> Quote:
    shown = _shown(post)
    if post.quote_state != QuoteState.ACCEPTED:
        return Quote(STATES[QuoteState(post.quote_state)], None)
    if shown is None:
        return Quote("deleted", None)
    return Quote("accepted", inside[shown]) if shown in inside else Quote("unauthorized", None)


def _shallow(post: Common) -> ShallowQuote:
    shown = _shown(post)
    return ShallowQuote(STATES[QuoteState(post.quote_state)], None if shown is None else str(shown))


async def _followed(showing: Showing) -> set[int]:
    """Return those authors whom the viewer follows, as far as it matters to who may quote."""
    authors = {one.post.account_id for one in showing.sights if one.post.quote_policy == _FOLLOWERS}
    if showing.viewer_id is None or not authors:
        return set()
    rows = await showing.reader.fetch(
        f"SELECT f.followed_id FROM follows f WHERE f.follower_id = $1 AND f.state = {int(FollowState.ACCEPTED)} "
        f"AND f.followed_id IN ({placeholders(len(authors), 2)})",
        showing.viewer_id,
        *sorted(authors),
    )
    return {row["followed_id"] for row in rows}


@cache
def _approval(policy: int, visibility: int, *, viewed: bool, own: bool, follows: bool) -> QuoteApproval:
    """Return one of few values, which nobody changes: posts share them."""
    rule = Policy(policy), Visibility(visibility)
    may = viewed and may_quote(*rule, own=own, follows=follows)
    return QuoteApproval(
        automatic=list(AUTOMATIC[quotable(*rule)]), manual=[], current_user="automatic" if may else "denied"
    )
