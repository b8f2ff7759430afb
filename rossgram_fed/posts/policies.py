"""Who may comment on a post, and who may quote it: the rule as SQL, and what strangers' posts say read into it.

A whole thread obeys the post at its root. Who wrote that one always may comment, and so may whoever it mentions, or
whom its author answers or mentions further down; else everybody, accepted followers, or nobody. Where the root is not
here (any more), nobody's policy is left and all may. Only open posts can be quoted by others, whatever their policy.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Collection

from activitypub.objects import PUBLIC
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import Visibility
from rossgram_fed.visibility import follows

CLOSED = {
    Policy.FOLLOWERS: "Only followers of the author, and those they mention, may comment on this post.",
    Policy.NOBODY: "The author of this post takes no comments on it.",
}
"""Why somebody may not comment."""


def may_answer(who: str, *, thread: str, answered: str, ours: bool = False) -> str:
    """Return the condition that an account may comment in a thread, in answer to one of its posts.

    ``who``, ``thread`` and ``answered`` are placeholders or columns: the account's id, the root's and the post's.
    ``ours`` keeps only roots that live here to it: who follows a stranger is known to the stranger's server alone.
    """
    return (
        f"NOT EXISTS (SELECT 1 FROM posts ra WHERE ra.id = {thread} AND ra.comment_policy > {int(Policy.EVERYONE)} "
        f"{'AND ra.local = TRUE ' if ours else ''}AND ra.account_id <> {who} "
        f"AND NOT (ra.comment_policy = {int(Policy.FOLLOWERS)} AND {follows(who, 'ra.account_id')}) "
        f"AND NOT EXISTS (SELECT 1 FROM mentions rm JOIN posts rq ON rq.id = rm.post_id WHERE rm.account_id = {who} "
        f"AND rm.post_id IN (ra.id, {answered}) AND rq.account_id = ra.account_id))"
    )


def policy_in(may: Collection[str] | None, *, author_uri: str, followers_uri: str, unsaid: Policy) -> Policy:
    """Read the actors and collections that a stranger's post lets do something; ``unsaid`` is for one that is silent.

    Their other collections we cannot look into; whoever is in them shall not be kept from trying.
    """
    if may is None:
        return unsaid
    if PUBLIC in may:
        return Policy.EVERYONE
    if followers_uri and followers_uri in may:
        return Policy.FOLLOWERS
    return Policy.EVERYONE if any(one.startswith(f"{author_uri}/") for one in may) else Policy.NOBODY


def may_quote(policy: Policy, visibility: Visibility, *, own: bool, follows: bool) -> bool:
    """Say whether somebody who can see a post may quote it."""
    if own:
        return True
    policy = quotable(policy, visibility)
    return policy is Policy.EVERYONE or (policy is Policy.FOLLOWERS and follows)


def quotable(policy: Policy, visibility: Visibility) -> Policy:
    """Return who may quote a post of this visibility."""
    return policy if visibility in (Visibility.PUBLIC, Visibility.UNLISTED) else Policy.NOBODY
