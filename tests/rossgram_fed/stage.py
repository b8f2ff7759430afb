"""A server as it was when a stranger wrote to it: whom and what they speak of is there, so that it can take effect."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from activitypub.http import Request
from activitypub.origin import host_of
from rossgram_fed.activities import HANDLERS
from rossgram_fed.federation.gate import Turned
from rossgram_fed.federation.inbox import InboxSource, receive
from rossgram_fed.federation.network import Network
from rossgram_fed.instance import Change, Instance
from rossgram_fed.models import Account, Block, Boost, Follow, Like, Post
from rossgram_fed.models.posts import Visibility
from rossgram_fed.models.relations import FollowState
from tests.builders import a_person
from tests.rossgram_fed.recordings import Sent

ANYBODY = "wire"
"""Whom an activity is for that names nobody here."""
Facts = Counter[tuple[str, ...]]
_FACTS = (
    "SELECT 'follow' AS what, a.uri AS one, b.uri AS two, CASE WHEN f.state = 1 THEN 'accepted' ELSE 'asked' END "
    "AS how, '' AS more FROM follows f JOIN accounts a ON a.id = f.follower_id JOIN accounts b ON b.id = f.followed_id",
    "SELECT 'post', p.uri, p.in_reply_to_uri, CAST(p.visibility AS TEXT), CAST(p.photo_count AS TEXT) FROM posts p",
    "SELECT 'like', a.uri, p.uri, '', '' FROM likes l JOIN accounts a ON a.id = l.account_id "
    "JOIN posts p ON p.id = l.post_id",
    "SELECT 'boost', a.uri, p.uri, '', '' FROM boosts l JOIN accounts a ON a.id = l.account_id "
    "JOIN posts p ON p.id = l.post_id",
    "SELECT 'block', a.uri, b.uri, '', '' FROM blocks k JOIN accounts a ON a.id = k.account_id "
    "JOIN accounts b ON b.id = k.target_id",
    "SELECT 'told', a.uri, b.uri, CAST(n.kind AS TEXT), '' FROM notifications n JOIN accounts a ON a.id = n.account_id "
    "JOIN accounts b ON b.id = n.actor_id",
    "SELECT 'author', p.uri, '', '', a.uri FROM posts p JOIN accounts a ON a.id = p.account_id",
    "SELECT 'gone', a.uri, '', '', '' FROM accounts a WHERE a.deleted_at IS NOT NULL",
    "SELECT 'buried', t.uri, '', '', '' FROM tombstones t",
    "SELECT 'report', r.host, a.uri, '', '' FROM reports r JOIN accounts a ON a.id = r.target_id",
)


@dataclass
class Stage:
    """One server with its inbox, and nobody on the network."""

    instance: Instance
    network: Network

    async def deliver(self, request: Request) -> int:
        """Knock at the inbox and let what was taken in have its effect; return the status."""
        try:
            await receive(self.network, request)
        except Turned as turned:
            return turned.status
        source = InboxSource(self.network, HANDLERS)
        while await source.work_once():
            continue
        return 202

    async def facts(self) -> Facts:
        """What the tables say, in words."""
        rows = await self.instance.database.fetch(" UNION ALL ".join(_FACTS))
        return Counter((row["what"], row["one"], row["two"], row["how"], row["more"]) for row in rows)

    async def row(self, sql: str, *arguments: object) -> dict[str, Any]:
        """The one row of a query; empty when there is none."""
        found = await self.instance.database.fetch_one(sql, *arguments)
        return dict(found) if found is not None else {}

    async def prepare(self, sent: Sent) -> None:
        """Put there what an activity takes for granted."""
        document, text = sent.document, sent.request.body.decode()
        async with self.instance.change() as change:
            sender = await self._stranger(change, sent)
            names = sorted(set(re.findall(re.escape(sent.base_url) + r"/users/(\w+)", text)) or {ANYBODY})
            for name in names:
                if await Account.get_or_none(username=name, domain="") is None:
                    await a_person(change, name)
            anybody = await Account.get(username=names[0], domain="")
            await self._posts(change, sent, anybody)
            if document["type"] in ("Create", "Announce"):
                await _follows(change, anybody, sender, uri="", accepted=True)
            if isinstance(document.get("object"), dict):
                await self._undone(change, document, sender)
            elif document["type"] == "Undo":
                await _follows(change, await _account(document["object"]), sender, uri="", reverse=True)
            await self._known(change, document, sender)

    async def _stranger(self, change: Change, sent: Sent) -> Account:
        uri = sent.document["actor"]
        found = await Account.get_or_none(uri=uri)
        if found is not None:
            return found
        return await Account.create(
            id=change.new_id(),
            username=f"stranger{change.new_id()}",
            domain=host_of(uri),
            uri=uri,
            url=uri,
            inbox=f"{uri}/inbox",
            followers_uri=f"{uri.removesuffix('/')}/followers" + "/" * uri.endswith("/"),
            public_keys=json.dumps([{"id": sent.key_id, "pem": sent.pem}]),
            created_at=change.now,
            updated_at=change.now,
            fetched_at=change.now,
        )

    async def _posts(self, change: Change, sent: Sent, anybody: Account) -> None:
        """The posts of ours that are spoken of."""
        pattern = re.escape(sent.base_url) + r"/(?:users/(\w+)/notes/\w+|p/\d+)"
        for match in re.finditer(pattern, sent.request.body.decode()):
            author = await Account.get(username=match[1], domain="") if match[1] else anybody
            if await Post.get_or_none(uri=match[0]) is None:
                await _post(change, author, match[0])

    async def _undone(self, change: Change, document: dict[str, Any], sender: Account) -> None:
        """What is answered or taken back."""
        kind, inner = document["type"], document["object"]
        if kind in ("Accept", "Reject") and isinstance(inner, dict):
            follower = inner["actor"] if isinstance(inner["actor"], str) else inner["actor"]["id"]
            await _follows(change, await _account(follower), sender, uri=inner["id"])
        if kind != "Undo":
            return
        if inner["type"] == "Follow":
            await _follows(change, await _account(inner["object"]), sender, uri=inner["id"], reverse=True)
        elif inner["type"] == "Block":
            target = await _account(inner["object"])
            if not await Block.exists(account_id=sender.id, target_id=target.id):
                await Block.create(id=change.new_id(), account=sender, target=target, uri="", created_at=change.now)
        elif inner["type"] in ("Like", "EmojiReact", "Announce"):
            model, post = (Boost if inner["type"] == "Announce" else Like), await Post.get(uri=inner["object"])
            if not await model.exists(account_id=sender.id, post_id=post.id):
                await model.create(id=change.new_id(), account=sender, post=post, uri="", created_at=change.now)

    async def _known(self, change: Change, document: dict[str, Any], sender: Account) -> None:
        """The stranger's posts that are edited, deleted or boosted."""
        inner = document.get("object")
        uri = inner.get("id") if isinstance(inner, dict) else inner
        about_a_note = isinstance(inner, dict) and inner.get("type") in ("Note", "Tombstone")
        wanted = document["type"] in ("Update", "Delete") and uri != sender.uri and (about_a_note or inner == uri)
        if wanted and isinstance(uri, str) and await Post.get_or_none(uri=uri) is None:
            await _post(change, sender, uri)


async def _account(uri: str) -> Account:
    return await Account.get(uri=uri)


async def _post(change: Change, author: Account, uri: str) -> None:
    post_id = change.new_id()
    await Post.create(
        id=post_id,
        account=author,
        uri=uri,
        url=uri,
        local=not author.domain,
        visibility=Visibility.PUBLIC,
        content_html="<p>As it was before</p>",
        thread_id=post_id,
        published_at=change.now,
        created_at=change.now,
    )


async def _follows(
    change: Change, ours: Account, stranger: Account, *, uri: str, accepted: bool = False, reverse: bool = False
) -> None:
    """Ours follows the stranger, or asked to; in reverse the stranger follows ours. Nothing changes if so already."""
    follower, followed = (stranger, ours) if reverse else (ours, stranger)
    if not await Follow.exists(follower_id=follower.id, followed_id=followed.id):
        state = FollowState.ACCEPTED if accepted or reverse else FollowState.PENDING
        await Follow.create(
            id=change.new_id(), follower=follower, followed=followed, state=state, uri=uri, created_at=change.now
        )
