"""Drafts: composers as they were typed, kept on the server with their photos, for their authors alone.

A draft is no post: it lives in a table of its own, which no query over posts reads, so that nothing of it can be served
to anybody else. The composer keeps one by itself, whatever button is pressed; the others were put aside by name, wait
for their time, or are edits under way of posts that are published.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import orjson
from multidict import MultiDict

from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.ids import read_id
from rossgram_fed.instance import Change
from rossgram_fed.posts.people import handles_in
from rossgram_fed.posts.photo_views import PHOTO_COLUMNS, PhotoView, photo_from
from rossgram_fed.posts.waiting import MOST_WAITING
from rossgram_fed.web.csrf import FIELD
from rossgram_fed.web.errors import Invalid
from rossgram_fed.web.forms import Form

MOST_DRAFTS = 100
"""Drafts of one account."""
MOST_FIELDS = 1000
LONGEST_FIELD = 20_000

_NOT_KEPT = frozenset({FIELD, "do", "draft", "as_of", "photo", "arrived"})


@dataclass(frozen=True)
class Draft:
    """A draft as its author sees it."""

    id: int
    account_id: int
    post_id: int | None
    """The post that it edits; None for one that is not published."""
    fields: tuple[tuple[str, str], ...]
    kept: bool
    publish_at: int | None
    zone: str
    problem: str
    updated_at: int

    @cached_property
    def form(self) -> Form:
        """The form as it was."""
        return Form(MultiDict(self.fields))

    @property
    def photo_ids(self) -> tuple[int, ...]:
        """Its photos in their order."""
        return tuple(number for name, text in self.fields if name == "photo" and (number := read_id(text)))

    @property
    def caption(self) -> str:
        """What was typed as the caption."""
        return self.form.value("caption")

    @property
    def naming(self) -> str:
        """A text with everybody whom it names, in the caption or as being in the photos."""
        return " ".join((self.caption, *(f"@{handle}" for handle in handles_in(self.form.value("people")))))


async def draft_of(reader: Reader, account_id: int, *, draft_id: int) -> Draft | None:
    """Return somebody's own draft."""
    row = await reader.fetch_one("SELECT * FROM drafts WHERE id = $1 AND account_id = $2", draft_id, account_id)
    return None if row is None else _draft(row)


async def open_draft(reader: Reader, account_id: int) -> Draft | None:
    """Return what the composer kept by itself and nobody put aside."""
    row = await reader.fetch_one(
        "SELECT * FROM drafts WHERE account_id = $1 AND post_id IS NULL AND kept = FALSE AND publish_at IS NULL "
        "ORDER BY id DESC LIMIT 1",
        account_id,
    )
    return None if row is None else _draft(row)


async def edit_under_way(reader: Reader, account_id: int, *, post_id: int) -> Draft | None:
    """Return the edit of a post that its author began and did not save."""
    row = await reader.fetch_one("SELECT * FROM drafts WHERE account_id = $1 AND post_id = $2", account_id, post_id)
    return None if row is None else _draft(row)


async def drafts_of(reader: Reader, account_id: int, *, scheduled: bool) -> tuple[Draft, ...]:
    """Return what somebody has not published: what waits for its time, the next one first, or all the rest."""
    when = "publish_at IS NOT NULL ORDER BY publish_at, id" if scheduled else "publish_at IS NULL ORDER BY id DESC"
    rows = await reader.fetch(f"SELECT * FROM drafts WHERE account_id = $1 AND {when} LIMIT {MOST_DRAFTS}", account_id)
    return tuple(_draft(row) for row in rows)


async def photos_in(reader: Reader, account_id: int, draft: Draft | None) -> tuple[PhotoView, ...]:
    """Return the photos that wait in a draft, in its order; the composer's own has also those that are in none."""
    placed = () if draft is None else draft.photo_ids
    loose = draft is None or (draft.post_id is None and not draft.kept and draft.publish_at is None)
    rows = await reader.fetch(
        f"SELECT {PHOTO_COLUMNS} FROM photos h WHERE h.account_id = $1 AND h.post_id IS NULL AND h.remote_url = '' "
        f"AND (h.draft_id = $2{' OR h.draft_id IS NULL' * loose}) ORDER BY h.id LIMIT {MOST_WAITING}",
        account_id,
        0 if draft is None else draft.id,
    )
    order = {photo_id: place for place, photo_id in enumerate(placed)}
    return tuple(sorted((photo_from(row) for row in rows), key=lambda photo: order.get(photo.id, len(order))))


