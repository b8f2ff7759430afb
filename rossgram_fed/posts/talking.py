"""What the page of a post says about commenting: the rule of its thread, and whether the viewer may speak."""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.database import Reader
from rossgram_fed.models.accounts import Policy
from rossgram_fed.posts.policies import CLOSED, may_answer
from rossgram_fed.posts.views import PostPage


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule of a thread for one viewer."""

    sentence: str = ""
    """What it is; empty where everybody may comment."""
    closed: bool = False
    """Whether the viewer may not. Somebody not signed in may turn out to be a follower, but never the author."""


async def rule_of(reader: Reader, page: PostPage, *, viewer_id: int | None) -> Rule:
    """Return the rule; where the root of the thread is on the page and lets everybody comment, it costs nothing."""
    roots = [post for post in (*page.ancestors[:1], page.post) if post.id == page.post.thread_id]
    if roots and roots[0].comment_policy is Policy.EVERYONE:
        return Rule()
    allowed = may_answer("$2", thread="p.thread_id", answered="p.id")
    row = await reader.fetch_one(
        "SELECT (SELECT r.comment_policy FROM posts r WHERE r.id = p.thread_id) AS policy, "
        f"CASE WHEN {allowed} THEN 1 ELSE 0 END AS allowed FROM posts p WHERE p.id = $1",
        page.post.id,
        viewer_id or 0,
    )
    if row is None or not row["policy"]:
        return Rule()
    policy = Policy(row["policy"])
    closed = policy is Policy.NOBODY if viewer_id is None else not row["allowed"]
    return Rule(CLOSED[policy], closed=closed)
