"""What search looks through: the words of each post, and the posts whose words are to be read (again).

The database itself notes which posts those are, whoever writes them (``database.words``): no writer waits for it.
"""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class PostWords(Model):
    """The words of a post; its id is the post's."""

    id = fields.BigIntField(primary_key=True, generated=False)
    words = fields.TextField()
    """Folded, each once, between single spaces, and after them marks (``search.words``)."""
    open = fields.BooleanField()
    """Whether anybody may come across it: it is public, and its author chose to be found. These alone are indexed."""

    class Meta:
        table = "post_words"


class UnreadPost(Model):
    """A post whose words are to be read; its id is the post's, which may be gone by then."""

    id = fields.BigIntField(primary_key=True, generated=False)

    class Meta:
        table = "unread_posts"
