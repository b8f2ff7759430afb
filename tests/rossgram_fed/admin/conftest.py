"""A site with an admin, a moderator and a member, and ways to make things fail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import orjson
import pytest

from rossgram_fed.instance import Instance
from rossgram_fed.jobs.queue import Queue, enqueue
from rossgram_fed.models import Account, InboxItem, OutboxActivity
from rossgram_fed.models.accounts import Role
from tests.builders import a_person, a_stranger
from tests.rossgram_fed.site import Site, opened_site
from tests.rossgram_fed.web.browser import Browser


@dataclass
class Office:
    """The site and the people on it."""

    site: Site
    admin: Browser
    people: dict[str, Browser]
    alice: Account
    sam: Account

    @property
    def instance(self) -> Instance:
        return self.site.instance

    async def arrival(self, document: object, *, state: int = 2, error: str = "KeyError: 'x'") -> int:
        """Something that sam sent."""
        async with self.instance.change() as change:
            row_id = change.new_id()
            await InboxItem.create(
                id=row_id,
                dedupe_key=str(row_id),
                sender_id=self.sam.id,
                body=orjson.dumps(document),
                state=state,
                run_at=change.now,
                attempts=4,
                last_error=error,
                created_at=change.now,
                finished_at=change.now if state else None,
            )
        return row_id

    async def delivery(
        self,
        document: object,
        *,
        state: int = 2,
        host: str = "there.test",
        post_id: int | None = None,
        error: str = "there.test answered 404.",
    ) -> int:
        """Something that alice sent to a host."""
        async with self.instance.change() as change:
            activity = await OutboxActivity.create(
                id=change.new_id(),
                account_id=self.alice.id,
                post_id=post_id,
                body=orjson.dumps(document),
                created_at=change.now,
            )
            row_id = change.new_id()
            await change.tx.execute(
                "INSERT INTO deliveries (id, state, run_at, leased_until, attempts, last_error, created_at, "
                "finished_at, activity_id, account_id, inbox, host) "
                "VALUES ($1, $2, $3, 0, 6, $4, $3, $3, $5, $6, $7, $8)",
                row_id,
                state,
                change.now,
                error,
                activity.id,
                self.alice.id,
                f"https://{host}/inbox",
                host,
            )
        return row_id

    async def job(self, *, state: int = 2) -> int:
        """Something to fetch."""
        async with self.instance.change() as change:
            row_id = await enqueue(change, "fetch_post", {"uri": "https://there.test/p/1"})
            await change.tx.execute(
                "UPDATE jobs SET state = $1, last_error = 'Unreachable', attempts = 9 WHERE id = $2", state, row_id
            )
        assert row_id is not None
        return row_id

    async def state(self, queue: Queue, row_id: int) -> int | None:
        """The state of a row; None when it is gone."""
        found = await self.instance.database.fetch_value(f"SELECT state FROM {queue} WHERE id = $1", row_id)
        return None if found is None else int(found)


@pytest.fixture
async def office(instance: Instance) -> AsyncIterator[Office]:
    async with opened_site(instance) as site:
        async with instance.change() as change:
            root = await a_person(change, "root", role=Role.ADMIN)
            moderator = await a_person(change, "moderator", role=Role.MODERATOR)
            alice = await a_person(change, "alice")
            sam = await a_stranger(change)
        people = {"member": await site.browser(alice), "moderator": await site.browser(moderator)}
        yield Office(site, await site.browser(root), people, alice, sam)
