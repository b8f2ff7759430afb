"""Posts of other servers as rows: kept by their URI, changed only by their authors, never ours.

Whether a post is kept at all is for ``keeping`` to say; here it is cut to our limits and written.
"""

# ruff: noqa: S608 - the SQL is put together of constants and placeholders only
from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from html import escape

from activitypub.audience import Audience, visibility_of
from activitypub.objects import Note
from activitypub.origin import host_of, is_http_url, same_origin
from rossgram_fed.caption import tag_from
from rossgram_fed.federation import errands
from rossgram_fed.federation.addresses import LONGEST_URI, is_local
from rossgram_fed.federation.budget import ONE_POST
from rossgram_fed.instance import Change
from rossgram_fed.markup import clean, text_of
from rossgram_fed.models.posts import Visibility
from rossgram_fed.notifications.actions import notify_of_edit
from rossgram_fed.polls.store import take_poll
from rossgram_fed.posts import store
from rossgram_fed.posts.claims import Author, ask_about_quote, claims_of, take_claims, words_of
from rossgram_fed.posts.history import remember, said_by
from rossgram_fed.posts.parents import Parent
from rossgram_fed.posts.placing import keep_place
from rossgram_fed.posts.remote_photos import SEEN, add_photos, replace_photos, shown_of
from rossgram_fed.posts.store import NewPost
from rossgram_fed.streaming.acts import Act, signal

WARNING_CHARACTERS = 500

_VISIBILITIES = {
    Audience.PUBLIC: Visibility.PUBLIC,
    Audience.UNLISTED: Visibility.UNLISTED,
    Audience.FOLLOWERS: Visibility.FOLLOWERS,
    Audience.DIRECT: Visibility.DIRECT,
}
_TITLED_OTHERWISE = frozenset({"Note", "Question", "ChatMessage"})
"""Kinds whose ``name``, if any, is not a title to show."""
_ALL_HERE = frozenset({"Note", "ChatMessage"})
"""Kinds of which everything is shown here, so that nobody has to go to the original; of a poll it is as well."""
_LARGEST_COUNT = 2**31 - 1
_AT_LEAST_KNOWN = (
    "CASE WHEN ${0} < (SELECT COUNT(*) FROM {1} k WHERE k.post_id = posts.id) "
    "THEN (SELECT COUNT(*) FROM {1} k WHERE k.post_id = posts.id) ELSE COALESCE(${0}, {1}_count) END"
)


async def store_note(
    change: Change,
    note: Note,
    *,
    author: Author,
    parent: Parent | None,
    hearers: Collection[int] = (),
    awaited: bool = True,
    climbed: int = 0,
) -> int | None:
    """Store a note and return the post's id; None when its URI is here already.

    ``hearers`` are the local accounts it is addressed to, ``awaited`` says that comments may be waiting for it,
    ``climbed`` how many comments below it led here.
    """
    post = await _insert(change, note, author=author, parent=parent)
    if post is None:
        return None
    await add_photos(change, post, shown_of(change, note), sensitive=note.sensitive)
    if note.place is not None:
        await keep_place(change, note.place, post_id=post.id)
    if note.poll is not None:
        await take_poll(change, note.poll, post_id=post.id)
    if note.hashtags:
        await store.add_tags(change, post.id, [tag for one in note.hashtags if (tag := tag_from(one.name))])
    if hearers:
        await store.add_mentions(change, post.id, hearers)
    if awaited:
        await store.adopt(change, post_id=post.id, uri=post.uri, thread_id=post.thread_id)
    if post.in_reply_to_uri and parent is None and climbed < ONE_POST.depth:
        await _ask_for_parent(change, post, climbed=climbed)
    if post.quoted_uri and climbed < ONE_POST.depth:
        await ask_about_quote(change, post.id, claims_of(note, author))
    return post.id


async def update_note(change: Change, note: Note, *, post_id: int, author: Author) -> bool:
    """Bring a stored post up to date with its author's edit; say whether it was newer than what we have.

    An edit can make the audience smaller, never larger: others may have spoken under the narrower one. What names no
    instant and changes no word is no edit: a quote was approved, or a poll counted.
    """
    before = await change.tx.fetch_value("SELECT edited_at FROM posts WHERE id = $1", post_id)
    edited_at = min(_instant(note.updated) or change.now, change.now)
    visibility = _visibility(note, author)
    shown = shown_of(change, note)
    closing = visibility > Visibility.UNLISTED and await _is_open(change, post_id)
    said = await said_by(change.tx, post_id)
    rows = await change.tx.fetch(
        "UPDATE posts SET content_html = $1, warning = $2, sensitive = $3, language = $4, photo_count = $5, "
        "edited_at = $6, visibility = CASE WHEN visibility > $7 THEN visibility ELSE $7 END "
        "WHERE id = $8 AND account_id = $9 AND local = FALSE AND COALESCE(edited_at, 0) <= $6 RETURNING id",
        _html(note),
        text_of(note.summary, WARNING_CHARACTERS),
        note.sensitive or bool(note.summary),
        note.language[: store.LANGUAGE_CHARACTERS],
        sum(one.kind in SEEN for one in shown),
        edited_at,
        int(visibility),
        post_id,
        author.account_id,
    )
    if not rows:
        return False
    await take_claims(change, claims_of(note, author), post_id=post_id)
    if closing and not note.in_reply_to:
        await store.count_post(change, author.account_id, by=-1)
    await recount(change, note, post_id=post_id)
    await take_poll(change, note.poll, post_id=post_id)
    await replace_photos(change, post_id, author.account_id, shown, sensitive=note.sensitive)
    await keep_place(change, note.place, post_id=post_id)
    await store.clear_tags(change, post_id)
    await store.add_tags(change, post_id, [tag for one in note.hashtags if (tag := tag_from(one.name))])
    if await remember(change, said, post_id=post_id) or note.updated is not None:
        await notify_of_edit(change, author_id=author.account_id, post_id=post_id)
    else:
        await change.tx.execute("UPDATE posts SET edited_at = $1 WHERE id = $2", before, post_id)
    signal(change, Act.EDIT, post_id)
    return True


