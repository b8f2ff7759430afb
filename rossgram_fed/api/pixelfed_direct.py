"""Messages as Pixelfed's app has them: between two people, though they are direct posts like all others.

A message goes on in the thread of the last one between the two, and addresses the other by handle, as other servers
need it; the handle is left out where messages are shown.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rossgram_fed.accounts.preferences import preferences_of
from rossgram_fed.api.accounts import account, existing
from rossgram_fed.api.call import Call
from rossgram_fed.api.entities.accounts import Account
from rossgram_fed.api.entities.pixelfed import Talk, TextMessage
from rossgram_fed.api.entities.statuses import Status
from rossgram_fed.api.paging import Paging
from rossgram_fed.api.parameters import Id
from rossgram_fed.api.reading import statuses_by_ids
from rossgram_fed.api.relationships import relationship
from rossgram_fed.api.statuses import shown
from rossgram_fed.api.table import Route
from rossgram_fed.caption import mentions_in
from rossgram_fed.ids import LARGEST_ID
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts import actions
from rossgram_fed.posts.drafts import PostDraft
from rossgram_fed.posts.talks import posts_between
from rossgram_fed.web.errors import Invalid, NotFound

SHOWN = 20
LONGEST = 500
_TYPES = {"photo": "photo", "photo:album": "photos", "video": "video", "video:album": "videos"}


class TalkParams(Paging, kw_only=True):
    """With whom, and which stretch of it."""

    pid: Id


class SendParams(msgspec.Struct, kw_only=True):
    """To whom, and what."""

    to_id: Id
    message: str
    type: str = "text"


class MessageParams(msgspec.Struct, kw_only=True):
    """Which message."""

    id: Id


async def show(call: Call, params: TalkParams) -> Talk:
    """Show what one and another wrote each other, the newest first."""
    other = await account(call, await existing(call, params.pid))
    span = params.span(usual=SHOWN)
    ids = await posts_between(
        call.database,
        call.account_id,
        params.pid,
        between=(span.after, span.before),
        upwards=span.upwards,
        limit=span.limit,
    )
    found = await statuses_by_ids(call.database, call.settings, ids, viewer_id=call.account_id)
    messages = [_message(call, found[one], other) for one in ids if one in found]
    return Talk(
        id=other.id,
        name=other.display_name,
        username=other.username,
        avatar=other.avatar,
        url=other.url,
        muted=(await relationship(call, params.pid)).muting,
        is_local=other.local,
        domain=other.acct.partition("@")[2] or None,
        created_at=other.created_at,
        last_message="",
        messages=messages,
    )


async def send(call: Call, params: SendParams) -> TextMessage:
    """Write somebody a message."""
    if not params.message.strip() or len(params.message) > LONGEST:
        raise Invalid(f"Validation failed: Message must have 1 to {LONGEST} characters")
    if params.to_id == call.account_id:
        raise NotFound("Record not found")
    other = await account(call, await existing(call, params.to_id))
    if set(mentions_in(params.message)) - {other.acct, other.username}:
        # The app says that it goes to one; whoever is named in a direct post gets it as well.
        raise Invalid("Validation failed: A message goes to one person, so it cannot name others with @")
    chosen = await preferences_of(call.database, user_id=call.user_id)
    async with call.instance.change() as change:
        last = await posts_between(
            change.tx, call.account_id, params.to_id, between=(0, LARGEST_ID), upwards=False, limit=1
        )
        draft = PostDraft(
            caption=f"@{other.acct} {params.message.strip()}",
            visibility=Visibility.DIRECT,
            language=chosen.language,
            parent_id=last[0] if last else None,
            words_alone=True,
            app_id=call.caller.app_id if call.caller is not None else None,
        )
        post_id = await actions.publish(change, author_id=call.account_id, draft=draft)
    return _message(call, await shown(call, post_id), other)


async def delete(call: Call, params: MessageParams) -> Sequence[int]:
    """Delete a message of one's own."""
    status = await shown(call, params.id)
    if status.visibility != "direct" or status.account.id != str(call.account_id):
        raise NotFound("Record not found")
    async with call.instance.change() as change:
        await actions.delete(change, author_id=call.account_id, post_id=params.id)
    return [200]


def _message(call: Call, status: Status, other: Account) -> TextMessage:
    media = status.media_attachments
    own = status.account.id == str(call.account_id)
    return TextMessage(
        id=status.id,
        hidden=False,
        is_author=own,
        type=_TYPES.get(status.pf_type, "text"),
        text=_without_handles(status, other),
        media=media[0].url if media else None,
        carousel=media,
        created_at=status.created_at,
        seen=False,
        report_id=status.id,
    )


def _without_handles(status: Status, other: Account) -> str:
    """Return what a message says, without the handles at its beginning that say whom it is for."""
    known = {f"@{one.acct}" for one in status.mentions} | {f"@{one.username}" for one in status.mentions}
    known |= {f"@{other.acct}", f"@{other.username}"}
    words = status.content_text.strip()
    while words.startswith("@") and words.split(maxsplit=1)[0] in known:
        words = [*words.split(maxsplit=1), ""][1]
    return words


_THREAD = "/api/v1.1/direct/thread"
ROUTES = (
    Route("GET", _THREAD, show, scope="read:statuses", takes=TalkParams, gives=Talk),
    Route("POST", f"{_THREAD}/send", send, scope="write:statuses", takes=SendParams, gives=TextMessage),
    Route(
        "DELETE",
        f"{_THREAD}/message",
        delete,
        scope="write:statuses",
        takes=MessageParams,
        gives=list[int],
        limit="delete",
    ),
)
