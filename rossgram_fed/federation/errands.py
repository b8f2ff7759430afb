"""Errands: what a change leaves to be done after it, because it needs the network or takes long.

The rule: an errand is asked for by its function here, so that its kind, its payload and the key that keeps a second one
like it away are spelled once. ``rossgram_fed.activities`` says who does them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from rossgram_fed.instance import Change
from rossgram_fed.jobs.queue import enqueue

APPLY_DOMAIN_RULES = "apply_domain_rules"
ASK_TO_ANSWER = "ask_to_answer"
ASK_TO_QUOTE = "ask_to_quote"
BACKFILL = "backfill"
CATCH_UP = "catch_up"
CLOSE_POLL = "close_poll"
CONFIRM_DELETE = "confirm_delete"
END_MUTE = "end_mute"
ERASE_ACCOUNT = "erase_account"
FETCH_PARENT = "fetch_parent"
FETCH_POST = "fetch_post"
FETCH_PINNED = "fetch_pinned"
FETCH_RELAYED = "fetch_relayed"
FETCH_THREAD = "fetch_thread"
MOVE_ACCOUNT = "move_account"
MOVE_FOLLOWERS = "move_followers"
PART_WITH_HOST = "part_with_host"
POLL_ACCOUNT = "poll_account"
PREPARE_VIDEO = "prepare_video"
PUBLISH_DRAFT = "publish_draft"
PUSH = "push"
RECHECK_WORD = "recheck_word"
REFRESH_ACCOUNT = "refresh_account"
REFRESH_POLL = "refresh_poll"
REVOKE_QUOTES = "revoke_quotes"
SUCCEED_ACCOUNT = "succeed_account"
SYNCHRONISE_FOLLOWERS = "synchronise_followers"
TELL_OF_POLL = "tell_of_poll"
VERIFY_LINKS = "verify_links"
VERIFY_QUOTE = "verify_quote"


async def backfill(change: Change, *, account_id: int) -> None:
    """Ask for a stranger's recent posts."""
    await enqueue(change, BACKFILL, {"account_id": account_id}, unique_key=f"{BACKFILL} {account_id}")


async def confirm_delete(change: Change, uri: str) -> None:
    """Ask whether a stranger's post, which somebody else than its author says was deleted, is gone."""
    await enqueue(change, CONFIRM_DELETE, {"uri": uri}, unique_key=_key(CONFIRM_DELETE, uri))


async def end_mute(change: Change, *, account_id: int, target_id: int, at: int) -> None:
    """Ask for a mute to be lifted at the instant ``at`` (milliseconds), if that is still its end then."""
    payload = {"account_id": account_id, "target_id": target_id}
    await enqueue(change, END_MUTE, payload, unique_key=f"{END_MUTE} {account_id} {target_id} {at}", run_at=at)


async def part_with_host(change: Change, host: str, *, account_id: int) -> None:
    """Ask for the follows between somebody here and all of a server to be ended, both ways."""
    payload = {"account_id": account_id, "host": host}
    await enqueue(change, PART_WITH_HOST, payload, unique_key=_key(f"{PART_WITH_HOST} {account_id}", host))


async def erase_account(change: Change, *, account_id: int) -> None:
    """Ask for the removal of all that an account did here, whose row says that it is gone."""
    await enqueue(change, ERASE_ACCOUNT, {"account_id": account_id}, unique_key=f"{ERASE_ACCOUNT} {account_id}")


async def fetch_parent(change: Change, uri: str, *, post_id: int, climbed: int) -> None:
    """Ask for the post at ``uri``, which the comment ``post_id`` answers; once for all comments that wait for it.

    ``climbed`` counts the comments below it that led there.
    """
    await enqueue(change, FETCH_PARENT, {"post_id": post_id, "climbed": climbed}, unique_key=_key(FETCH_PARENT, uri))


async def fetch_post(change: Change, uri: str) -> None:
    """Ask for a post that was only named, or that somebody else spoke of than its author."""
    await enqueue(change, FETCH_POST, {"uri": uri}, unique_key=_key(FETCH_POST, uri))


async def fetch_boosted(change: Change, uri: str, *, account_id: int, boost_uri: str) -> None:
    """Ask for a post that ``account_id`` boosted by the activity ``boost_uri``."""
    payload = {"uri": uri, "reason": "boost", "account_id": account_id, "boost_uri": boost_uri}
    await enqueue(change, FETCH_POST, payload, unique_key=_key(f"{FETCH_POST} {account_id}", uri))


