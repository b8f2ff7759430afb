"""Who may see a post: one rule, in two forms that a test compares with each other.

``can_see`` is the rule over facts. ``visible`` is the same rule as a clause of SQL, and every query that shows posts
to somebody carries it: public and unlisted posts are for all, followers-only ones for accepted followers and those
mentioned, direct ones for those mentioned, archived ones for nobody; authors see their own; a block in either direction
hides everything, and so does the suspension of the author, or of the author's host, and the viewer's wish for nothing
of that host.

``heard`` and ``listed`` are about accounts: whether one takes part at all, and whether somebody who did not ask for it
comes across it.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from rossgram_fed.models.accounts import Standing
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import FollowState


def can_see(
    visibility: Visibility,
    *,
    viewer_id: int | None,
    author_id: int,
    author_heard: bool = True,
    follows: bool = False,
    mentioned: bool = False,
    blocked: bool = False,
    host_muted: bool = False,
) -> bool:
    """Say whether the viewer (None: somebody not signed in) may see a post.

    ``author_heard`` means that neither the author nor their host is suspended; ``follows`` an accepted follow of the
    author by the viewer; ``blocked`` a block in either direction; ``host_muted`` that the viewer wants nothing of the
    author's server.
    """
    if viewer_id is not None and viewer_id == author_id:
        return True
    if blocked or host_muted or not author_heard or visibility is Visibility.ARCHIVED:
        return False
    if visibility in (Visibility.PUBLIC, Visibility.UNLISTED):
        return True
    if viewer_id is None:
        return False
    return mentioned or (visibility == Visibility.FOLLOWERS and follows)


def visible(viewer: str | None, post: str = "p", *, author: str = "") -> str:
    """Return the rule as a condition on the table ``posts`` under the name ``post``.

    ``viewer`` is the placeholder of the viewer's account id (``$1``), or None for somebody not signed in. ``author``
    names the table ``accounts`` where the query has joined the post's author already, which saves a look at it.
    """
    suspended_not = heard(author) if author else _author_heard(post)
    open_to_all = f"{post}.visibility <= {int(Visibility.UNLISTED)}"
    if viewer is None:
        return f"({open_to_all} AND {suspended_not})"
    return f"({post}.account_id = {viewer} OR ({suspended_not} AND {meant_for(viewer, post)}))"


def meant_for(viewer: str, post: str = "p") -> str:
    """Return the condition that somebody else's post is for a viewer, whatever the standing of its author."""
    open_to_all = f"{post}.visibility <= {int(Visibility.UNLISTED)}"
    return (
        f"({not_blocked(viewer, f'{post}.account_id')} AND {host_not_muted(viewer, f'{post}.account_id')} "
        f"AND ({open_to_all} "
        f"OR ({post}.visibility <= {int(Visibility.DIRECT)} "
        f"AND EXISTS (SELECT 1 FROM mentions vm WHERE vm.post_id = {post}.id AND vm.account_id = {viewer})) "
        f"OR ({post}.visibility = {int(Visibility.FOLLOWERS)} AND {follows(viewer, f'{post}.account_id')})))"
    )


def heard(account: str) -> str:
    """Return the condition that neither an account (a name of the table ``accounts``) nor its host is suspended."""
    return f"({account}.suspended_at IS NULL AND {account}.host_standing < {int(Standing.SUSPENDED)})"


def listed(account: str, viewer: str | None) -> str:
    """Return the condition that an account is shown to somebody who did not ask for it.

    Those that are limited, or whose host is, are shown so to themselves and to those who follow them alone.
    """
    unlimited = f"({account}.limited_at IS NULL AND {account}.host_standing = {int(Standing.OPEN)})"
    if viewer is None:
        return unlimited
    return f"({unlimited} OR {account}.id = {viewer} OR {follows(viewer, f'{account}.id')})"


def shows_network(account_id: str) -> str:
    """Return the condition that an account lets others see who follows it and whom it follows."""
    return f"NOT EXISTS (SELECT 1 FROM accounts hn WHERE hn.id = {account_id} AND hn.hides_network)"


def follows(one: str, other: str) -> str:
    """Return the condition that one account follows another and was accepted; placeholders or columns."""
    return (
        f"EXISTS (SELECT 1 FROM follows vf WHERE vf.follower_id = {one} AND vf.followed_id = {other} "
        f"AND vf.state = {int(FollowState.ACCEPTED)})"
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


def host_not_muted(viewer: str, other: str) -> str:
    """Return the condition that the viewer did not mute the whole server of the other account."""
    # In this order, so that for those who muted no server one look at an index is all it costs.
    return (
        f"NOT EXISTS (SELECT 1 FROM host_mutes vh WHERE vh.account_id = {viewer} AND EXISTS "
        f"(SELECT 1 FROM accounts vd WHERE vd.id = {other} AND vd.domain = vh.host))"
    )


def news_wanted(viewer: str, other: str) -> str:
    """Return the condition that the viewer wants to be told what the other account does.

    A mute may leave the news alone; one of the whole server never does.
    """
    return (
        f"NOT EXISTS (SELECT 1 FROM mutes vn WHERE vn.account_id = {viewer} AND vn.target_id = {other} "
        f"AND vn.hides_news) AND {host_not_muted(viewer, other)}"
    )


def _author_heard(post: str) -> str:
    return f"EXISTS (SELECT 1 FROM accounts va WHERE va.id = {post}.account_id AND {heard('va')})"
