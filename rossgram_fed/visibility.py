"""Who may see a post: one rule, in two forms that a test compares with each other.

``can_see`` is the rule over facts. ``visible`` is the same rule as a clause of SQL, and every query that shows posts
to somebody carries it: public and unlisted posts are for all, followers-only ones for accepted followers and those
mentioned, direct ones for those mentioned; authors see their own; a block in either direction hides everything.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import FollowState


def can_see(
    visibility: Visibility,
    *,
    viewer_id: int | None,
    author_id: int,
    follows: bool = False,
    mentioned: bool = False,
    blocked: bool = False,
) -> bool:
    """Say whether the viewer (None: somebody not signed in) may see a post.

    ``follows`` means an accepted follow of the author by the viewer; ``blocked`` a block in either direction.
    """
    if viewer_id is None:
        return visibility in (Visibility.PUBLIC, Visibility.UNLISTED)
    if viewer_id == author_id:
        return True
    if blocked:
        return False
    if visibility in (Visibility.PUBLIC, Visibility.UNLISTED) or mentioned:
        return True
    return visibility == Visibility.FOLLOWERS and follows


def visible(viewer: str | None, post: str = "p") -> str:
    """Return the rule as a condition on the table ``posts`` under the name ``post``.

    ``viewer`` is the placeholder of the viewer's account id (``$1``), or None for somebody not signed in.
    """
    open_to_all = f"{post}.visibility <= {int(Visibility.UNLISTED)}"
    if viewer is None:
        return f"({open_to_all})"
    return (
        f"({post}.account_id = {viewer} OR ({not_blocked(viewer, f'{post}.account_id')} AND ({open_to_all} "
        f"OR EXISTS (SELECT 1 FROM mentions vm WHERE vm.post_id = {post}.id AND vm.account_id = {viewer}) "
        f"OR ({post}.visibility = {int(Visibility.FOLLOWERS)} AND EXISTS (SELECT 1 FROM follows vf "
        f"WHERE vf.follower_id = {viewer} AND vf.followed_id = {post}.account_id "
        f"AND vf.state = {int(FollowState.ACCEPTED)})))))"
    )


def not_blocked(one: str, other: str) -> str:
    """Return the condition that no block stands between two accounts, given as placeholders or columns."""
    return (
        f"NOT EXISTS (SELECT 1 FROM blocks vb WHERE vb.account_id = {one} AND vb.target_id = {other}) "
        f"AND NOT EXISTS (SELECT 1 FROM blocks vc WHERE vc.account_id = {other} AND vc.target_id = {one})"
    )


def not_muted(viewer: str, other: str) -> str:
    """Return the condition that the viewer did not mute the other account."""
    return f"NOT EXISTS (SELECT 1 FROM mutes vu WHERE vu.account_id = {viewer} AND vu.target_id = {other})"
