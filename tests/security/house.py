"""One whole server with people of every kind, their posts, and a stranger's server that lies as it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import orjson
from aiohttp import ClientSession, DummyCookieJar, FormData, TCPConnector
from multidict import CIMultiDict
from yarl import URL

from rossgram_fed.api.serving import PREFIXES
from rossgram_fed.config import LimitSettings, Registration
from rossgram_fed.federation.signers import store_account_keys
from rossgram_fed.instance import Change
from rossgram_fed.media.keeping import note_photo_files
from rossgram_fed.media.storage import STORAGE
from rossgram_fed.models import Account, Block, Follow, Mention, Photo, Post, User
from rossgram_fed.models.accounts import Role
from rossgram_fed.models.posts import PhotoState, Visibility
from rossgram_fed.models.relations import FollowState
from rossgram_fed.posts.store import add_tags
from rossgram_fed.renditions import FEDERATED, FEED, FULL, GRID, Rendition
from rossgram_fed.web import sessions
from rossgram_fed.web.secrets import SECRETS, signature
from tests.apps import a_token, an_app
from tests.builders import a_person, a_post, a_stranger
from tests.conftest import SettableClock
from tests.databases import Engine
from tests.fediverse import AS2, Actor, FakePeer, Fediverse, Server, server_keys

HERE = "https://here.test"
INBOX = f"{HERE}/inbox"
HTML = "text/html"
JSON = "application/activity+json"
PUBLIC = f"{AS2}#Public"

PEOPLE = ("alice", "bob", "carol", "mona", "barb", "rick")
"""The author; an accepted follower; nobody in particular; one who is mentioned; one who is blocked; one who asked."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: CIMultiDict[str]
    text: str

    @property
    def document(self) -> dict[str, Any]:
        read: dict[str, Any] = orjson.loads(self.text)
        return read