async def thumbs_of(reader: Reader, drafts: Iterable[Draft]) -> dict[int, PhotoView]:
    """Return one photo of each draft that has any."""
    ids = [draft.id for draft in drafts]
    if not ids:
        return {}
    rows = await reader.fetch(
        f"SELECT {PHOTO_COLUMNS}, h.draft_id FROM photos h WHERE h.draft_id IN ({placeholders(len(ids))}) "
        "AND h.post_id IS NULL AND h.state = 0 ORDER BY h.id DESC",
        *ids,
    )
    return {row["draft_id"]: photo_from(row) for row in rows}


async def save(
    change: Change,
    form: Form,
    *,
    account_id: int,
    photo_ids: Iterable[int],
    draft_id: int | None,
    post_id: int | None = None,
) -> int:
    """Keep a form as it was typed, with its photos in this order, and return the draft's id.

    A draft that is gone is made anew. Raises ``Invalid`` when there are too many.
    """
    photos = list(photo_ids)
    text = _text(form, photos)
    rows = await change.tx.fetch(
        "UPDATE drafts SET form = $1, updated_at = $2 WHERE id = $3 AND account_id = $4 "
        "AND COALESCE(post_id, 0) = $5 RETURNING id",
        text,
        change.now,
        draft_id or 0,
        account_id,
        post_id or 0,
    )
    kept = int(rows[0]["id"]) if rows else await _insert(change, text, account_id=account_id, post_id=post_id)
    if photos:
        await change.tx.execute(
            "UPDATE photos SET draft_id = $1 WHERE account_id = $2 AND post_id IS NULL "
            f"AND id IN ({placeholders(len(photos), 3)})",
            kept,
            account_id,
            *photos,
        )
    return kept


async def put_aside(change: Change, draft_id: int, *, account_id: int) -> None:
    """Keep a draft by name; the composer begins with an empty one."""
    await change.tx.execute("UPDATE drafts SET kept = TRUE WHERE id = $1 AND account_id = $2", draft_id, account_id)


async def forget(change: Change, draft_id: int, *, account_id: int) -> bool:
    """Remove a draft and the photos that still wait in it; say whether it was there."""
    await change.tx.execute(
        "DELETE FROM photos WHERE draft_id = $1 AND account_id = $2 AND post_id IS NULL", draft_id, account_id
    )
    rows = await change.tx.fetch(
        "DELETE FROM drafts WHERE id = $1 AND account_id = $2 RETURNING id", draft_id, account_id
    )
    change.tx.signal("media")
    return bool(rows)


async def _insert(change: Change, text: str, *, account_id: int, post_id: int | None) -> int:
    held = await change.tx.fetch_value("SELECT COUNT(*) FROM drafts WHERE account_id = $1", account_id)
    if int(held or 0) >= MOST_DRAFTS:
        raise Invalid(f"You have {MOST_DRAFTS} drafts already. Post or delete some of them first.")
    rows = await change.tx.fetch(
        "INSERT INTO drafts (id, account_id, post_id, form, kept, publish_at, zone, problem, created_at, updated_at) "
        "VALUES ($1, $2, $3, $4, FALSE, NULL, '', '', $5, $5) "
        "ON CONFLICT (account_id, post_id) DO UPDATE SET form = excluded.form, updated_at = excluded.updated_at "
        "RETURNING id",
        change.new_id(),
        account_id,
        post_id,
        text,
        change.now,
    )
    return int(rows[0]["id"])


def _text(form: Form, photos: Iterable[int]) -> str:
    typed = [[name, text[:LONGEST_FIELD]] for name, text in form.values.items() if name not in _NOT_KEPT]
    return orjson.dumps([["photo", str(photo)] for photo in photos] + typed[:MOST_FIELDS]).decode()


def _draft(row: Row) -> Draft:
    return Draft(
        id=row["id"],
        account_id=row["account_id"],
        post_id=row["post_id"],
        fields=tuple((str(name), str(text)) for name, text in orjson.loads(row["form"])),
        kept=bool(row["kept"]),
        publish_at=row["publish_at"],
        zone=row["zone"],
        problem=row["problem"],
        updated_at=row["updated_at"],
    )
