"""An app built on Mastodon.py, a library of other make, does here what people do with theirs, from signing in on."""

from __future__ import annotations

import asyncio
import re
import threading
from pathlib import Path
from typing import Any

import requests
from mastodon import Mastodon, StreamListener

from tests.clients.server import PASSWORD, joined, served
from tests.rossgram_fed.media.samples import encoded, pixels

SCOPES = ["read", "write", "follow", "push"]
_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_CODE = re.compile(r'id="code"[^>]*>([^<]+)<')


async def test_a_journey_with_mastodon_py(tmp_path: Path) -> None:
    """Sign in by a code, listen, post an album with descriptions, react, answer, page, search, edit, delete."""
    photos = [tmp_path / f"{number}.jpg" for number in range(2)]
    for number, path in enumerate(photos):
        path.write_bytes(encoded(pixels(400, 300, seed=number)))
    async with served(tmp_path) as base_url:
        await joined(base_url, "mira")
        await joined(base_url, "tomas")
        await asyncio.to_thread(_journey, base_url, photos)


def _journey(base_url: str, photos: list[Path]) -> None:
    mira, tomas = _signed_in(base_url, "mira"), _signed_in(base_url, "tomas")
    assert mira.me()["username"] == "mira"
    listener = _Listener()
    stream = mira.stream_user(listener, run_async=True)
    assert listener.opened.wait(20)

    media = [mira.media_post(str(path), description=f"Photo {place}") for place, path in enumerate(photos)]
    post = mira.status_post("Two photos of the #coast for @tomas", media_ids=media, visibility="public")
    assert [one["description"] for one in post["media_attachments"]] == ["Photo 0", "Photo 1"]
    assert [one["username"] for one in post["mentions"]] == ["tomas"]

    relation = tomas.account_follow(mira.me()["id"])
    assert relation["following"]
    assert [one["id"] for one in tomas.timeline_home()] == [post["id"]]
    assert tomas.status_favourite(post["id"])["favourites_count"] == 1
    answer = tomas.status_reply(post, "Lovely light")
    assert [one["id"] for one in mira.status_context(post["id"])["descendants"]] == [answer["id"]]
    assert listener.notified.wait(20)
    kinds = {one["type"] for one in mira.notifications()}
    assert kinds == {"follow", "favourite", "mention"}

    words = [mira.status_post(f"Word {number}", idempotency_key=f"key {number}") for number in range(5)]
    assert mira.status_post("Word 4", idempotency_key="key 4")["id"] == words[4]["id"]
    first = mira.account_statuses(mira.me()["id"], limit=4)
    every = mira.fetch_remaining(first)
    assert [one["id"] for one in every] == [one["id"] for one in (*reversed(words), post)]
    assert [one["id"] for one in mira.search_v2("tomas", result_type="accounts")["accounts"]] == [tomas.me()["id"]]
    assert [one["id"] for one in mira.timeline_hashtag("coast")] == [post["id"]]

    lists = mira.list_create("Close friends")
    mira.account_follow(tomas.me()["id"])
    mira.list_accounts_add(lists["id"], [tomas.me()["id"]])
    assert [one["username"] for one in mira.list_accounts(lists["id"])] == ["tomas"]

    edited = mira.status_update(post["id"], status="Two photos of the coast, at dusk", media_ids=media)
    assert edited["edited_at"] is not None
    assert len(mira.status_history(post["id"])) == 2
    mira.status_delete(post["id"])
    assert post["id"] not in [one["id"] for one in tomas.timeline_home()]
    assert listener.deleted.wait(20)
    stream.close()


def _signed_in(base_url: str, username: str) -> Any:
    """Sign in as a person does: in a browser, where the app is let in, and by the code that the page shows."""
    client_id, secret = Mastodon.create_app("Journey", scopes=SCOPES, api_base_url=base_url)
    app = Mastodon(client_id=client_id, client_secret=secret, api_base_url=base_url)
    browser = requests.Session()
    page = browser.get(app.auth_request_url(scopes=SCOPES, allow_http=True), timeout=60)
    filled = {**_hidden(page.text), "username": username, "password": PASSWORD}
    page = browser.post(f"{base_url}/sign-in", data=filled, timeout=60)
    page = browser.post(f"{base_url}/oauth/authorize", data={**_hidden(page.text), "answer": "allow"}, timeout=60)
    code = _CODE.search(page.text)
    assert code is not None, page.text
    app.log_in(code=code[1], scopes=SCOPES, allow_http=True)
    return app


def _hidden(page: str) -> dict[str, str]:
    form = page[page.rindex('<form class="form"') :]
    return {name: value.replace("&amp;", "&") for name, value in _FIELD.findall(form)}


class _Listener(StreamListener):  # type: ignore[misc]
    """Notes what a stream brings."""

    def __init__(self) -> None:
        self.opened, self.notified, self.deleted = threading.Event(), threading.Event(), threading.Event()

    def handle_heartbeat(self) -> None:
        self.opened.set()

    def on_notification(self, _notification: object) -> None:
        self.notified.set()

    def on_delete(self, _status_id: object) -> None:
        self.deleted.set()
