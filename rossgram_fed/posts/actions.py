"""Publishing, editing and deleting posts and comments: what the people of this server do.

Rows and the activities that tell other servers of them are written in the same change. A comment's audience is never
wider than that of what it answers, as on Mastodon, and whoever is answered is always addressed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from rossgram_fed.federation import errands, relaying
from rossgram_fed.federation.addresses import post_uri
from rossgram_fed.instance import Change
from rossgram_fed.media.keeping import Files
from rossgram_fed.media.renewing import put_in_place
from rossgram_fed.models.accounts import Policy
from rossgram_fed.models.posts import Approval, PhotoState, QuoteState, Visibility
from rossgram_fed.notifications.actions import notify_of_edit, notify_watchers
from rossgram_fed.polls.store import add_poll, replace_poll
from rossgram_fed.posts import documents, store
from rossgram_fed.posts.approvals import held
from rossgram_fed.posts.described import check_described
from rossgram_fed.posts.details import details_of, keep_details
from rossgram_fed.posts.drafts import DraftPhoto, Keep, PostDraft, PostEdit, check_photos, check_words, cleaned
from rossgram_fed.posts.history import remember, said_by
from rossgram_fed.posts.owned import keep_for_another
from rossgram_fed.posts.parents import Parent, groups_of, seen_parent
from rossgram_fed.posts.quoting import Quotable, quotable_by
from rossgram_fed.posts.sources import PostSource
from rossgram_fed.posts.store import NewPost
from rossgram_fed.posts.telling import own_post, publish_again, same_readers, take_in, tell, withdraw
from rossgram_fed.posts.wording import Wording, notify_addressed, wording_of
from rossgram_fed.streaming.acts import Act, signal
from rossgram_fed.web.errors import Forbidden, Invalid, MovedAway


async def publish(change: Change, *, author_id: int, draft: PostDraft) -> int:
    """Publish a post or comment and return its id; its photos must be the author's own waiting uploads.

    Raises ``Invalid`` for what breaks a limit, ``NotFound`` for a parent the author may not see and ``Forbidden`` for
    one that takes no comments from them, or a post that they may not quote.
    """
    if await change.tx.fetch_value("SELECT 1 FROM accounts WHERE id = $1 AND moved_to_uri <> ''", author_id):
        raise MovedAway
    check_words(draft, change.settings.limits)
    check_photos(
        draft.photos,
        change.settings.limits,
        words=draft.words_alone or draft.parent_id is not None,
        caption=cleaned(draft.caption),
    )
    parent = await seen_parent(change, author_id=author_id, post_id=draft.parent_id) if draft.parent_id else None
    if parent is not None and parent.closed:
        raise Forbidden(parent.closed)
    if Visibility.ARCHIVED in (draft.visibility, parent.visibility if parent else None):
        raise Forbidden("An archived post is seen by nobody else; bring it back first.")
    text = await wording_of(change, draft.caption)
    groups = await groups_of(change, parent) if parent is not None else ()
    addressed = _addressed(text, parent, author_id, groups)
    visibility = max(draft.visibility, parent.visibility) if parent else draft.visibility
    if visibility is Visibility.DIRECT and not addressed and not draft.words_alone:
        raise Invalid("A direct post is seen by those it mentions only: name somebody with @.")
    quoted = await quotable_by(change.tx, author_id, post_id=draft.quoted_id) if draft.quoted_id else None
    post = _new_post(change, author_id, draft, text, parent=parent, visibility=Visibility(visibility), quoted=quoted)
    if parent is not None and parent.asks:
        post = held(post)
    await store.insert_post(change, post)
    if draft.poll is not None:
        await add_poll(change, draft.poll, post_id=post.id)
    await _attach(change, author_id, post.id, list(enumerate(draft.photos)))
    if parent is None:
        await check_described(change, author_id, post.id)
    await keep_details(change, draft.details, post_id=post.id)
    await store.add_tags(change, post.id, text.tags)
    await store.add_mentions(change, post.id, addressed)
    if post.approval is Approval.WAITING:
        await errands.ask_to_answer(change, post_id=post.id)
    else:
        await _send_out(change, post, addressed, parent=parent)
    return post.id


async def edit(
    change: Change, *, author_id: int, post_id: int, edit: PostEdit, copies: Mapping[int, Files] | None = None
) -> None:
    """Change what one's own post says, which photos it shows in which order, and who may see it.

    ``copies`` are its photos' files under addresses that nobody knows (``media.renewing``), for a post that shall be
    seen by fewer. Raises ``NotFound`` for a post that is not theirs and ``Invalid`` for what breaks a limit.
    """
    check_words(edit, change.settings.limits)
    before, said = await own_post(change, author_id, post_id), await said_by(change.tx, post_id)
    if before.approval is not Approval.NONE:
        raise Invalid("Others were asked about this comment as it is. Delete it, and write another.")
    kept = edit.photos if edit.photos is not None else await _own_photos(change, post_id)
    words = edit.words_alone or bool(before.in_reply_to_uri) or not before.photos
    check_photos(kept, change.settings.limits, words=words, caption=cleaned(edit.caption))
    details = await details_of(change.tx, post_id) if edit.details is None else edit.details
    text = await wording_of(change, edit.caption)
    told = {one.account_id for one in before.mentions}
    added = tuple(account_id for account_id in text.mentioned if account_id not in told and account_id != author_id)
    visibility = _audience_after(before, edit, addressed=bool(told or added))
    again = not same_readers(before.visibility, visibility)
    if again:
        await take_in(change, before)
    if visibility is not before.visibility:
        await store.set_visibility(change, post_id, visibility)
    await _write(change, post_id, edit, text, photo_count=len(kept))
    await _place(change, author_id, post_id, kept)
    if edit.poll is not Keep.AS_IT_IS:
        await replace_poll(change, edit.poll, post_id=post_id)
    await put_in_place(change, copies or {})
    if not before.in_reply_to_uri:
        await check_described(change, author_id, post_id)
    await keep_details(change, details, post_id=post_id)
    await store.clear_tags(change, post_id)
    await store.add_tags(change, post_id, text.tags)
    await store.add_mentions(change, post_id, added)
    await remember(change, said, post_id=post_id)
    signal(change, Act.EDIT, post_id)
    if visibility is not Visibility.ARCHIVED:
        await notify_addressed(change, author_id, post_id, added, parent=None)
        await notify_of_edit(change, author_id=author_id, post_id=post_id)
    if again:
        await publish_again(change, post_id)
    else:
        await tell(change, post_id, document_of=documents.update_document)


async def delete(change: Change, *, author_id: int, post_id: int, copies: Mapping[int, Files] | None = None) -> None:
    """Delete one's own post; everybody who may have a copy is told. Raises ``NotFound`` for what is not theirs.

    Its photos go with it, or wait for another post with the files in ``copies``.
    """
    await withdraw(change, await own_post(change, author_id, post_id))
    if copies is not None:
        await keep_for_another(change, post_id, copies)
    await store.remove_post(change, post_id)


async def let_quote(change: Change, *, author_id: int, post_id: int, policy: Policy) -> None:
    """Say anew who may quote one's own post; others are told, and it is no edit. Raises ``NotFound``."""
    await own_post(change, author_id, post_id)
    await change.tx.execute("UPDATE posts SET quote_policy = $1 WHERE id = $2", int(policy), post_id)
    await tell_of_quote(change, post_id)


