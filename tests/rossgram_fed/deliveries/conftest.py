"""A site where alice has a post that was sent to other servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import orjson
import pytest

from rossgram_fed.federation import outbox
from rossgram_fed.federation.outbox import Audience
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Post
from rossgram_fed.models.accounts import Role
from rossgram_fed.models.posts import Visibility
from tests.builders import a_person, a_post, a_stranger
from tests.rossgram_fed.site import Site, opened_site

HOSTS = ("a.test", "b.test", "c.test")


@dataclass
class Sent:
    """Alice's post and who may ask about it."""

    site: Site
    alice: Account
    bob: Account
    admin: Account
    post: Post

    @property
    def path(self) -> str:
        return f"/p/{self.post.id}/deliveries"

    async def send(self, kind: str = "Create", *, post: Post | None = None, hosts: tuple[str, ...] = HOSTS) -> None:
        """Queue an activity about a post (alice's, by default) for these servers."""
        post = post or self.post
        async with self.site.instance.change() as change:
            rows = await change.tx.fetch("SELECT id, domain FROM accounts WHERE domain <> ''")
            people = frozenset(row["id"] for row in rows if row["domain"] in hosts)
            document = {"id": f"{post.uri}#{kind}", "type": kind}
            audience = Audience(account_ids=people)
            await outbox.send(change, sender_id=post.account_id, document=document, audience=audience, post_id=post.id)

    async def set(self, host: str, /, *, kind: str = "Create", **columns: object) -> None:
        """Put something into the columns of the deliveries of one kind of activity to a host."""
        async with self.site.instance.change() as change:
            rows = await change.tx.fetch("SELECT id, body FROM outbox_activities")
            ids = [row["id"] for row in rows if orjson.loads(row["body"])["type"] == kind]
            for column, value in columns.items():
                for activity_id in ids:
                    sql = f"UPDATE deliveries SET {column} = $1 WHERE host = $2 AND activity_id = $3"
                    await change.tx.execute(sql, value, host, activity_id)

    async def rows(self) -> list[dict[str, object]]:
        """All deliveries in their order."""
        found = await self.site.instance.database.fetch("SELECT * FROM deliveries ORDER BY id")
        return [dict(row) for row in found]


@pytest.fixture
async def site(instance: Instance) -> AsyncIterator[Site]:
    async with opened_site(instance) as opened:
        yield opened


@pytest.fixture
async def sent(site: Site) -> Sent:
    """Alice's followers-only post, not sent anywhere yet; somebody lives on each of the other servers."""
    async with site.instance.change() as change:
        alice, bob = await a_person(change, "alice"), await a_person(change, "bob")
        admin = await a_person(change, "root", role=Role.ADMIN)
        for host in HOSTS:
            await a_stranger(change, "sam", domain=host)
        post = await a_post(change, alice, caption="Between us", visibility=Visibility.FOLLOWERS)
    return Sent(site, alice, bob, admin, post)
