"""Which of the viewer's filters posts run into.

As with Mastodon every filter is told, wherever the post is shown; its contexts say where apps let it hold. Nobody's own
posts are filtered for themselves.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from rossgram_fed.api.entities.filters import result_of
from rossgram_fed.api.reading_viewer import Showing, Sight
from rossgram_fed.database import Reader
from rossgram_fed.database.engine import placeholders
from rossgram_fed.filters.queries import sieve_for


async def filtered(showing: Showing) -> None:
    """Fill in ``filtered``."""
    if showing.viewer_id is None:
        return
    sieve, now = await sieve_for(showing.reader, showing.viewer_id)
    if sieve.empty:
        return
    others = [one for one in showing.sights if one.post.account_id != showing.viewer_id]
    options = await _options_of(showing.reader, others)
    for one in others:
        words = "\n".join([one.post.words, *options.get(one.post.id, ())])
        one.seen.filtered = [result_of(match) for match in sieve.matches(words, post_id=one.post.id, now=now)]


async def _options_of(reader: Reader, sights: Sequence[Sight]) -> Mapping[int, list[str]]:
    asked = [one.post.id for one in sights if one.post.poll_id is not None]
    options: defaultdict[int, list[str]] = defaultdict(list)
    if asked:
        for row in await reader.fetch(
            "SELECT po.post_id, o.title FROM poll_options o JOIN polls po ON po.id = o.poll_id "
            f"WHERE po.post_id IN ({placeholders(len(asked))}) ORDER BY o.position",
            *asked,
        ):
            options[row["post_id"]].append(row["title"])
    return options
