"""Who is in the photos: said by the author, refused or taken back by the people themselves.

Whom a post names so is mentioned by it as well, so that they may see it and their servers hear of it. Nobody is named
who does not want to be: by their settings, by a block in either direction, or because they took it back once. The
author gets one sentence for all of these, so that it tells nothing about blocks.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from rossgram_fed.accounts.mentions import resolve
from rossgram_fed.caption import mentions_in
from rossgram_fed.cards import CARD_COLUMNS, AccountCard, card_from
from rossgram_fed.database import Reader
from rossgram_fed.database.engine import placeholders
from rossgram_fed.instance import Change
from rossgram_fed.models.accounts import TagPolicy
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.actions import notify, withdraw
from rossgram_fed.posts import documents, store
from rossgram_fed.posts.telling import tell
from rossgram_fed.visibility import follows, heard, not_blocked
from rossgram_fed.web.errors import Invalid, NotFound

MOST_PEOPLE = 20
_WILLING = (
    f"{not_blocked('a.id', '$1')} AND NOT EXISTS (SELECT 1 FROM people_in_posts w WHERE w.post_id = $2 "
    "AND w.account_id = a.id AND w.withdrawn_at IS NOT NULL) AND (u.tag_policy IS NULL "
    f"OR u.tag_policy = {int(TagPolicy.EVERYONE)} "
    f"OR (u.tag_policy = {int(TagPolicy.FOLLOWED)} AND {follows('a.id', '$1')}))"
)


async def people_in(reader: Reader, post_id: int, *, viewer_id: int | None = None) -> tuple[AccountCard, ...]:
    """Return who is named as being in the photos of a post, without whom a block parts from the viewer."""
    unblocked = "" if viewer_id is None else f"AND {not_blocked('$2', 'a.id')}"
    rows = await reader.fetch(
        f"SELECT {CARD_COLUMNS} FROM people_in_posts n JOIN accounts a ON a.id = n.account_id WHERE n.post_id = $1 "
        f"AND n.withdrawn_at IS NULL AND a.deleted_at IS NULL AND {heard('a')} {unblocked} ORDER BY n.id",
        *((post_id,) if viewer_id is None else (post_id, viewer_id)),
    )
    return tuple(card_from(row) for row in rows)


async def people_in_posts(
    reader: Reader, post_ids: Sequence[int], *, viewer_id: int | None
) -> dict[int, list[AccountCard]]:
    """Return the same for several posts at once; posts that name nobody are missing."""
    if not post_ids:
        return {}
    known = [] if viewer_id is None else [viewer_id]
    unblocked = f"AND {not_blocked('$1', 'a.id')}" if known else ""
    rows = await reader.fetch(
        f"SELECT n.post_id, {CARD_COLUMNS} FROM people_in_posts n JOIN accounts a ON a.id = n.account_id "
        f"WHERE n.post_id IN ({placeholders(len(post_ids), len(known) + 1)}) AND n.withdrawn_at IS NULL "
        f"AND a.deleted_at IS NULL AND {heard('a')} {unblocked} ORDER BY n.id",
        *known,
        *post_ids,
    )
    named: dict[int, list[AccountCard]] = {}
    for row in rows:
        named.setdefault(row["post_id"], []).append(card_from(row))
    return named


async def people_ever_in(
    reader: Reader, post_id: int, account_ids: Collection[int], *, viewer_id: int | None
) -> dict[int, AccountCard]:
    """Return those of these people who were named on a post once and may be shown so still: not who took it back, nor
    whom a block parts from the viewer.
    """
    unblocked = "" if viewer_id is None else f"AND {not_blocked('$2', 'a.id')}"
    arguments = (post_id,) if viewer_id is None else (post_id, viewer_id)
    rows = await reader.fetch(
        f"SELECT {CARD_COLUMNS} FROM accounts a "
        f"WHERE a.id IN ({placeholders(len(account_ids), len(arguments) + 1)}) AND a.deleted_at IS NULL "
        f"AND {heard('a')} {unblocked} AND NOT EXISTS (SELECT 1 FROM people_in_posts w WHERE w.post_id = $1 "
        "AND w.account_id = a.id AND w.withdrawn_at IS NOT NULL)",
        *arguments,
        *account_ids,
    )
    return {card.id: card for card in map(card_from, rows)}


async def name_people(change: Change, handles: Sequence[str], *, post_id: int) -> None:
    """Say who is in the photos of a post from here; raise ``Invalid`` for who is not known or not to be named."""
    rows = await change.tx.fetch("SELECT account_id, withdrawn_at FROM people_in_posts WHERE post_id = $1", post_id)
    named = {row["account_id"] for row in rows if row["withdrawn_at"] is None}
    if not handles and not named:
        return
    if len(handles) > MOST_PEOPLE:
        raise Invalid(f"Name {MOST_PEOPLE} people at most.")
    author_id = await change.tx.fetch_value("SELECT account_id FROM posts WHERE id = $1", post_id)
    wanted = await _accounts(change, handles)
    wanted.pop(author_id, None)
    fresh = {account_id: handle for account_id, handle in wanted.items() if account_id not in named}
    willing = await _willing(change, fresh, author_id=author_id, post_id=post_id)
    for account_id, handle in fresh.items():
        if account_id not in willing:
            raise Invalid(f"@{handle} does not want to be named here; leave them out.")
    await _insert(change, list(fresh), author_id=author_id, post_id=post_id)
    for account_id in named - wanted.keys():
        await change.tx.execute(
            "DELETE FROM people_in_posts WHERE post_id = $1 AND account_id = $2", post_id, account_id
        )
        await _unmention(change, account_id, author_id=author_id, post_id=post_id)


async def untag(change: Change, *, account_id: int, post_id: int) -> None:
    """Take one's own name back from a post; everybody who has the post is told.

    Raises ``NotFound`` where one is not named.
    """
    rows = await change.tx.fetch(
        "UPDATE people_in_posts SET withdrawn_at = $1 WHERE post_id = $2 AND account_id = $3 AND withdrawn_at IS NULL "
        "RETURNING (SELECT p.account_id FROM posts p WHERE p.id = post_id) AS author_id",
        change.now,
        post_id,
        account_id,
    )
    if not rows:
        raise NotFound("You are not named on this post.")
    await _unmention(change, account_id, author_id=rows[0]["author_id"], post_id=post_id)
    await tell(change, post_id, document_of=partial(documents.untag_document, at=change.now))


async def _accounts(change: Change, handles: Sequence[str]) -> dict[int, str]:
    """Return handles by accounts; raise ``Invalid`` for one that nobody has."""
    known = await resolve(change.tx, change.settings, " ".join(f"@{handle}" for handle in handles))
    for handle in handles:
        if handle not in known:
            raise Invalid(f"Nobody is known as @{handle}; look at how the name is written.")
    return {known[handle].account_id: handle for handle in handles}


async def _willing(change: Change, account_ids: Collection[int], *, author_id: int, post_id: int) -> set[int]:
    if not account_ids:
        return set()
    rows = await change.tx.fetch(
        "SELECT a.id FROM accounts a LEFT JOIN users u ON u.account_id = a.id "
        f"WHERE a.id IN ({placeholders(len(account_ids), 3)}) AND {_WILLING}",
        author_id,
        post_id,
        *account_ids,
    )
    return {row["id"] for row in rows}


async def _insert(change: Change, account_ids: Sequence[int], *, author_id: int, post_id: int) -> None:
    await change.tx.execute_many(
        "INSERT INTO people_in_posts (id, post_id, account_id, created_at) VALUES ($1, $2, $3, $4)",
        [(change.new_id(), post_id, account_id, change.now) for account_id in account_ids],
    )
    await store.add_mentions(change, post_id, account_ids)
    for account_id in account_ids:
        await notify(change, account_id=account_id, kind=NotificationKind.TAGGED, actor_id=author_id, post_id=post_id)


async def _unmention(change: Change, account_id: int, *, author_id: int, post_id: int) -> None:
    """Take the mention and the news of it back, unless the caption names them too."""
    await withdraw(change, account_id=account_id, kind=NotificationKind.TAGGED, actor_id=author_id, post_id=post_id)
    caption = await change.tx.fetch_value("SELECT caption FROM posts WHERE id = $1", post_id)
    mentioned = await resolve(change.tx, change.settings, caption)
    if account_id not in {one.account_id for one in mentioned.values()}:
        await change.tx.execute("DELETE FROM mentions WHERE post_id = $1 AND account_id = $2", post_id, account_id)


def handles_in(text: str) -> tuple[str, ...]:
    """Read the handles that somebody typed, with or without the first sign: ``@ana, bo@far.example``."""
    words = text.replace(",", " ").replace(";", " ").split()
    return mentions_in(" ".join(f"@{word.removeprefix('@')}" for word in words))