async def tell_of_quote(change: Change, post_id: int) -> None:
    """Tell everybody who has a post from here that what it quotes may be shown now, or no longer."""
    await tell(change, post_id, document_of=partial(documents.requote_document, at=change.now))


async def _send_out(change: Change, post: NewPost, addressed: Iterable[int], *, parent: Parent | None) -> None:
    """Tell of a new post those whom it is for, here and elsewhere."""
    await notify_addressed(change, post.account_id, post.id, addressed, parent=parent)
    if parent is None and post.visibility is not Visibility.DIRECT:
        await notify_watchers(change, author_id=post.account_id, post_id=post.id)
    await tell(change, post.id, document_of=documents.create_document)
    if post.quoted_uri:
        await errands.ask_to_quote(change, post_id=post.id)
    if post.visibility is Visibility.PUBLIC and parent is None and post.photo_count:
        await relaying.announce_photo(change, uri=post.uri)


def _new_post(
    change: Change,
    author_id: int,
    draft: PostDraft,
    text: Wording,
    *,
    parent: Parent | None,
    visibility: Visibility,
    quoted: Quotable | None,
) -> NewPost:
    post_id = change.new_id()
    uri = post_uri(change.settings, post_id)
    warning = cleaned(draft.warning)
    return NewPost(
        id=post_id,
        account_id=author_id,
        uri=uri,
        url=uri,
        local=True,
        visibility=visibility,
        caption=text.caption,
        content_html=text.html,
        warning=warning,
        sensitive=draft.sensitive or bool(warning),
        language=cleaned(draft.language)[: store.LANGUAGE_CHARACTERS],
        photo_count=len(draft.photos),
        in_reply_to_id=parent.id if parent else None,
        in_reply_to_uri=parent.uri if parent else "",
        thread_id=parent.thread_id if parent else post_id,
        context_uri=parent.context_uri if parent else "",
        comment_policy=draft.comment_policy,
        quote_policy=draft.quote_policy,
        quoted_uri=quoted.uri if quoted else "",
        quote_state=QuoteState.PENDING if quoted else QuoteState.NONE,
        published_at=change.now,
        app_id=draft.app_id,
    )


