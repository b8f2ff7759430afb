"""What becomes of the posts of a page under somebody's filters: shown, behind a warning, covered, or left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rossgram_fed.database import Database
from rossgram_fed.filters.queries import shelf_of
from rossgram_fed.filters.rules import Sieve
from rossgram_fed.models.reading import FilterAction


@dataclass(frozen=True, slots=True)
class Words:
    """What filters ask of a post."""

    post_id: int
    author_id: int
    text: str
    """All that it says, without markup."""


@dataclass(frozen=True, slots=True)
class Sifted:
    """What somebody's filters make of the posts of a page."""

    titles: dict[int, str]
    """By the id of a post, the filters it runs into."""
    covered: frozenset[int]
    """Posts whose photos alone are to be covered."""
    hidden: frozenset[int]
    """Posts that are left out."""

    @property
    def behind(self) -> dict[int, str]:
        """What posts are to be shown behind, by their ids."""
        return {one: title for one, title in self.titles.items() if one not in self.covered and one not in self.hidden}


NOTHING = Sifted({}, frozenset(), frozenset())


async def sieve_of(database: Database, viewer_id: int | None) -> Sieve | None:
    """Return somebody's filters; None for nobody in particular, and for who has none."""
    if viewer_id is None:
        return None
    sieve = await shelf_of(database).sieve(database, viewer_id)
    return None if sieve.empty else sieve


def sift(sieve: Sieve, viewer_id: int | None, posts: Iterable[Words], *, context: str, now: int) -> Sifted:
    """Say what somebody's filters make of posts; their own are not filtered."""
    titles: dict[int, str] = {}
    covered, hidden = set(), set()
    for words in posts:
        if words.author_id == viewer_id:
            continue
        found = sieve.matches(words.text, post_id=words.post_id, now=now, context=context)
        if not found:
            continue
        titles[words.post_id] = ", ".join(one.rule.title for one in found)
        actions = {one.rule.action for one in found}
        if FilterAction.HIDE in actions:
            hidden.add(words.post_id)
        elif FilterAction.WARN not in actions:
            covered.add(words.post_id)
    return Sifted(titles, frozenset(covered), frozenset(hidden))
