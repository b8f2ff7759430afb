"""Somebody on a server of their own, whom people here know in every way there is."""

from __future__ import annotations

from dataclasses import dataclass

from rossgram_fed.models import Account, Boost, Mention, Photo, Post
from rossgram_fed.models.posts import PhotoState, Visibility
from rossgram_fed.models.relations import NotificationKind
from rossgram_fed.notifications.actions import notify
from rossgram_fed.posts.store import add_tags
from tests.builders import a_post
from tests.fediverse import Actor, FakePeer
from tests.rossgram_fed.media.samples import a_file
from tests.security.house import HERE, House


@dataclass
class Neighbour:
    """Somebody elsewhere, who has a photo here, a follower, and something to say to people."""

    peer: FakePeer
    actor: Actor
    account: Account
    post: Post
    photo: int
    word: str


async def a_neighbour(house: House, host: str) -> Neighbour:
    """vic at a host: bob follows them, and they posted a photo, answered alice and wrote to bob and carol."""
    peer = await house.peer(host)
    word = f"from{host.partition('.')[0].replace('-', '')}"
    icon = {"type": "Image", "url": f"https://{host}/face.png"}
    peer.serve("/face.png", a_file("PNG", 400, 400), content_type="image/png")
    peer.serve("/photo.jpg", a_file(), content_type="image/jpeg")
    actor = peer.actor(f"vic{word}", icon=icon)
    hello = {"id": f"{actor.id}#f", "type": "Follow", "actor": actor.id, "object": f"{HERE}/users/carol"}
    assert await house.post(hello, actor) == 202
    await house.settle()
    account_id = await house.account_of(actor)
    await house.follow(house.people["bob"].id, account_id)
    with house.server.instance.database.active():
        async with house.server.instance.change() as change:
            await change.tx.execute("DELETE FROM follows WHERE follower_id = $1", account_id)
            account = await Account.get(id=account_id)
            post = await a_post(change, account, caption=f"photo {word}")
            photo = await Photo.create(
                id=change.new_id(), account_id=account_id, post_id=post.id, state=PhotoState.REMOTE,
                remote_url=f"https://{host}/photo.jpg", created_at=change.now,
            )  # fmt: skip
            await Post.filter(id=post.id).update(photo_count=1)
            await add_tags(change, post.id, ["fromafar"])
            said = await a_post(change, account, caption=f"said {word}", parent=house.posts[Visibility.PUBLIC])
            for name in ("bob", "carol"):
                reader = house.people[name]
                await Mention.create(id=change.new_id(), post_id=said.id, account_id=reader.id)
                await notify(
                    change, account_id=reader.id, kind=NotificationKind.MENTION, actor_id=account_id, post_id=said.id
                )
            await Boost.create(
                id=change.new_id(), account_id=house.people["bob"].id, post_id=post.id, uri=f"{HERE}/boosts/{post.id}",
                created_at=change.now,
            )  # fmt: skip
    return Neighbour(peer, actor, account, post, photo.id, word)


async def introduce_witness(house: House) -> None:
    """Somebody at there.test, known here, who passes on what others say."""
    witness = house.there.actor("witness")
    follow = {"id": f"{witness.id}#f", "type": "Follow", "actor": witness.id, "object": f"{HERE}/users/bob"}
    assert await house.post(follow, witness) == 202
    await house.settle()
