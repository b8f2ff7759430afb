"""What a post tells besides its words: which photo stands for it, and whatever else an author may add to it.

The rule: composer, edits and history carry one ``PostDetails`` and ask nothing of what is in it. A new detail is a
field of it, a field of ``templates/posts/_details.html``, and a line in each function here. Fields of single photos
end in the photo's id (``licence-17``). Drafts keep forms as they were typed, so that they need to know none of it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from rossgram_fed.database import Reader
from rossgram_fed.ids import read_id
from rossgram_fed.instance import Change
from rossgram_fed.web.forms import Form


@dataclass(frozen=True, slots=True)
class PostDetails:
    """The details of one post."""

    cover: int = 0
    """The photo that stands for the post in grids; 0 for the first."""

    @property
    def as_typed(self) -> dict[str, str]:
        """What the edit form starts with."""
        return {"cover": str(self.cover)} if self.cover else {}

    @property
    def told(self) -> dict[str, str]:
        """What history keeps and shows of them, as words by their names; how a post is arranged is no part of it."""
        return {}


def details_from(form: Form, photo_ids: Collection[int]) -> PostDetails:
    """Read the fields of ``_details.html``; ``photo_ids`` are the photos of the form in their order."""
    cover = read_id(form.value("cover")) or 0
    return PostDetails(cover=cover if cover in photo_ids else 0)


async def details_of(reader: Reader, post_id: int) -> PostDetails:
    """Read the details of a post."""
    row = await reader.fetch_one(
        "SELECT h.id FROM posts p JOIN photos h ON h.post_id = p.id AND h.position = p.cover "
        "WHERE p.id = $1 AND p.cover > 0",
        post_id,
    )
    return PostDetails(cover=row["id"] if row is not None else 0)


async def keep_details(change: Change, details: PostDetails, *, post_id: int) -> None:
    """Write the details of a post whose photos are in their places."""
    await change.tx.execute(
        "UPDATE posts SET cover = COALESCE((SELECT h.position FROM photos h WHERE h.id = $1 AND h.post_id = $2), 0) "
        "WHERE id = $2",
        details.cover,
        post_id,
    )
