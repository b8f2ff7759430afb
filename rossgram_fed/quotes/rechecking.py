"""Strangers' words are looked at again from time to time: whoever took one back may not have been heard.

The rule: a word ends only where its origin says 404 or 410, or something else than it said. Silence ends nothing.
"""

from __future__ import annotations

from activitypub.errors import ActivityPubError, MalformedDocument, Refused
from activitypub.origin import host_of
from rossgram_fed.database.engine import placeholders
from rossgram_fed.federation import errands, remote_documents
from rossgram_fed.federation.budget import ONE_POST, Budget, BudgetSpent
from rossgram_fed.federation.network import Network
from rossgram_fed.instance import Instance
from rossgram_fed.jobs.pruning import DAY
from rossgram_fed.models.authorizations import AuthorizationKind
from rossgram_fed.quotes import words
from rossgram_fed.quotes.stamps import author_in

EVERY = 7 * DAY
AT_ONCE = 100
"""Words that are looked at in one hour."""
_GONE = frozenset({404, 410})
_WORD = (
    "SELECT w.uri, w.kind, w.instrument_uri, t.uri AS target, t.account_id AS author_id, a.uri AS author "
    "FROM authorizations w JOIN posts t ON t.id = w.post_id AND t.local = FALSE JOIN accounts a ON a.id = t.account_id "
    "WHERE w.id = $1"
)


async def look_again(instance: Instance) -> int:
    """Have those words read again that were not for a week, the longest first; return how many."""
    rows = await instance.database.fetch(
        f"SELECT id FROM authorizations WHERE checked_at < $1 ORDER BY checked_at LIMIT {AT_ONCE}",  # noqa: S608 - a constant
        instance.clock() - EVERY,
    )
    ids = [row["id"] for row in rows]
    if ids:
        async with instance.change() as change:
            for word_id in ids:
                await errands.recheck_word(change, word_id=word_id)
            sql = f"UPDATE authorizations SET checked_at = $1 WHERE id IN ({placeholders(len(ids), 2)})"  # noqa: S608 - placeholders
            await change.tx.execute(sql, change.now, *ids)
    return len(ids)


async def recheck_word(network: Network, payload: dict[str, object]) -> None:
    """Do the job ``recheck_word``: end what the stranger's word ``word_id`` allowed, if it stands no more.

    Raises ``Unreachable`` and passing refusals, to be tried again.
    """
    word = await network.instance.database.fetch_one(_WORD, int(str(payload["word_id"])))
    if word is None:
        return
    away = network.within(Budget(ONE_POST, home=host_of(word["uri"])))
    try:
        author = await author_in(
            away,
            word["uri"],
            kind=AuthorizationKind(word["kind"]),
            instrument=word["instrument_uri"],
            target=word["target"],
        )
    except (BudgetSpent, MalformedDocument):
        return
    except ActivityPubError as error:
        if remote_documents.passing(error):
            raise
        if not (isinstance(error, Refused) and error.status in _GONE):
            return
        author = None
    if author != word["author"]:
        async with network.instance.change() as change:
            await words.end_use(change, word["uri"], author_id=word["author_id"])
