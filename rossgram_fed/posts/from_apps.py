"""Posts of apps that wait for their time, as drafts: the composer's fields, and those that the composer has none for.

The rule: what an app may say and the composer may not is kept under names of its own, and read only where the first of
them says that an app wrote the draft. Opened and kept in the composer, it becomes one of the composer's.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from dataclasses import replace

import orjson
from multidict import MultiDict

from rossgram_fed.accounts.preferences import POLICY_NAMES
from rossgram_fed.config import LimitSettings
from rossgram_fed.database import Reader
from rossgram_fed.database.engine import placeholders
from rossgram_fed.ids import read_id
from rossgram_fed.polls.drafts import PollDraft
from rossgram_fed.posts.drafts import PostDraft
from rossgram_fed.posts.forms import AUDIENCE_NAMES, cards_from, draft_from
from rossgram_fed.web.errors import Invalid
from rossgram_fed.web.forms import Form

APP = "app"


async def form_of(reader: Reader, draft: PostDraft, *, account_id: int) -> Form:
    """Return a draft as the form that is kept of it; raise ``Invalid`` for photos that are not theirs to post."""
    fields = MultiDict[str]()
    fields[APP] = str(draft.app_id or 0)
    fields["caption"], fields["visibility"] = draft.caption, AUDIENCE_NAMES[draft.visibility]
    fields["warning"], fields["language"] = draft.warning, draft.language
    fields["comments"], fields["quotes"] = POLICY_NAMES[draft.comment_policy], POLICY_NAMES[draft.quote_policy]
    if draft.sensitive:
        fields["sensitive"] = "1"
    if draft.details.place:
        fields["place"] = str(draft.details.place)
    for name, number in (("parent", draft.parent_id), ("quote", draft.quoted_id)):
        if number:
            fields[name] = str(number)
    if draft.poll is not None:
        fields["poll"] = orjson.dumps(draft.poll).decode()
    fields.extend(await _photos(reader, draft, account_id=account_id))
    return Form(fields)


def draft_of(form: Form, limits: LimitSettings) -> PostDraft:
    """Read a kept form, an app's or the composer's; what is wrong with it is noted in ``form.errors``."""
    typed = draft_from(form, cards_from(form, limits), limits=limits)
    if not form.value(APP):
        return typed
    form.errors.pop("photos", None)
    return replace(
        typed,
        words_alone=True,
        app_id=read_id(form.value(APP)) or None,
        language=form.value("language"),
        parent_id=read_id(form.value("parent")),
        poll=_poll(form.value("poll")),
    )


def _poll(text: str) -> PollDraft | None:
    if not text:
        return None
    kept = orjson.loads(text)
    return PollDraft(tuple(kept.pop("options")), **kept)


async def _photos(reader: Reader, draft: PostDraft, *, account_id: int) -> list[tuple[str, str]]:
    """Return the fields of the photos' cards, with what their rows say of them now."""
    ids = [photo.id for photo in draft.photos]
    if not ids:
        return []
    rows = await reader.fetch(
        "SELECT id, description, licence, shows_exif FROM photos WHERE account_id = $1 AND post_id IS NULL "
        f"AND draft_id IS NULL AND remote_url = '' AND id IN ({placeholders(len(ids), 2)})",
        account_id,
        *ids,
    )
    if len(rows) < len(ids):
        raise Invalid("A photo is not waiting to be posted (any more); add it again.")
    fields: list[tuple[str, str]] = []
    for row in rows:
        fields += [(f"description-{row['id']}", row["description"]), (f"licence-{row['id']}", row["licence"])]
        fields += [(f"exif-{row['id']}", "1")] if row["shows_exif"] else []
    return fields
