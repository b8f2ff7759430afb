"""Wanting nothing of a whole server: its posts and news are not shown, and follows both ways end.

It is one person's wish and changes nothing for others; what a server's admins think of another one is
``federation.domain_rules``. A host is meant exactly: its subdomains are servers of their own.
"""

from __future__ import annotations

from rossgram_fed.federation import errands
from rossgram_fed.federation.addresses import is_local
from rossgram_fed.follows.actions import decline, unfollow
from rossgram_fed.instance import Change, Instance
from rossgram_fed.visibility import heard
from rossgram_fed.web.errors import Invalid
from webfinger.errors import WebFingerError
from webfinger.handles import normal_host

BATCH = 50
"""Follows that end in one transaction."""
LONGEST_HOST = 255

_FOLLOWS = (
    "SELECT a.id, f.follower_id FROM follows f JOIN accounts a ON a.id = "  # noqa: S608 - constants
    "CASE WHEN f.follower_id = $1 THEN f.followed_id ELSE f.follower_id END "
    f"WHERE (f.follower_id = $1 OR f.followed_id = $1) AND a.domain = $2 AND a.deleted_at IS NULL AND {heard('a')} "
    f"AND EXISTS (SELECT 1 FROM host_mutes h WHERE h.account_id = $1 AND h.host = $2) ORDER BY f.id LIMIT {BATCH}"
)


def host_from(typed: str) -> str:
    """Return the host that somebody typed, as accounts keep it; raise ``Invalid`` for what is none."""
    text = typed.strip().removeprefix("https://").removeprefix("http://").rstrip("/").rpartition("@")[2]
    try:
        host = normal_host(text)
    except WebFingerError:
        raise Invalid("Validation failed: Domain is not a valid domain name") from None
    if not host or len(host) > LONGEST_HOST:
        raise Invalid("Validation failed: Domain is not a valid domain name")
    return host


async def mute_host(change: Change, typed: str, *, account_id: int) -> str:
    """Keep a whole server away from somebody, and return its name; raises ``Invalid`` for no server, and for ours."""
    host = host_from(typed)
    if host in (change.settings.account_domain, change.settings.host) or is_local(change.settings, f"https://{host}/"):
        raise Invalid("Validation failed: Domain is this server")
    await change.tx.execute(
        "INSERT INTO host_mutes (id, account_id, host, created_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (account_id, host) DO NOTHING",
        change.new_id(),
        account_id,
        host,
        change.now,
    )
    await change.tx.execute(
        "DELETE FROM notifications WHERE account_id = $1 AND actor_id IN (SELECT id FROM accounts WHERE domain = $2)",
        account_id,
        host,
    )
    await errands.part_with_host(change, host, account_id=account_id)
    return host


async def unmute_host(change: Change, typed: str, *, account_id: int) -> None:
    """Let a server near again; the follows that ended stay ended."""
    await change.tx.execute("DELETE FROM host_mutes WHERE account_id = $1 AND host = $2", account_id, host_from(typed))


async def part_with_host(instance: Instance, payload: dict[str, object]) -> None:
    """Do the job ``part_with_host``: end the follows between ``account_id`` and ``host``, telling the other side.

    In batches; nothing happens once the server is welcome again.
    """
    account_id, host = int(str(payload["account_id"])), str(payload["host"])
    while await _part(instance, account_id, host):
        pass


async def _part(instance: Instance, account_id: int, host: str) -> bool:
    async with instance.change() as change:
        rows = await change.tx.fetch(_FOLLOWS, account_id, host)
        for row in rows:
            if row["follower_id"] == account_id:
                await unfollow(change, account_id=account_id, target_id=row["id"])
            else:
                await decline(change, account_id=account_id, follower_id=row["id"])
    return len(rows) == BATCH
