"""What makes posts and accounts look different to everybody, so that the database counts it (column ``revision``).

Whoever keeps something made of a post reads its revision again, and knows by it whether what they keep is still true,
whichever process changed the post. ``database.revisions`` makes triggers of this.
"""

from __future__ import annotations

UNSEEN: dict[str, frozenset[str]] = {
    "posts": frozenset(
        {"revision", "created_at", "caption", "context_uri", "cover", "replies_uri", "replies_fetched_at"}
    ),
    "accounts": frozenset(
        {
            "revision",
            "bio",
            "inbox",
            "shared_inbox",
            "outbox",
            "featured_uri",
            "featured_tags_uri",
            "public_keys",
            "fetched_at",
            "backfilled_at",
            "counted_at",
        }
    ),
}
"""Tables that have a revision, and their columns that make no difference."""

PARTS = ("photos", "mentions", "post_tags", "polls", "authorizations", "people_in_posts")
"""Tables whose rows are parts of the post in their column ``post_id``."""

NAMED = ("username", "domain", "url", "uri")
"""Columns of accounts that stand in the posts which mention them."""
