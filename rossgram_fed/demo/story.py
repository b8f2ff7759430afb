"""What happens in the demo: people arrive, post, follow one another across the servers, and talk.

Everything goes the way it would in earnest: a person's act on one server, a signed activity over HTTP, a row on the
other. The story waits for each to arrive before it goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from rossgram_fed.accounts.actions import update_profile
from rossgram_fed.accounts.forms import ProfileDraft
from rossgram_fed.accounts.new_users import create_user, prepare_user
from rossgram_fed.demo.cast import (
    BEFORE,
    BOOSTS,
    COMMENTS,
    FOLLOWS,
    LIKES,
    PASSWORD,
    PEOPLE,
    REPLY,
    SHOTS,
    Person,
    Said,
    Shot,
)
from rossgram_fed.demo.pictures import draw_landscape, draw_portrait
from rossgram_fed.demo.servers import DemoServer
from rossgram_fed.federation import remote_accounts
from rossgram_fed.follows.actions import follow
from rossgram_fed.instance import Change
from rossgram_fed.media.keeping import write_files
from rossgram_fed.media.pictures import Recipe
from rossgram_fed.models.accounts import Role
from rossgram_fed.models.relations import FollowState
from rossgram_fed.posts.actions import publish
from rossgram_fed.posts.drafts import DraftPhoto, PostDraft
from rossgram_fed.posts.uploads import Developed, store_photo
from rossgram_fed.reactions.actions import boost, like
from webfinger.handles import Handle

PATIENCE = 30.0
"""Seconds until something that should have arrived is given up."""
STEPS = len(PEOPLE) + len(BEFORE) + len(FOLLOWS) + len(SHOTS) + len(LIKES) + len(BOOSTS) + len(COMMENTS) + 1


class StoryStopped(Exception):
    """Something that should have crossed did not."""


class Story:
    """The demo as it unfolds; ``servers`` by name, ``width`` of its photos in pixels."""

    def __init__(self, servers: Mapping[str, DemoServer], *, width: int = 1600) -> None:
        self._servers = servers
        self._width = width
        self._people = {person.username: person for person in PEOPLE}
        self._accounts: dict[str, int] = {}
        self._shots: list[str] = []
        self._comments: list[str] = []

    async def unfold(self) -> AsyncIterator[str]:
        """Yield a sentence for each thing that is about to happen, ``STEPS`` in all."""
        for person in PEOPLE:
            yield f"{person.name} joins {person.home}"
            await self._join(person)
        for shot in BEFORE:
            yield f"{shot.author} posts to nobody yet"
            await self._post(shot)
        for follower, followed in FOLLOWS:
            yield f"{follower} follows {followed}"
            await self._follow(follower, followed)
        for shot in SHOTS:
            yield f"{shot.author} posts"
            self._shots.append(await self._post(shot))
        async for sentence in self._talk():
            yield sentence

    async def _talk(self) -> AsyncIterator[str]:
        for who, number in LIKES:
            yield f"{who} likes a photo of {SHOTS[number].author}'s"
            post_id = await self._seen(who, self._shots[number])
            async with self._home(who).instance.change() as change:
                await like(change, account_id=self._accounts[who], post_id=post_id)
        for who, number in BOOSTS:
            yield f"{who} boosts a post of {SHOTS[number].author}'s"
            post_id = await self._seen(who, self._shots[number])
            async with self._home(who).instance.change() as change:
                await boost(change, account_id=self._accounts[who], post_id=post_id)
        for said in COMMENTS:
            yield f"{said.author} comments"
            self._comments.append(await self._say(said, under=self._shots[said.shot]))
        yield f"{REPLY.author} answers"
        answer = await self._say(REPLY, under=self._comments[0])
        await self._seen(COMMENTS[0].author, answer)

    async def _join(self, person: Person) -> None:
        server = self._servers[person.home]
        role = Role.ADMIN if person.admin else Role.MEMBER
        new = await prepare_user(person.username, PASSWORD, role=role, name=person.name)
        portrait = await asyncio.to_thread(draw_portrait, person.seed)
        files = await write_files(server.folder, await server.studio.develop(portrait, recipe=Recipe.AVATAR))
        async with server.instance.change() as change:
            account_id = (await create_user(change, new)).account_id
            draft = ProfileDraft(name=person.name, bio=person.bio)
            await update_profile(change, account_id=account_id, draft=draft, avatar=files)
        self._accounts[person.username] = account_id

    async def _post(self, shot: Shot) -> str:
        """Publish a post and return its address."""
        server, author = self._home(shot.author), self._accounts[shot.author]
        developed = await asyncio.gather(*[_develop(server, seed, self._width) for seed in shot.photos])
        caption = self._with_whole_handles(shot.caption, shot.author)
        async with server.instance.change() as change:
            photos = tuple(
                [DraftPhoto(await store_photo(change, author, photo=photo), said) for photo, said in developed]
            )
            return await _publish(change, author, PostDraft(caption=caption, photos=photos))

    async def _follow(self, follower: str, followed: str) -> None:
        server, there = self._home(follower), self._home(followed).instance.settings
        target = await remote_accounts.by_handle(server.network, Handle(followed, there.account_domain))
        async with server.instance.change() as change:
            await follow(change, account_id=self._accounts[follower], target_id=target)
        await self._until(
            lambda: server.instance.database.fetch_value(
                "SELECT 1 FROM follows WHERE follower_id = $1 AND followed_id = $2 AND state = $3",
                self._accounts[follower],
                target,
                int(FollowState.ACCEPTED),
            ),
            f"{followed} never learned that {follower} follows",
        )

    async def _say(self, said: Said, *, under: str) -> str:
        """Publish a comment and return its address."""
        parent = await self._seen(said.author, under)
        draft = PostDraft(caption=self._with_whole_handles(said.text, said.author), parent_id=parent)
        async with self._home(said.author).instance.change() as change:
            return await _publish(change, self._accounts[said.author], draft)

    async def _seen(self, who: str, uri: str) -> int:
        """Wait until a post is on somebody's server, and return its id there."""
        database = self._home(who).instance.database
        found = await self._until(
            lambda: database.fetch_value("SELECT id FROM posts WHERE uri = $1", uri), f"{uri} never reached {who}"
        )
        return int(str(found))

    async def _until(self, ask: Callable[[], Awaitable[object]], failure: str) -> object:
        try:
            async with asyncio.timeout(PATIENCE):
                while not (answer := await ask()):  # noqa: ASYNC110 - rows that another server causes tell nobody here
                    await asyncio.sleep(0.05)
        except TimeoutError as error:
            raise StoryStopped(f"{failure} within {PATIENCE:.0f} seconds.") from error
        return answer

    def _home(self, username: str) -> DemoServer:
        return self._servers[self._people[username].home]

    def _with_whole_handles(self, text: str, author: str) -> str:
        """Write ``@anna`` as ``@anna@her.server`` where she is a stranger."""
        for person in PEOPLE:
            if person.home != self._people[author].home:
                domain = self._servers[person.home].instance.settings.account_domain
                text = text.replace(f"@{person.username}", f"@{person.username}@{domain}")
        return text


async def _develop(server: DemoServer, seed: int, width: int) -> tuple[Developed, str]:
    data, description = await asyncio.to_thread(draw_landscape, seed, width=width, height=width * 3 // 4)
    picture = await server.studio.develop(data)
    files = await write_files(server.folder, picture)
    return Developed(name=f"{seed}.jpg", picture=picture.without_bytes(), files=files), description


async def _publish(change: Change, author: int, draft: PostDraft) -> str:
    post_id = await publish(change, author_id=author, draft=draft)
    return str(await change.tx.fetch_value("SELECT uri FROM posts WHERE id = $1", post_id))