@dataclass(repr=False)
class House:
    """The server at https://here.test, who lives there, and the stranger at https://there.test."""

    fediverse: Fediverse
    server: Server
    there: FakePeer
    clock: SettableClock
    browser: ClientSession
    """Keeps no cookie: each request carries its own."""
    cellar: int
    """A port of 127.0.0.2, an address this server may not reach, at ``internal.test`` too."""
    intruders: list[object] = field(default_factory=list)
    """Whoever connected to it."""
    people: dict[str, Account] = field(default_factory=dict)
    posts: dict[Visibility, Post] = field(default_factory=dict)
    photos: dict[Visibility, int] = field(default_factory=dict)
    files: dict[Visibility, dict[str, str]] = field(default_factory=dict)
    """The keys of each photo's files, by the rendition's name."""

    async def ask(
        self, path: str, *, by: str = "", method: str = "GET", accept: str = HTML, data: Any = None, **headers: str
    ) -> Answer:
        """Ask for a path as somebody, or as nobody; redirects are not followed."""
        sent = {"Accept": accept} | {name.replace("_", "-"): value for name, value in headers.items()}
        if by:
            sent["Cookie"] = f"__Host-session={_token(by)}"
        url = URL(HERE + path, encoded=True)
        async with self.browser.request(method, url, headers=sent, data=data, allow_redirects=False) as response:
            body = (await response.read()).decode(errors="replace")
            return Answer(response.status, CIMultiDict(response.headers), body)

    async def submit(
        self, path: str, fields: Mapping[str, str] | Iterable[tuple[str, str]] = (), *, by: str, **headers: str
    ) -> Answer:
        """Send a form as somebody, with the token that their pages show."""
        pairs = list(fields.items()) if isinstance(fields, Mapping) else list(fields)
        data = FormData([("csrf", self.csrf(by)), *pairs], charset="utf-8")
        return await self.ask(path, by=by, method="POST", data=data, **{"Origin": HERE} | headers)

    async def call(self, path: str, *, by: str) -> Answer:
        """Ask for a path with an app that may do anything for somebody, or with none."""
        return await self.ask(path, accept="*/*", **({"Authorization": f"Bearer {_token(by)}"} if by else {}))

    def csrf(self, who: str) -> str:
        """The form token of somebody's session."""
        return signature(self.server.runner.app[SECRETS], "form of session", _token(who))

    async def raw(self, data: bytes) -> bytes:
        """Send bytes as they are and return what comes back until the server hangs up or says no more."""
        port = self.fediverse.names.ports["here.test"]
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=self.fediverse.trusting, server_hostname="here.test"
        )
        writer.write(data)
        await writer.drain()
        try:
            async with asyncio.timeout(60):
                return await reader.read(1 << 16)
        finally:
            writer.close()

    async def post(self, document: object, by: Actor, **how: Any) -> int:
        """Post a signed activity to the shared inbox; return the status."""
        status, _ = await self.there.post(INBOX, document, by, **how)
        return status

    def addresses(self, visibility: Visibility = Visibility.PUBLIC, *, apps: bool | None = None) -> list[str]:
        """Every address that can be got, about alice and her post of that visibility; those of apps alone, or none."""
        routes = self.server.runner.app.router.routes()
        paths = {route.resource.canonical for route in routes if route.resource and route.method == "GET"}
        about = {
            "{id}": self.posts[visibility].id, "{photo_id}": self.photos[visibility], "{rendition}": "feed",
            "{username}": "alice", "{account_id}": self.people["alice"].id, "{version}": "2.1", "{queue}": "jobs",
            "{name}": f"tag{secret_of(visibility)}", "{key}": "0" * 32 + ".jpg", "{times}": 1,
            "{group_key}": "favourite-1", "{stream}": "health", "{slug}": "a-place",
        }  # fmt: skip
        for parameter, value in about.items():
            paths = {path.replace(parameter, str(value)) for path in paths}
        assert not any("{" in path for path in paths), sorted(paths)
        return sorted(path for path in paths if apps is None or path.startswith(PREFIXES) == apps)

    async def peer(self, host: str) -> FakePeer:
        """Another stranger's server, the same one every time."""
        return self.fediverse.peers.get(host) or await self.fediverse.peer(host)

    async def settle(self) -> None:
        await self.fediverse.settle()

    async def fetch(self, sql: str, *values: object) -> list[Any]:
        return list(await self.server.instance.database.fetch(sql, *values))

    async def value(self, sql: str, *values: object) -> Any:
        return await self.server.instance.database.fetch_value(sql, *values)

    async def counts(self) -> dict[str, int]:
        """How many rows there are of everything that requests can cause, work that was done not counted."""
        counted = {table: await self.value(f"SELECT COUNT(*) FROM {table}") for table in TABLES}
        for work, state in (("jobs", "waiting"), ("jobs", "failed"), ("inbox_items", "failed")):
            number = 0 if state == "waiting" else 2
            sql = f"SELECT COUNT(*) FROM {work} WHERE state = {number}"
            counted[f"{state} {work}"] = await self.value(sql)
        return counted

    async def follow(self, follower: int, followed: int, state: FollowState = FollowState.ACCEPTED) -> None:
        with self.server.instance.database.active():
            async with self.server.instance.change() as change:
                await _follow(change, follower, followed, state)

    async def remote_photo(self, url: str) -> int:
        """A photo by pat at there.test, in a public post, that nobody has looked at; its id."""
        with self.server.instance.database.active():
            async with self.server.instance.change() as change:
                pat = await Account.get_or_none(username="pat") or await a_stranger(change, "pat")
                post = await a_post(change, pat)
                photo = await Photo.create(
                    id=change.new_id(), account_id=pat.id, post_id=post.id, state=PhotoState.REMOTE, remote_url=url,
                    created_at=change.now,
                )  # fmt: skip
                return int(photo.id)

    async def account_of(self, actor: Actor) -> int:
        """The id of a stranger who has knocked before."""
        return int(await self.value("SELECT id FROM accounts WHERE uri = $1", actor.id))


TABLES = (
    "accounts", "users", "sessions", "invites", "posts", "photos", "tags", "post_tags", "mentions", "follows", "likes",
    "boosts", "bookmarks", "blocks", "mutes", "notifications", "tombstones", "media_files", "outbox_activities",
    "deliveries",
)  # fmt: skip


