"""The world that is measured: one person here with photos, many people elsewhere, all put in by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_network
from pathlib import Path

import orjson
from multidict import CIMultiDict

from activitypub.http import ACTIVITY_JSON, Request
from activitypub.keys import PrivateKey, make_rsa, public_pem
from activitypub.signatures import Scheme, SigningKey, sign
from rossgram_fed.accounts.new_users import create_user, prepare_user
from rossgram_fed.config import DevelopmentSettings, LimitSettings, ServerSettings, Settings, StorageSettings
from rossgram_fed.database import open_database
from rossgram_fed.database.migrate import migrate
from rossgram_fed.federation.account_rows import insert_account
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models.accounts import Role

BASE_URL = "https://bench.test"
STRANGER = "https://far.test/users/sam"
PASSWORD = "correct horse battery staple"
RENDITIONS = {
    name: {"key": f"{number:032x}.webp", "media_type": "image/webp", "width": 640, "height": 640, "size": 9000}
    for number, name in enumerate(("grid", "feed", "full", "federated"))
}


@cache
def stranger_key() -> PrivateKey:
    """The key that everybody elsewhere signs with."""
    return make_rsa()


@dataclass(frozen=True, slots=True)
class World:
    """Where it is kept and who lives in it."""

    settings: Settings
    ana_id: int
    """The account here."""
    sam_id: int
    """The stranger whom ana follows."""


def settings_in(folder: Path, *, port: int) -> Settings:
    """Return the settings of the measured server; its database is named in a file, or it is SQLite in the folder."""
    named = folder / "database-url"
    database = named.read_text(encoding="utf-8") if named.exists() else ""
    return Settings(
        server=ServerSettings(base_url=BASE_URL, listen=f"127.0.0.1:{port}"),
        storage=StorageSettings(data=folder / "data", database=database),
        limits=LimitSettings(api_calls=10_000_000),
        development=DevelopmentSettings(
            allow_http_and_private_networks=True, private_networks=(ip_network("127.0.0.0/8"),)
        ),
    )


async def make_world(folder: Path, *, port: int, followers: int = 0, photos: int = 0) -> World:
    """Make a fresh database with ana, sam, ana's followers on as many hosts, and ana's posts of one photo each."""
    settings = settings_in(folder, port=port)
    database = await open_database(settings.database_url)
    try:
        await migrate(database)
        instance = Instance(settings, database)
        ana = await prepare_user("ana", PASSWORD, role=Role.ADMIN, name="Ana Lindqvist")
        async with instance.change() as change:
            ana_id = (await create_user(change, ana)).account_id
            sam_id = await stranger(change, STRANGER)
            await _follow(change, ana_id, sam_id)
            for number in range(followers):
                follower = await stranger(change, f"http://h{number}.test/users/fan")
                await _follow(change, follower, ana_id)
            for number in range(photos):
                await _photo_post(change, ana_id, number)
            await change.tx.execute("UPDATE accounts SET posts_count = $1 WHERE id = $2", photos, ana_id)
    finally:
        await database.close()
    return World(settings, ana_id, sam_id)


async def stranger(change: Change, uri: str) -> int:
    """Put somebody from elsewhere into the database; return the account's id."""
    account_id = change.new_id()
    values = {
        "username": uri.rpartition("/")[2],
        "domain": uri.split("/")[2],
        "uri": uri,
        "url": uri,
        "actor_type": "Person",
        "inbox": f"{uri}/inbox",
        "shared_inbox": f"{uri.partition('/users/')[0]}/inbox",
        "followers_uri": f"{uri}/followers",
        "public_keys": orjson.dumps([{"id": f"{uri}#main-key", "pem": public_pem(stranger_key())}]).decode(),
        "fetched_at": change.now,
        "backfilled_at": change.now,
    }
    await insert_account(change, account_id, values)
    return account_id


async def _follow(change: Change, follower_id: int, followed_id: int) -> None:
    await change.tx.execute(
        "INSERT INTO follows (id, follower_id, followed_id, state, uri, created_at) VALUES ($1, $2, $3, 1, $4, $5)",
        change.new_id(),
        follower_id,
        followed_id,
        f"{STRANGER}#follows/{follower_id}",
        change.now,
    )