def _addressed(text: Wording, parent: Parent | None, author_id: int, groups: tuple[int, ...]) -> tuple[int, ...]:
    answered = (parent.author_id,) if parent else ()
    return tuple(one for one in dict.fromkeys((*answered, *text.mentioned, *groups)) if one != author_id)


def _audience_after(before: PostSource, edit: PostEdit, *, addressed: bool) -> Visibility:
    """Return who shall see a post; raise ``Invalid`` for what cannot be."""
    if edit.visibility is None or edit.visibility is before.visibility:
        return before.visibility
    if before.in_reply_to_uri:
        raise Invalid("A comment is seen by those who see what it answers.")
    if Visibility.ARCHIVED in (before.visibility, edit.visibility):
        raise Invalid("An archived post is seen by nobody else; bring it back first.")
    if edit.visibility is Visibility.DIRECT and not addressed:
        raise Invalid("A direct post is seen by those it mentions only: name somebody with @.")
    return edit.visibility


async def _write(change: Change, post_id: int, edit: PostEdit, text: Wording, *, photo_count: int) -> None:
    await change.tx.execute(
        "UPDATE posts SET caption = $1, content_html = $2, warning = $3, sensitive = $4, photo_count = $5, "
        "edited_at = $6, comment_policy = COALESCE(CAST($7 AS SMALLINT), comment_policy), "
        "quote_policy = COALESCE(CAST($8 AS SMALLINT), quote_policy), "
        "language = COALESCE(CAST($9 AS TEXT), language) WHERE id = $10",
        text.caption,
        text.html,
        cleaned(edit.warning),
        edit.sensitive or bool(edit.warning.strip()),
        photo_count,
        change.now,
        None if edit.comment_policy is None else int(edit.comment_policy),
        None if edit.quote_policy is None else int(edit.quote_policy),
        None if edit.language is None else cleaned(edit.language)[: store.LANGUAGE_CHARACTERS],
        post_id,
    )


async def _attach(change: Change, author_id: int, post_id: int, placed: Iterable[tuple[int, DraftPhoto]]) -> None:
    """Make uploads part of a post; where one was taken is forgotten with that, if it was known until now."""
    for position, photo in placed:
        rows = await change.tx.fetch(
            "UPDATE photos SET post_id = $1, position = $2, description = COALESCE(CAST($3 AS TEXT), description), "
            "taken_near = '' "
            "WHERE id = $4 AND account_id = $5 AND post_id IS NULL AND state = $6 RETURNING id",
            post_id,
            position,
            _described(photo),
            photo.id,
            author_id,
            int(PhotoState.READY),
        )
        if not rows:
            raise Invalid(await _why_not(change, author_id, photo.id, place=position + 1))


async def _why_not(change: Change, author_id: int, photo_id: int, *, place: int) -> str:
    state = await change.tx.fetch_value(
        "SELECT state FROM photos WHERE id = $1 AND account_id = $2 AND post_id IS NULL", photo_id, author_id
    )
    if state == PhotoState.PROCESSING:
        return f"Video {place} is still being prepared. Everything is kept; post when it is ready."
    if state == PhotoState.FAILED:
        return f"Video {place} could not be prepared. Remove it, then post."
    return f"Photo {place} is not waiting to be posted (any more); add it again."


async def _own_photos(change: Change, post_id: int) -> tuple[DraftPhoto, ...]:
    rows = await change.tx.fetch("SELECT id FROM photos WHERE post_id = $1 ORDER BY position, id", post_id)
    return tuple(DraftPhoto(row["id"]) for row in rows)


async def _place(change: Change, author_id: int, post_id: int, photos: Sequence[DraftPhoto]) -> None:
    own = {photo.id for photo in await _own_photos(change, post_id)}
    kept = {photo.id for photo in photos}
    await store.remove_photos(change, sorted(own - kept))
    for position, photo in enumerate(photos):
        if photo.id in own:
            await change.tx.execute(
                "UPDATE photos SET position = $1, description = COALESCE(CAST($2 AS TEXT), description) WHERE id = $3",
                position,
                _described(photo),
                photo.id,
            )
    await _attach(change, author_id, post_id, [one for one in enumerate(photos) if one[1].id not in own])


def _described(photo: DraftPhoto) -> str | None:
    return None if photo.description is None else cleaned(photo.description)
