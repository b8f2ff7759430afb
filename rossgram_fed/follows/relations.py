"""How two accounts stand to each other, for pages and apps; one statement however many accounts are asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rossgram_fed.database import Reader, Row
from rossgram_fed.database.engine import placeholders
from rossgram_fed.models.relations import FollowState


@dataclass(frozen=True, slots=True)
class Relation:
    """How a viewer and another account stand to each other."""

    following: bool = False
    requested: bool = False
    """The viewer asked to follow and waits."""
    followed_by: bool = False
    asks: bool = False
    """The other asked to follow the viewer."""
    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False
    muting_news: bool = False
    muted_until: int | None = None
    """The instant (milliseconds) at which the mute ends; None for one without an end."""
    shows_boosts: bool = True
    """Whether what the other boosts comes to the viewer's home, if the viewer follows them."""
    notifies: bool = False
    """Whether the viewer is told of every post."""
    languages: tuple[str, ...] = ()
    """Of whose posts come to the viewer's home; none for all."""
    host_muted: bool = False
    endorsed: bool = False
    note: str = ""
    """What the viewer wrote down about the other, for nobody else."""


_QUERY = (
    "SELECT a.id, o.state AS ours, o.shows_boosts, o.notifies, o.languages, t.state AS theirs, b.id AS blocking, "
    "c.id AS blocked_by, m.id AS muting, m.hides_news, m.expires_at, h.id AS host_muted, e.id AS endorsed, n.comment "
    "FROM accounts a "
    "LEFT JOIN follows o ON o.follower_id = $1 AND o.followed_id = a.id "
    "LEFT JOIN follows t ON t.follower_id = a.id AND t.followed_id = $1 "
    "LEFT JOIN blocks b ON b.account_id = $1 AND b.target_id = a.id "
    "LEFT JOIN blocks c ON c.account_id = a.id AND c.target_id = $1 "
    "LEFT JOIN mutes m ON m.account_id = $1 AND m.target_id = a.id "
    "LEFT JOIN host_mutes h ON h.account_id = $1 AND h.host = a.domain "
    "LEFT JOIN endorsements e ON e.account_id = $1 AND e.target_id = a.id "
    "LEFT JOIN account_notes n ON n.account_id = $1 AND n.target_id = a.id "
)


async def relation(reader: Reader, viewer_id: int, account_id: int) -> Relation:
    """Return how the viewer stands to one account."""
    return (await relations(reader, viewer_id, [account_id]))[account_id]


async def relations(reader: Reader, viewer_id: int, account_ids: Sequence[int]) -> dict[int, Relation]:
    """Return how the viewer stands to each account, in one statement."""
    if not account_ids:
        return {}
    rows = await reader.fetch(f"{_QUERY}WHERE a.id IN ({placeholders(len(account_ids), 2)})", viewer_id, *account_ids)
    found = {row["id"]: _relation(row) for row in rows}
    return {account_id: found.get(account_id, Relation()) for account_id in account_ids}


def _relation(row: Row) -> Relation:
    return Relation(
        following=row["ours"] == FollowState.ACCEPTED,
        requested=row["ours"] == FollowState.PENDING,
        followed_by=row["theirs"] == FollowState.ACCEPTED,
        asks=row["theirs"] == FollowState.PENDING,
        blocking=row["blocking"] is not None,
        blocked_by=row["blocked_by"] is not None,
        muting=row["muting"] is not None,
        muting_news=bool(row["hides_news"]),
        muted_until=row["expires_at"],
        shows_boosts=row["shows_boosts"] is None or bool(row["shows_boosts"]),
        notifies=bool(row["notifies"]),
        languages=tuple((row["languages"] or "").split()),
        host_muted=row["host_muted"] is not None,
        endorsed=row["endorsed"] is not None,
        note=row["comment"] or "",
    )
