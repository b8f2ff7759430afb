"""Two whole servers, as people run them, find and follow each other over TLS."""

from __future__ import annotations

from rossgram_fed.federation import remote_accounts
from rossgram_fed.federation.signers import store_account_keys
from rossgram_fed.follows import actions as follows
from rossgram_fed.models.relations import FollowState
from tests.builders import a_person
from tests.fediverse import Fediverse, server_keys
from webfinger.handles import Handle


async def test_one_follows_the_other(fediverse: Fediverse) -> None:
    """A handle resolves across servers, a Follow and its Accept cross, and both sides agree in the end."""
    alpha, beta = await fediverse.whole_server("alpha"), await fediverse.whole_server("beta")
    ids = {}
    for server, name in ((alpha, "ann"), (beta, "ben")):
        async with server.instance.change() as change:
            person = await a_person(change, name)
            await store_account_keys(change, person.id, server_keys())
            ids[name] = person.id
    ben_at_alpha = await remote_accounts.by_handle(alpha.network, Handle("ben", "beta.test"))
    async with alpha.instance.change() as change:
        assert await follows.follow(change, account_id=ids["ann"], target_id=ben_at_alpha) is FollowState.PENDING
    await fediverse.settle()
    for server, followed in ((alpha, ben_at_alpha), (beta, ids["ben"])):
        rows = await server.instance.database.fetch("SELECT state FROM follows WHERE followed_id = $1", followed)
        assert [row["state"] for row in rows] == [FollowState.ACCEPTED]
    async with fediverse.session.get("https://beta.test/users/ben/followers?page=true") as response:
        assert (await response.json(content_type=None))["orderedItems"] == ["https://alpha.test/users/ann"]
