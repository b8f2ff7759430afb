"""Three whole servers: an answer, its edit and its end reach the followers of whom it answers."""

from __future__ import annotations

from rossgram_fed.federation import remote_accounts
from rossgram_fed.federation.signers import store_account_keys
from rossgram_fed.follows import actions as follows
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account
from rossgram_fed.models.accounts import Role
from rossgram_fed.posts import actions as posts
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft, PostEdit
from tests.builders import a_person
from tests.conftest import SettableClock
from tests.fediverse import Fediverse, Server, server_keys
from tests.rossgram_fed.posts.photos import a_waiting_photo
from webfinger.handles import Handle

SECOND = 1_000


async def a_member(server: Server, name: str) -> int:
    async with server.instance.change() as change:
        person = await a_person(change, name, role=Role.ADMIN)
        await store_account_keys(change, person.id, server_keys())
    return int(person.id)


async def follow(server: Server, follower: int, *, name: str, host: str) -> None:
    followed = await remote_accounts.by_handle(server.network, Handle(name, host))
    async with server.instance.change() as change:
        await follows.follow(change, account_id=follower, target_id=followed)


async def captions(instance: Instance) -> list[str]:
    rows = await instance.database.fetch("SELECT content_html FROM posts ORDER BY id")
    return [row["content_html"] for row in rows]


async def test_an_answer_reaches_the_author_s_followers(fediverse: Fediverse, clock: SettableClock) -> None:
    """Cam at gamma follows Ann at alpha; what Ben at beta answers Ann is shown to Cam, edited and deleted there too."""
    alpha, beta, gamma = [await fediverse.whole_server(name) for name in ("alpha", "beta", "gamma")]
    ann, ben, cam = [await a_member(server, name) for server, name in ((alpha, "ann"), (beta, "ben"), (gamma, "cam"))]
    await follow(gamma, cam, name="ann", host="alpha.test")
    await follow(beta, ben, name="ann", host="alpha.test")
    await fediverse.settle()
    async with alpha.instance.change() as change:
        photo = await a_waiting_photo(change, await Account.get(id=ann))
        await posts.publish(change, author_id=ann, draft=PostDraft(caption="a spider", photos=(DraftPhoto(photo),)))
    await fediverse.settle()
    assert await captions(gamma.instance) == ["<p>a spider</p>"]
    parent = await beta.instance.database.fetch_value("SELECT id FROM posts")
    async with beta.instance.change() as change:
        answer = await posts.publish(change, author_id=ben, draft=PostDraft(caption="lovely", parent_id=parent))
    await fediverse.settle()
    assert await captions(gamma.instance) == ["<p>a spider</p>", "<p>lovely</p>"], "read at its origin: Ben was new"
    assert await gamma.instance.database.fetch_value("SELECT count(*) FROM jobs WHERE kind = 'fetch_post'") == 1
    clock.advance(SECOND)
    async with beta.instance.change() as change:
        await posts.edit(change, author_id=ben, post_id=answer, edit=PostEdit(caption="so lovely"))
    await fediverse.settle()
    assert await captions(gamma.instance) == ["<p>a spider</p>", "<p>so lovely</p>"]
    async with beta.instance.change() as change:
        await posts.delete(change, author_id=ben, post_id=answer)
    await fediverse.settle()
    assert await captions(gamma.instance) == ["<p>a spider</p>"]
    jobs = await gamma.instance.database.fetch("SELECT kind FROM jobs ORDER BY id")
    assert [row["kind"] for row in jobs if row["kind"] in ("fetch_post", "confirm_delete")] == ["fetch_post"], (
        "by now Ben was known, and believed for what he signed"
    )
