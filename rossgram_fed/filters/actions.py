"""Making, changing and dropping filters; how many there may be, and how long, is bounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.filters.queries import CHANGED
from rossgram_fed.filters.rules import CONTEXTS
from rossgram_fed.instance import Change
from rossgram_fed.models.reading import FilterAction
from rossgram_fed.web.errors import Invalid

MOST_FILTERS = 100
MOST_KEYWORDS = 200
MOST_POSTS = 500
LONGEST_TITLE = 255
LONGEST_KEYWORD = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a filter says, but for what is in it."""

    title: str
    contexts: Sequence[str]
    action: FilterAction = FilterAction.WARN
    expires_at: int | None = None


async def create(change: Change, terms: Terms, *, account_id: int) -> int:
    """Make a filter and return its id; raise ``Invalid`` for what is none, and for one too many."""
    _check(terms)
    held = await change.tx.fetch_value("SELECT COUNT(*) FROM filters WHERE account_id = $1", account_id)
    if held >= MOST_FILTERS:
        raise Invalid(f"Validation failed: There may be {MOST_FILTERS} filters; remove one first")
    rule_id = change.new_id()
    await change.tx.execute(
        "INSERT INTO filters (id, account_id, title, contexts, action, expires_at, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        rule_id,
        account_id,
        terms.title.strip(),
        _joined(terms.contexts),
        int(terms.action),
        terms.expires_at,
        change.now,
    )
    _told(change, account_id)
    return rule_id


async def update(change: Change, terms: Terms, *, account_id: int, rule_id: int) -> None:
    """Change what one's own filter says; raise ``Invalid`` for what is none."""
    _check(terms)
    await change.tx.execute(
        "UPDATE filters SET title = $1, contexts = $2, action = $3, expires_at = $4 WHERE id = $5 AND account_id = $6",
        terms.title.strip(),
        _joined(terms.contexts),
        int(terms.action),
        terms.expires_at,
        rule_id,
        account_id,
    )
    _told(change, account_id)


async def delete(change: Change, *, account_id: int, rule_id: int) -> None:
    """Drop one's own filter with all that is in it."""
    await change.tx.execute("DELETE FROM filters WHERE id = $1 AND account_id = $2", rule_id, account_id)
    _told(change, account_id)


async def add_keyword(change: Change, keyword: str, *, account_id: int, rule_id: int, whole_word: bool) -> int:
    """Put a word or phrase into one's own filter and return its id; raise ``Invalid`` for none, and one too many."""
    _check_keyword(keyword)
    held = await change.tx.fetch_value("SELECT COUNT(*) FROM filter_keywords WHERE rule_id = $1", rule_id)
    if held >= MOST_KEYWORDS:
        raise Invalid(f"Validation failed: A filter may have {MOST_KEYWORDS} keywords")
    keyword_id = change.new_id()
    await change.tx.execute(
        "INSERT INTO filter_keywords (id, rule_id, keyword, whole_word) VALUES ($1, $2, $3, $4)",
        keyword_id,
        rule_id,
        keyword.strip(),
        whole_word,
    )
    _told(change, account_id)
    return keyword_id


async def change_keyword(change: Change, keyword: str, *, account_id: int, keyword_id: int, whole_word: bool) -> None:
    """Change a word in one's own filter; raise ``Invalid`` for none."""
    _check_keyword(keyword)
    await change.tx.execute(
        "UPDATE filter_keywords SET keyword = $1, whole_word = $2 WHERE id = $3 "
        "AND rule_id IN (SELECT id FROM filters WHERE account_id = $4)",
        keyword.strip(),
        whole_word,
        keyword_id,
        account_id,
    )
    _told(change, account_id)


async def remove_keyword(change: Change, *, account_id: int, keyword_id: int) -> None:
    """Take a word out of one's own filter."""
    await change.tx.execute(
        "DELETE FROM filter_keywords WHERE id = $1 AND rule_id IN (SELECT id FROM filters WHERE account_id = $2)",
        keyword_id,
        account_id,
    )
    _told(change, account_id)


async def add_post(change: Change, *, account_id: int, rule_id: int, post_id: int) -> None:
    """Filter one post, whatever it says; a second time changes nothing. Raise ``Invalid`` for one too many."""
    held = await change.tx.fetch_value("SELECT COUNT(*) FROM filtered_posts WHERE rule_id = $1", rule_id)
    if held >= MOST_POSTS:
        raise Invalid(f"Validation failed: A filter may name {MOST_POSTS} posts")
    await change.tx.execute(
        "INSERT INTO filtered_posts (id, rule_id, post_id) VALUES ($1, $2, $3) "
        "ON CONFLICT (rule_id, post_id) DO NOTHING",
        change.new_id(),
        rule_id,
        post_id,
    )
    _told(change, account_id)


async def remove_post(change: Change, *, account_id: int, part_id: int) -> None:
    """Filter one post no longer."""
    await change.tx.execute(
        "DELETE FROM filtered_posts WHERE id = $1 AND rule_id IN (SELECT id FROM filters WHERE account_id = $2)",
        part_id,
        account_id,
    )
    _told(change, account_id)


def _told(change: Change, account_id: int) -> None:
    change.tx.signal(CHANGED, str(account_id))


def _joined(contexts: Sequence[str]) -> str:
    return " ".join(name for name in CONTEXTS if name in contexts)


def _check(terms: Terms) -> None:
    if not terms.title.strip():
        raise Invalid("Validation failed: Title can't be blank")
    if len(terms.title) > LONGEST_TITLE:
        raise Invalid(f"Validation failed: Title is too long (maximum is {LONGEST_TITLE} characters)")
    if not terms.contexts or any(name not in CONTEXTS for name in terms.contexts):
        raise Invalid("Validation failed: Context None or invalid context supplied")


def _check_keyword(keyword: str) -> None:
    if not keyword.strip():
        raise Invalid("Validation failed: Keyword can't be blank")
    if len(keyword) > LONGEST_KEYWORD:
        raise Invalid(f"Validation failed: Keyword is too long (maximum is {LONGEST_KEYWORD} characters)")