async def _photo_post(change: Change, account_id: int, number: int) -> None:
    post_id = change.new_id()
    await change.tx.execute(
        "INSERT INTO posts (id, account_id, uri, url, local, visibility, caption, content_html, warning, sensitive, "
        "language, photo_count, in_reply_to_uri, thread_id, context_uri, likes_count, boosts_count, replies_count, "
        "published_at, created_at) VALUES ($1, $2, $3, $3, TRUE, 0, $4, $5, '', FALSE, 'en', 1, '', $1, '', 3, 1, 2, "
        "$6, $6)",
        post_id,
        account_id,
        f"{BASE_URL}/p/{post_id}",
        f"Photo {number} at the lake",
        f"<p>Photo {number} at the lake</p>",
        change.now,
    )
    await change.tx.execute(
        "INSERT INTO photos (id, account_id, post_id, position, state, kind, description, media_type, remote_url, "
        "width, height, blurhash, placeholder, focal_x, focal_y, renditions, sensitive, created_at) "
        "VALUES ($1, $2, $3, 0, 0, 'image', 'Hills behind a lake at dawn', 'image/webp', '', 1600, 1200, "
        "'LEHV6nWB2yk8pyo0adR*.7kCMdnj', '', 0, 0, "
        "$4, FALSE, $5)",
        change.new_id(),
        account_id,
        post_id,
        orjson.dumps(RENDITIONS).decode(),
        change.now,
    )


def signed_create(number: int) -> bytes:
    """Return the whole HTTP request with which sam's server tells of a photo post."""
    uri = f"{STRANGER}/posts/{number}"
    public = "https://www.w3.org/ns/activitystreams#Public"
    now = datetime.now(UTC)
    note = {
        "id": uri,
        "type": "Note",
        "attributedTo": STRANGER,
        "url": uri,
        "published": now.isoformat().replace("+00:00", "Z"),
        "to": [public],
        "cc": [f"{STRANGER}/followers"],
        "summary": None,
        "sensitive": False,
        "inReplyTo": None,
        "content": f"<p>Photo number {number} from the lake "
        '<a href="https://far.test/tags/lake" class="mention hashtag" rel="tag">#<span>lake</span></a></p>',
        "contentMap": {"en": f"<p>Photo number {number} from the lake</p>"},
        "attachment": [
            {
                "type": "Document",
                "mediaType": "image/jpeg",
                "url": f"https://far.test/media/{number}.jpg",
                "name": "Hills behind a lake at dawn, the light low over the water",
                "width": 1600,
                "height": 1200,
                "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj",
                "focalPoint": [0, 0],
            }
        ],
        "tag": [{"type": "Hashtag", "href": "https://far.test/tags/lake", "name": "#lake"}],
        "replies": {"id": f"{uri}/replies", "type": "Collection", "first": f"{uri}/replies?page=true"},
    }
    context = [
        "https://www.w3.org/ns/activitystreams",
        {"Hashtag": "as:Hashtag", "sensitive": "as:sensitive", "toot": "http://joinmastodon.org/ns#"},
    ]
    activity = {
        "@context": context,
        "id": f"{uri}/activity",
        "type": "Create",
        "actor": STRANGER,
        "published": note["published"],
        "to": note["to"],
        "cc": note["cc"],
        "object": note,
    }
    headers = CIMultiDict({"Content-Type": ACTIVITY_JSON, "User-Agent": "Bench/1.0"})
    request = Request("POST", f"{BASE_URL}/inbox", headers, orjson.dumps(activity))
    key = SigningKey(f"{STRANGER}#main-key", stranger_key())
    signed = sign(request, key, scheme=Scheme.CAVAGE, now=now)
    lines = [f"{name}: {value}\r\n" for name, value in signed.headers.items()]
    return f"POST /inbox HTTP/1.1\r\n{''.join(lines)}Content-Length: {len(signed.body)}\r\n\r\n".encode() + signed.body
