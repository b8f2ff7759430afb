"""The recent photos of a stranger whom somebody here looks at or follows, so that their profile is not empty.

Their own server is read within one budget: the newest posts of their own that are open to all and have pictures, those
they pinned, and how many followers, followed and posts they have. The rest stays where it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from activitypub import fields
from activitypub.errors import ActivityPubError
from activitypub.objects import Note
from rossgram_fed.federation.budget import BACKFILL, Budget, BudgetSpent
from rossgram_fed.federation.network import Network
from rossgram_fed.federation.remote_counts import Counts, store_counts, total_of
from rossgram_fed.federation.remote_documents import passing
from rossgram_fed.follows.remote_tags import replace_featured
from rossgram_fed.follows.tags import MOST_FEATURED
from rossgram_fed.instance import Change
from rossgram_fed.models.posts import Visibility
from rossgram_fed.posts import remote
from rossgram_fed.posts.fetching import take
from rossgram_fed.posts.outboxes import Outbox, Stranger, stranger
from rossgram_fed.posts.pins import MOST_PINS, replace_pins

LONGEST_TAG = 200
"""Characters of a tag's name that are read."""


@dataclass(slots=True)
class _Found:
    """What was read of a profile before the budget or the profile came to its end."""

    notes: list[Note] = field(default_factory=list)
    """The newest first."""
    featured: list[Note] = field(default_factory=list)
    """Those of the pinned posts that are not here yet."""
    pinned: list[str] | None = None
    """The addresses of all of them; None when nothing is known of pins, so that those we have stay."""
    tags: list[str] | None = None
    """The names of the tags on the profile; None when nothing is known of them."""
    counts: Counts = field(default_factory=lambda: Counts(None, None, None))


async def backfill(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``backfill``: read the profile of the account ``account_id`` and keep what is worth it.

    Raises ``Unreachable`` and passing refusals, to be tried again, if nothing was found.
    """
    owner = await stranger(network.instance.database, int(str(payload["account_id"])))
    if owner is None:
        return
    limits = replace(BACKFILL, items=network.instance.settings.limits.backfill_posts)
    outbox = Outbox.of(network, Budget(limits, home=owner.home), owner)
    found = _Found()
    try:
        await _read_profile(outbox, found)
    except BudgetSpent:
        pass
    except ActivityPubError as error:
        if passing(error) and not found.notes:
            raise
    found.counts = replace(found.counts, posts=outbox.total)
    async with network.instance.change() as change:
        await _keep(change, owner, found)


async def _read_profile(outbox: Outbox, found: _Found) -> None:
    """Read the numbers first, which cost two requests, then what is pinned, then the newest."""
    owner, reading = outbox.owner, outbox.reading
    found.counts = Counts(
        followers=await total_of(reading, owner.followers_uri, owner=owner.uri),
        following=await total_of(reading, owner.following_uri, owner=owner.uri),
        posts=None,
    )
    await _read_pinned(outbox, found)
    await _read_tags(outbox, found)
    async for one in outbox.published():
        if isinstance(one, Note) and _worth_keeping(owner, one):
            outbox.budget.item()
            found.notes.append(one)


async def _read_pinned(outbox: Outbox, found: _Found) -> None:
    """Read what the owner features: at least its addresses, so that what is here already can be pinned too."""
    pinned: list[str] = []
    try:
        async for item in outbox.reading.items(outbox.owner.featured_uri, owner=outbox.owner.uri):
            one = await outbox.read(item)
            if isinstance(one, Note) and _worth_keeping(outbox.owner, one):
                found.featured.append(one)
            uri = fields.address(item)
            pinned.append(uri)
            if len(pinned) >= MOST_PINS:
                break
    except ActivityPubError:
        return
    found.pinned = pinned


async def _read_tags(outbox: Outbox, found: _Found) -> None:
    """Read the names of the tags that the owner shows."""
    owner, names = outbox.owner, list[str]()
    if not owner.featured_tags_uri:
        return
    try:
        async for item in outbox.reading.items(owner.featured_tags_uri, owner=owner.uri):
            if isinstance(item, dict) and len(names) < MOST_FEATURED:
                names.append(fields.text(item.get("name"), LONGEST_TAG))
    except ActivityPubError:
        return
    found.tags = names


async def _keep(change: Change, owner: Stranger, found: _Found) -> None:
    for note in reversed(found.notes + found.featured):
        await take(change, note, account_id=owner.id, wanted=True)
    if found.pinned is not None:
        await replace_pins(change, account_id=owner.id, uris=_chosen(owner, found))
    if found.tags is not None:
        await replace_featured(change, found.tags, account_id=owner.id)
    await store_counts(change, found.counts, account_id=owner.id)
    await change.tx.execute("UPDATE accounts SET backfilled_at = $1 WHERE id = $2", change.now, owner.id)


def _chosen(owner: Stranger, found: _Found) -> list[str]:
    """Return what the owner chose to pin; some servers, ours among them, feature the newest where nothing is chosen.

    Only what is public counts there: nobody pins what is unlisted.
    """
    pinned = found.pinned or []
    public = [note.id for note in found.notes if remote.visibility_in(note, owner.followers_uri) is Visibility.PUBLIC]
    return [] if set(public[: len(pinned)]) == set(pinned) else pinned


def _worth_keeping(owner: Stranger, note: Note) -> bool:
    """Say whether a post is open to all, has pictures, and answers nobody."""
    return (
        remote.has_pictures(note)
        and not note.in_reply_to
        and remote.visibility_in(note, owner.followers_uri) in (Visibility.PUBLIC, Visibility.UNLISTED)
    )