async def fetch_pinned(change: Change, uri: str, *, account_id: int) -> None:
    """Ask for a post that its author ``account_id`` pinned."""
    payload = {"uri": uri, "account_id": account_id}
    await enqueue(change, FETCH_PINNED, payload, unique_key=_key(FETCH_PINNED, uri))


async def fetch_relayed(change: Change, uri: str, *, relay_id: int) -> None:
    """Ask for a post that a relay passed on."""
    payload = {"uri": uri, "relay_id": relay_id}
    await enqueue(change, FETCH_RELAYED, payload, unique_key=_key(FETCH_RELAYED, uri))


async def fetch_thread(change: Change, *, post_id: int, overheard: bool = False) -> None:
    """Ask for the answers to a post; ``overheard``: because of a stranger's activity, so that little may be spent."""
    payload = {"post_id": post_id, "overheard": overheard}
    await enqueue(change, FETCH_THREAD, payload, unique_key=f"{FETCH_THREAD} {post_id}")


async def poll_account(change: Change, *, account_id: int, since: int) -> None:
    """Ask for what a followed stranger published after ``since`` (milliseconds), while this server was down."""
    await enqueue(
        change, POLL_ACCOUNT, {"account_id": account_id, "since": since}, unique_key=f"{POLL_ACCOUNT} {account_id}"
    )


async def catch_up(
    change: Change, *, since: int, waiting: Sequence[int] = (), after: tuple[int, int] | None = None, run_at: int = 0
) -> None:
    """Ask for what followed strangers published after ``since``, one of them after the other.

    ``waiting`` are those to be asked next; ``after`` says behind whom the next are looked for: how many here follow
    them, and their id.
    """
    payload = {"since": since, "waiting": list(waiting), "after": None if after is None else list(after)}
    step = f"{after} {waiting[0]}" if waiting else f"{after}"
    await enqueue(change, CATCH_UP, payload, unique_key=f"{CATCH_UP} {since} {step}", run_at=run_at or change.now)


async def move_account(change: Change, *, account_id: int, target_uri: str) -> None:
    """Ask whether a stranger moved to the actor ``target_uri``, as they say; one question of theirs at a time."""
    payload = {"account_id": account_id, "target_uri": target_uri}
    await enqueue(change, MOVE_ACCOUNT, payload, unique_key=f"{MOVE_ACCOUNT} {account_id}")


async def move_followers(
    change: Change, *, account_id: int, target_id: int, what: str = "blocks", after: int = 0, quietly: bool = False
) -> None:
    """Ask for a batch of those here who follow, block or mute an account to be taken along to ``target_id``.

    ``what`` is the table and ``after`` the id of the row to go on from; ``quietly`` where the old account is no more.
    """
    payload = {"account_id": account_id, "target_id": target_id, "what": what, "after": after, "quietly": quietly}
    await enqueue(change, MOVE_FOLLOWERS, payload, unique_key=f"{MOVE_FOLLOWERS} {account_id} {what} {after}")


async def succeed_account(change: Change, *, account_id: int, target_id: int) -> None:
    """Ask whether the account ``target_id``, which took the handle of ``account_id``, came after it."""
    payload = {"account_id": account_id, "target_id": target_id}
    await enqueue(change, SUCCEED_ACCOUNT, payload, unique_key=f"{SUCCEED_ACCOUNT} {account_id}")


async def verify_links(change: Change, *, account_id: int, at: int | None = None) -> None:
    """Ask for the profile links of somebody here to be checked, now or at the instant ``at``."""
    when = "now" if at is None else "later"
    payload = {"account_id": account_id}
    await enqueue(change, VERIFY_LINKS, payload, unique_key=f"{VERIFY_LINKS} {when} {account_id}", run_at=at)


async def prepare_video(change: Change, *, photo_id: int) -> None:
    """Ask for a video that somebody here sent to be made into what every browser plays."""
    await enqueue(change, PREPARE_VIDEO, {"photo_id": photo_id}, unique_key=f"{PREPARE_VIDEO} {photo_id}")


async def close_poll(change: Change, *, poll_id: int, at: int) -> None:
    """Ask for those who take part in a poll to be told that it is over, at the instant ``at`` (milliseconds)."""
    payload = {"poll_id": poll_id, "at": at}
    await enqueue(change, CLOSE_POLL, payload, unique_key=f"{CLOSE_POLL} {poll_id} {at}", run_at=at)


