"""Every activity we understand and who is asked about it, in order; and who does each kind of job.

The rule: a feature's ``inbound`` module offers its handlers, and only this table puts them together. The first handler
that says an activity concerned it ends the asking.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import chain

from rossgram_fed.accounts import inbound as accounts
from rossgram_fed.accounts import link_checks
from rossgram_fed.admin import domain_actions
from rossgram_fed.federation import errands, remote_accounts
from rossgram_fed.federation.arrivals import Handlers
from rossgram_fed.federation.network import Network
from rossgram_fed.follows import blocks, hosts, remote_tags, synchronisation
from rossgram_fed.follows import inbound as follows
from rossgram_fed.jobs.runner import JobHandler
from rossgram_fed.moving import followers, succession
from rossgram_fed.moving import inbound as moves
from rossgram_fed.polls import inbound as polls
from rossgram_fed.posts import (
    asking,
    backfill,
    catching_up,
    confirming,
    fetching,
    remote_pins,
    scheduling,
    tallies,
    threads,
)
from rossgram_fed.posts import inbound as posts
from rossgram_fed.quotes import answering, rechecking, revoking, sending, verifying
from rossgram_fed.quotes import inbound as quotes
from rossgram_fed.reactions import inbound as reactions
from rossgram_fed.relays import inbound as relays
from rossgram_fed.relays import taking
from rossgram_fed.reports import inbound as reports

FEATURES: tuple[Handlers, ...] = (
    relays.HANDLERS,
    follows.HANDLERS,
    remote_tags.HANDLERS,
    reactions.HANDLERS,
    quotes.HANDLERS,
    polls.HANDLERS,
    posts.HANDLERS,
    remote_pins.HANDLERS,
    accounts.HANDLERS,
    reports.HANDLERS,
    moves.HANDLERS,
)
"""Relays come first, since what they announce is no boost. Posts come before accounts: when an account goes, what it
published goes first. Quotes come before posts: the end of an author's word is no deleted post."""

HANDLERS: Handlers = {
    kind: tuple(chain.from_iterable(feature.get(kind, ()) for feature in FEATURES))
    for kind in dict.fromkeys(chain.from_iterable(FEATURES))
}


def job_handlers(network: Network) -> Mapping[str, JobHandler]:
    """Return who does each kind of job for one instance."""
    return {
        errands.ASK_TO_ANSWER: partial(answering.ask_to_answer, network.instance),
        errands.ASK_TO_QUOTE: partial(sending.ask_to_quote, network.instance),
        errands.APPLY_DOMAIN_RULES: partial(domain_actions.apply_rules, network.instance),
        errands.BACKFILL: partial(backfill.backfill, network),
        errands.CATCH_UP: partial(catching_up.catch_up, network),
        errands.CLOSE_POLL: partial(asking.close_poll, network.instance),
        errands.CONFIRM_DELETE: partial(confirming.confirm_delete, network),
        errands.END_MUTE: partial(blocks.end_mute, network.instance),
        errands.ERASE_ACCOUNT: partial(succession.erase_account, network),
        errands.FETCH_POST: partial(fetching.fetch_post, network),
        errands.FETCH_PARENT: partial(fetching.fetch_parent, network),
        errands.FETCH_PINNED: partial(remote_pins.fetch_pinned, network),
        errands.FETCH_RELAYED: partial(taking.fetch_relayed, network),
        errands.FETCH_THREAD: partial(threads.fetch_thread, network),
        errands.POLL_ACCOUNT: partial(catching_up.poll_account, network),
        errands.MOVE_ACCOUNT: partial(moves.move_account, network),
        errands.MOVE_FOLLOWERS: partial(followers.move_followers, network.instance),
        errands.PART_WITH_HOST: partial(hosts.part_with_host, network.instance),
        errands.PUBLISH_DRAFT: partial(scheduling.publish_draft, network),
        errands.RECHECK_WORD: partial(rechecking.recheck_word, network),
        errands.REFRESH_ACCOUNT: partial(remote_accounts.refresh, network),
        errands.REFRESH_POLL: partial(tallies.refresh_poll, network),
        errands.REVOKE_QUOTES: partial(revoking.revoke_quotes, network.instance),
        errands.SUCCEED_ACCOUNT: partial(succession.succeed_account, network),
        errands.TELL_OF_POLL: partial(asking.tell_of_poll, network.instance),
        errands.VERIFY_LINKS: partial(link_checks.verify_links, network),
        errands.SYNCHRONISE_FOLLOWERS: partial(synchronisation.synchronise, network),
        errands.VERIFY_QUOTE: partial(verifying.verify_quote, network),
    }
