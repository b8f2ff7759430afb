"""Posts that we go and read ourselves: one that was boosted, one that a comment answers, one that was only named.

Everything is read from its own origin, within a budget. A job asks for one post and its author, and a missing parent
leads at most to its own parent's job; so one arrival costs others a bounded number of requests.
"""

from __future__ import annotations

from collections.abc import Callable

from activitypub.errors import ActivityPubError
from activitypub.objects import Note
from activitypub.origin import host_of, is_http_url, same_origin
from activitypub.parse import parse_note
from rossgram_fed.federation import errands, remote_accounts, remote_documents
from rossgram_fed.federation.budget import ONE_POST, Budget, BudgetSpent, Limits
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.undone import was_undone
from rossgram_fed.instance import Change
from rossgram_fed.polls.store import take_tally
from rossgram_fed.posts import remote, store
from rossgram_fed.posts.keeping import facts_of, keep
from rossgram_fed.reactions.actions import receive_boost
from rossgram_fed.reactions.subjects import subject


async def fetch_post(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``fetch_post``: read ``uri``, keep it if it concerns somebody here, record its boost.

    With ``reason`` ``boost``, ``account_id`` is who boosted and ``boost_uri`` the Announce. Raises ``Unreachable`` and
    passing refusals, to be tried again.
    """
    found = await read(network, str(payload["uri"]))
    if found is None:
        return
    note, account_id = found
    boosted = payload.get("reason") == "boost"
    async with network.instance.change() as change:
        post_id = await take(change, note, account_id=account_id, wanted=boosted)
        if post_id is not None and boosted:
            await _record_boost(change, post_id, payload)


async def fetch_parent(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``fetch_parent``: read what the comment ``post_id`` answers and link the two.

    ``climbed`` counts the comments below it that led here. Raises as ``fetch_post`` does.
    """
    row = await network.instance.database.fetch_one(
        "SELECT in_reply_to_uri FROM posts p WHERE id = $1 AND in_reply_to_id IS NULL AND in_reply_to_uri <> '' "
        "AND NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.uri = p.in_reply_to_uri)",
        int(str(payload["post_id"])),
    )
    if row is None:
        return
    uri = str(row["in_reply_to_uri"])
    found = await read(network, uri)
    if found is None:
        return
    note, account_id = found
    async with network.instance.change() as change:
        if note.id != uri:
            # The comment named the parent by its page; from now on it names it by its id.
            await change.tx.execute(
                "UPDATE posts SET in_reply_to_uri = $1 WHERE in_reply_to_uri = $2 AND in_reply_to_id IS NULL "
                "AND local = FALSE",
                note.id,
                uri,
            )
        climbed = int(str(payload.get("climbed", ONE_POST.depth)))
        post_id = await take(change, note, account_id=account_id, wanted=True, climbed=climbed)
        if post_id is not None and await _is_joined(change, post_id):
            # A talk that somebody here was drawn into is known up to its root: what else is said there belongs to it.
            await errands.fetch_thread(change, post_id=post_id, overheard=True)


async def read(
    network: Network, uri: str, *, wanted: Callable[[Note], bool] = lambda _: True, limits: Limits = ONE_POST
) -> tuple[Note, int] | None:
    """Return the note at an address, which is its author's own, and the author's account id.

    None when its origin has nothing for us, or costs too much, or when it is not ``wanted``: then nobody is asked for
    its author. Raises ``Unreachable`` and passing refusals, to be tried again.
    """
    if not is_http_url(uri, network.instance.settings.development.allow_http_and_private_networks):
        return None
    away = network.within(Budget(limits, home=host_of(uri)))
    try:
        note = parse_note(await remote_documents.fetch(away, uri))
        if not same_origin(note.id, note.attributed_to) or not wanted(note):
            return None
        return note, await remote_accounts.by_uri(away, note.attributed_to)
    except BudgetSpent:
        return None
    except ActivityPubError as error:
        if remote_documents.passing(error):
            raise
        return None


async def keep_document(network: Network, document: dict[str, object]) -> int | None:
    """Keep the post in a document that was read from its origin because somebody here asked for it; return its id.

    None when it is no post, or was deleted. Raises what ``remote_accounts.by_uri`` raises about its author.
    """
    note = parse_note(document)
    if not same_origin(note.id, note.attributed_to):
        return None
    account_id = await remote_accounts.by_uri(network, note.attributed_to)
    async with network.instance.change() as change:
        return await take(change, note, account_id=account_id, wanted=True)


async def take(change: Change, note: Note, *, account_id: int, wanted: bool = False, climbed: int = 0) -> int | None:
    """Store a note that was read from its origin, or bring what we have of it up to date; return the post's id."""
    facts = await facts_of(change, note, account_id=account_id)
    if facts is None or facts.deleted:
        return None
    if facts.post_id is None:
        return await keep(change, note, facts, wanted=wanted, climbed=climbed)
    edited = note.updated is not None and await remote.update_note(
        change, note, post_id=facts.post_id, author=facts.author
    )
    if not edited:
        await remote.recount(change, note, post_id=facts.post_id)
        await take_tally(change, note.poll, post_id=facts.post_id, author_id=account_id)
    if facts.awaited:
        thread_id = await change.tx.fetch_value("SELECT thread_id FROM posts WHERE id = $1", facts.post_id)
        await store.adopt(change, post_id=facts.post_id, uri=note.id, thread_id=thread_id)
    return facts.post_id


async def _is_joined(change: Change, post_id: int) -> bool:
    """Say whether a post is the root of its thread, or answers something that is here."""
    row = await change.tx.fetch_one(
        "SELECT 1 AS joined FROM posts WHERE id = $1 AND (in_reply_to_uri = '' OR in_reply_to_id IS NOT NULL)", post_id
    )
    return row is not None


async def _record_boost(change: Change, post_id: int, payload: dict[str, object]) -> None:
    account_id = int(str(payload["account_id"]))
    uri = str(payload.get("boost_uri", ""))
    post = await subject(change, account_id=account_id, post_id=post_id)
    if post is not None and not await was_undone(change, uri, account_id=account_id):
        await receive_boost(change, account_id=account_id, post=post, uri=uri)