async def tell_of_poll(change: Change, *, post_id: int, at: int) -> None:
    """Ask for other servers to be told how a poll from here stands, at the instant ``at``; once for all votes until."""
    await enqueue(change, TELL_OF_POLL, {"post_id": post_id}, unique_key=f"{TELL_OF_POLL} {post_id}", run_at=at)


async def publish_draft(change: Change, *, draft_id: int, at: int, again: int | None = None) -> None:
    """Ask for a draft to be published at the instant ``at`` (milliseconds), if that is still its time then.

    ``again`` is a later instant at which that is tried once more.
    """
    payload, run_at = {"draft_id": draft_id, "at": at}, again or at
    await enqueue(change, PUBLISH_DRAFT, payload, unique_key=f"{PUBLISH_DRAFT} {draft_id} {run_at}", run_at=run_at)


async def push(
    change: Change, *, subscription_id: int, notification_id: int, tried: int = 0, run_at: int | None = None
) -> None:
    """Ask for an app to be woken up with a piece of news; ``tried`` counts how often that failed."""
    payload = {"subscription_id": subscription_id, "notification_id": notification_id, "tried": tried}
    key = f"{PUSH} {subscription_id} {notification_id} {tried}"
    await enqueue(change, PUSH, payload, unique_key=key, run_at=run_at)


async def refresh_account(change: Change, uri: str, *, account_id: int) -> None:
    """Ask for a stranger to be read again from their origin."""
    await enqueue(change, REFRESH_ACCOUNT, {"uri": uri}, unique_key=f"{REFRESH_ACCOUNT} {account_id}")


async def refresh_poll(change: Change, *, post_id: int, at: int | None = None) -> None:
    """Ask how the poll of a stranger's post stands, now or at the instant ``at`` (milliseconds)."""
    key = f"{REFRESH_POLL} {post_id} {'end' if at else 'now'}"
    await enqueue(change, REFRESH_POLL, {"post_id": post_id}, unique_key=key, run_at=at)


async def synchronise_followers(change: Change, *, account_id: int, url: str) -> None:
    """Ask for the list at ``url`` of those here who follow a stranger, as the stranger's server has it."""
    payload = {"account_id": account_id, "url": url}
    await enqueue(change, SYNCHRONISE_FOLLOWERS, payload, unique_key=f"{SYNCHRONISE_FOLLOWERS} {account_id}")


async def apply_domain_rules(change: Change, host: str) -> None:
    """Ask for all accounts below a host (empty: all there are) to be brought in line with the rules.

    Never merged with one that is under way, which may have passed some of them already.
    """
    await enqueue(change, APPLY_DOMAIN_RULES, {"host": host})


async def ask_to_answer(change: Change, *, post_id: int) -> None:
    """Ask the author of what a comment from here answers whether it may."""
    await enqueue(change, ASK_TO_ANSWER, {"post_id": post_id}, unique_key=f"{ASK_TO_ANSWER} {post_id}")


async def ask_to_quote(change: Change, *, post_id: int) -> None:
    """Ask the author of what a post here quotes whether it may."""
    await enqueue(change, ASK_TO_QUOTE, {"post_id": post_id}, unique_key=f"{ASK_TO_QUOTE} {post_id}")


async def verify_quote(change: Change, claim: str, *, post_id: int) -> None:
    """Ask whether a post may quote what it says it quotes; ``claim`` is what it says now."""
    await enqueue(change, VERIFY_QUOTE, {"post_id": post_id}, unique_key=_key(f"{VERIFY_QUOTE} {post_id}", claim))


async def recheck_word(change: Change, *, word_id: int) -> None:
    """Ask whether a stranger's word for a quote or a comment still stands."""
    await enqueue(change, RECHECK_WORD, {"word_id": word_id}, unique_key=f"{RECHECK_WORD} {word_id}")


async def revoke_quotes(change: Change, *, author_id: int, account_id: int) -> None:
    """Ask that all be taken back which an author allowed an account to do with their posts."""
    payload = {"author_id": author_id, "account_id": account_id}
    await enqueue(change, REVOKE_QUOTES, payload, unique_key=f"{REVOKE_QUOTES} {author_id} {account_id}")


def _key(kind: str, uri: str) -> str:
    """Return a key of bounded length for an address of any."""
    return f"{kind} {hashlib.sha256(uri.encode()).hexdigest()}"