def _token(who: str) -> str:
    return f"{who}-".ljust(43, "t")


def secret_of(visibility: Visibility) -> str:
    """A word that stands in a post of that visibility and nowhere else."""
    return f"secret{visibility.name.lower()}word"


async def build(
    folder: Path, engine: Engine, clock: SettableClock, closing: AsyncExitStack, **federation: bool
) -> House:
    """Start the server, with its switches of ``[federation]`` as named, and let everybody move in."""
    fediverse = Fediverse(folder, clock=clock, new_database=engine.migrated)
    closing.push_async_callback(fediverse.close)
    settings = fediverse.settings("here")
    settings = replace(
        settings,
        limits=LimitSettings(picture_processes=1),
        federation=replace(settings.federation, **federation),  # type: ignore[arg-type]  # switches, all of them
        server=replace(settings.server, registration=Registration.INVITE),
        development=replace(settings.development, private_networks=(ip_network("127.0.0.1/32"),)),
    )
    intruders: list[object] = []
    cellar = await asyncio.start_server(lambda _, writer: intruders.append(writer.close()), "127.0.0.2", 0)
    closing.callback(cellar.close)
    fediverse.names.addresses["internal.test"] = ["127.0.0.2"]
    server = await fediverse.whole_server("here", settings=settings)
    connector = TCPConnector(ssl=fediverse.trusting, resolver=fediverse.names, use_dns_cache=False)
    browser = await closing.enter_async_context(ClientSession(connector=connector, cookie_jar=DummyCookieJar()))
    house = House(
        fediverse, server, await fediverse.peer("there.test"), clock, browser, cellar.sockets[0].getsockname()[1]
    )
    house.intruders = intruders
    with server.instance.database.active():
        async with server.instance.change() as change:
            await _move_in(house, change)
    return house


async def _move_in(house: House, change: Change) -> None:
    app = await an_app(change)
    for name in PEOPLE:
        role = Role.ADMIN if name == "alice" else Role.MEMBER
        account = house.people[name] = await a_person(change, name, role=role, locked=name == "alice")
        await store_account_keys(change, account.id, server_keys())
        user = await User.get(account_id=account.id)
        await sessions.start(change, user_id=user.id, token=_token(name))
        await a_token(change, app, user, _token(name), scopes=app.scopes)
    alice = house.people["alice"]
    await _follow(change, house.people["bob"].id, alice.id, FollowState.ACCEPTED)
    await _follow(change, house.people["rick"].id, alice.id, FollowState.PENDING)
    await Block.create(
        id=change.new_id(), account_id=alice.id, target_id=house.people["barb"].id, created_at=change.now
    )
    for visibility in Visibility:
        await _publish(house, change, alice, visibility)


async def _follow(change: Change, follower: int, followed: int, state: FollowState) -> None:
    await Follow.create(
        id=change.new_id(), follower_id=follower, followed_id=followed, state=state, uri="", created_at=change.now
    )


async def _publish(house: House, change: Change, author: Account, visibility: Visibility) -> None:
    word = secret_of(visibility)
    post = house.posts[visibility] = await a_post(change, author, caption=word, visibility=visibility)
    folder = house.server.runner.app[STORAGE]
    renditions = {
        name: Rendition(
            key=await folder.put(b"\xff\xd8\xff\xd9", ".jpg"), media_type="image/jpeg", width=4, height=3, size=4
        )
        for name in (GRID, FEED, FULL, FEDERATED)
    }
    house.files[visibility] = {name: one["key"] for name, one in renditions.items()}
    photo = await Photo.create(
        id=change.new_id(), account_id=author.id, post_id=post.id, state=PhotoState.READY, description=f"alt {word}",
        media_type="image/jpeg", width=4, height=3, renditions=orjson.dumps(renditions).decode(),
        created_at=change.now,
    )  # fmt: skip
    house.photos[visibility] = photo.id
    await note_photo_files(change, renditions, photo_id=photo.id)
    await Post.filter(id=post.id).update(photo_count=1)
    await add_tags(change, post.id, [f"tag{word}"])
    await Mention.create(id=change.new_id(), post_id=post.id, account_id=house.people["mona"].id)