def fits(change: Change, note: Note) -> bool:
    """Say whether a note says something (a vote in a poll does not), and its addresses can be kept and are not ours."""
    allow_http = change.settings.development.allow_http_and_private_networks
    return (
        bool(note.content or note.attachments or (note.name and note.kind not in _TITLED_OTHERWISE))
        and len(note.id) <= LONGEST_URI
        and len(note.in_reply_to) <= LONGEST_URI
        and is_http_url(note.id, allow_http)
        and not is_local(change.settings, note.id)
    )


def visibility_in(note: Note, followers_uri: str) -> Visibility:
    """Read who a note is for; ``followers_uri`` is its author's collection."""
    return _VISIBILITIES[visibility_of(note.to, note.cc, followers_uri)]


def own_replies(note: Note) -> str:
    """Return the collection of answers that a note names, if it is on the note's own origin; else nothing."""
    return note.replies if len(note.replies) <= LONGEST_URI and same_origin(note.replies, note.id) else ""


async def recount(change: Change, note: Note, *, post_id: int) -> None:
    """Take what a post's origin says of likes, boosts and answers; likes and boosts known here are the least."""
    await change.tx.execute(
        f"UPDATE posts SET likes_count = {_AT_LEAST_KNOWN.format(2, 'likes')}, "
        f"boosts_count = {_AT_LEAST_KNOWN.format(3, 'boosts')}, replies_uri = $4 WHERE id = $1 AND local = FALSE",
        post_id,
        note.likes_total,
        note.shares_total,
        own_replies(note),
    )


def has_pictures(note: Note) -> bool:
    """Say whether there is anything to see."""
    return any(one.kind in SEEN for one in note.attachments)


async def _is_open(change: Change, post_id: int) -> bool:
    visibility = await change.tx.fetch_value("SELECT visibility FROM posts WHERE id = $1", post_id)
    return visibility is not None and visibility <= Visibility.UNLISTED


async def _insert(change: Change, note: Note, *, author: Author, parent: Parent | None) -> NewPost | None:
    """Insert the post's row; ids of the past are drawn by chance, so one that is taken is drawn again."""
    while True:
        post = _new_post(change, note, author=author, parent=parent)
        if await store.insert_post(change, post):
            return post
        if await change.tx.fetch_one("SELECT id FROM posts WHERE uri = $1", post.uri) is not None:
            return None


def _new_post(change: Change, note: Note, *, author: Author, parent: Parent | None) -> NewPost:
    published_at = min(_instant(note.published) or change.now, change.now)
    post_id = change.ids.at(published_at) if published_at < change.now else change.new_id()
    in_reply_to = note.in_reply_to if note.in_reply_to != note.id else ""
    claims = claims_of(note, author)
    return NewPost(
        id=post_id,
        account_id=author.account_id,
        uri=note.id,
        url=_page_of(note),
        local=False,
        visibility=_visibility(note, author),
        content_html=_html(note),
        warning=text_of(note.summary, WARNING_CHARACTERS),
        sensitive=note.sensitive or bool(note.summary),
        language=note.language[: store.LANGUAGE_CHARACTERS],
        photo_count=sum(one.kind in SEEN for one in shown_of(change, note)),
        in_reply_to_id=parent.id if parent else None,
        in_reply_to_uri=in_reply_to,
        thread_id=parent.thread_id if parent else post_id,
        context_uri=note.context if len(note.context) <= LONGEST_URI else "",
        comment_policy=claims.comment_policy,
        approves_comments=claims.approves_comments,
        quote_policy=claims.quote_policy,
        quoted_uri=claims.quoted_uri,
        quote_state=claims.quote_state,
        quote_authorization=claims.quote_authorization,
        replies_uri=own_replies(note),
        likes_count=min(note.likes_total or 0, _LARGEST_COUNT),
        boosts_count=min(note.shares_total or 0, _LARGEST_COUNT),
        published_at=published_at,
    )


def _visibility(note: Note, author: Author) -> Visibility:
    return visibility_in(note, author.followers_uri)


def _html(note: Note) -> str:
    """Return what a note says; one that is more than a note has its title first, which leads to the original."""
    if note.kind in _ALL_HERE or note.poll is not None:
        return clean(words_of(note))
    page = escape(_page_of(note))
    if note.kind == "Question":
        return clean(f'{note.content}<p><a href="{page}">The poll is at {escape(host_of(note.id))}</a></p>')
    return clean(f'<p><strong><a href="{page}">{escape(note.name) or page}</a></strong></p>{note.content}')


def _page_of(note: Note) -> str:
    """Return where a note can be seen; the ``url`` of a picture by itself is its file, and no page."""
    is_page = len(note.url) <= LONGEST_URI and all(one.url != note.url for one in note.attachments)
    return note.url if note.url and is_page else note.id


def _instant(moment: datetime | None) -> int | None:
    return None if moment is None else max(0, int(moment.timestamp() * 1000))


async def _ask_for_parent(change: Change, post: NewPost, *, climbed: int) -> None:
    """Queue a look at what a comment answers; one for all comments that wait for the same post."""
    allow_http = change.settings.development.allow_http_and_private_networks
    uri = post.in_reply_to_uri
    if is_local(change.settings, uri) or not is_http_url(uri, allow_http):
        return
    await errands.fetch_parent(change, uri, post_id=post.id, climbed=climbed + 1)
