"""What a post tells besides its words: which photo stands for it, and whatever else an author may add to it.

The rule: composer, edits and history carry one ``PostDetails`` and ask nothing of what is in it. A new detail is
a field of it, a field of ``templates/posts/_details.html``, and a line in each function here. Fields of single photos
end in the photo's id (``licence-17``). Drafts keep forms as they were typed, so that they need to know none of it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from rossgram_fed.ids import read_id
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


def details_from(form: Form, photo_ids: Collection[int]) -> PostDetails:
    """Read the fields of ``_details.html``; ``photo_ids`` are the photos of the form in their order."""
    cover = read_id(form.value("cover")) or 0
    return PostDetails(cover=cover if cover in photo_ids else 0)
