"""A comment on what a stranger approves one by one: nobody's but its author's until the stranger's word is there."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from rossgram_fed.follows import actions as follows
from rossgram_fed.instance import Instance
from rossgram_fed.models import Account, Authorization, Delivery, Notification, OutboxActivity, Post
from rossgram_fed.models.authorizations import AuthorizationKind
from rossgram_fed.models.posts import Approval, Visibility
from rossgram_fed.posts import actions, archive
from rossgram_fed.posts.drafts import PostDraft, PostEdit
from rossgram_fed.posts.queries import post_page, posts_by_ids
from rossgram_fed.quotes.answering import ask_to_answer
from rossgram_fed.quotes.documents import request_document
from rossgram_fed.web.errors import Invalid
from tests.builders import a_person, a_stranger
from tests.rossgram_fed.posts.arrivals import PUBLIC, activity, arrive, create
from tests.rossgram_fed.site import opened_site

GTS = {"automaticApproval": [], "manualApproval": [PUBLIC]}


@pytest.fixture
async def people(instance: Instance) -> dict[str, Account]:
    """Alice, who follows sam and is followed by far; bob beside her; eve on sam's server."""
    async with instance.change() as change:
        found = {"alice": await a_person(change), "bob": await a_person(change, "bob")}
        for name, host in (("sam", "there.test"), ("eve", "there.test"), ("far", "far.test")):
            found[name] = await a_stranger(change, name, domain=host)
        alice, sam, far = found["alice"], found["sam"], found["far"]
        await follows.follow(change, account_id=alice.id, target_id=sam.id)
        await follows.receive_accept(change, follower_id=alice.id, followed_id=sam.id)
        await follows.receive_follow(change, follower_id=far.id, followed_id=alice.id, uri="https://far.test/1")
    await clear()
    return found


async def clear() -> None:
    for table in (Delivery, OutboxActivity, Notification):
        await table.all().delete()


async def sent() -> list[tuple[str, set[str], dict[str, Any]]]:
    """What went out: its type, the hosts it went to, and all of it."""
    found = []
    for one in await OutboxActivity.all().order_by("id"):
        body = orjson.loads(one.body)
        found.append((body["type"], {row.host for row in await Delivery.filter(activity_id=one.id)}, body))
    return found


async def a_post_of_sam(instance: Instance, people: dict[str, Account], name: str, **parts: Any) -> Post:
    policy = {"canReply": {"automaticApproval": [people["sam"].uri], "manualApproval": [PUBLIC]}}
    assert await arrive(instance, people["sam"], create(people["sam"], name, **({"interactionPolicy": policy} | parts)))
    return await Post.get(uri=f"{people['sam'].uri}/posts/{name}")


async def comment(instance: Instance, author: Account, post: Post, words: str = "Hello @bob") -> Post:
    async with instance.change() as change:
        draft = PostDraft(caption=words, parent_id=post.id)
        return await Post.get(id=await actions.publish(change, author_id=author.id, draft=draft))


async def test_who_is_asked(instance: Instance, people: dict[str, Account]) -> None:
    """Only whoever says so under the name that stands today; and nobody whom the author named needs to ask."""
    alice, sam = people["alice"], people["sam"]
    named = {"tag": [{"type": "Mention", "href": alice.uri, "name": "@alice"}], "cc": [alice.uri]}
    for number, (rule, parts, waits) in enumerate(
        (
            ({"automaticApproval": [sam.uri], "manualApproval": [PUBLIC]}, {}, True),
            ({"automaticApproval": sam.followers_uri, "manualApproval": PUBLIC}, {}, True),
            ({"automaticApproval": [PUBLIC], "manualApproval": [PUBLIC]}, {}, False),
            ({"automaticApproval": [PUBLIC], "manualApproval": []}, {}, False),
            ({"always": [sam.uri], "approvalRequired": [PUBLIC]}, {}, False),
            ({"automaticApproval": [sam.uri], "manualApproval": [PUBLIC]}, named, False),
        )
    ):
        post = await a_post_of_sam(instance, people, str(number), interactionPolicy={"canReply": rule}, **parts)
        said = await comment(instance, alice, post)
        assert (said.approval is Approval.WAITING) is waits, rule
        assert (said.visibility is Visibility.ARCHIVED) is waits, rule


async def test_a_comment_waits_and_is_published_with_the_word(instance: Instance, people: dict[str, Account]) -> None:
    """The request goes to the author alone; nobody else hears or sees anything before the Accept, and all do after."""
    alice, bob, sam = people["alice"], people["bob"], people["sam"]
    post = await a_post_of_sam(instance, people, "1")
    said = await comment(instance, alice, post)
    await ask_to_answer(instance, {"post_id": said.id})
    ((kind, hosts, request),) = await sent()
    assert (kind, hosts, request["to"]) == ("ReplyRequest", {"there.test"}, [sam.uri])
    assert (request["object"], request["id"]) == (post.uri, f"{said.uri}#reply-request")
    note = request["instrument"]
    assert (note["id"], note["inReplyTo"], note["to"]) == (said.uri, post.uri, [PUBLIC])
    assert "replyAuthorization" not in note
    assert not await Notification.filter(account_id=bob.id).count()
    assert (await Post.get(id=post.id)).replies_count == 0
    for viewer, sees in ((alice.id, 1), (bob.id, 0), (None, 0)):
        page = await post_page(instance.database, post.id, viewer_id=viewer)
        assert page is not None
        assert len(page.comments) == sees
    async with instance.change() as change:
        await archive.bring_back(change, author_id=alice.id, post_id=said.id)
        with pytest.raises(Invalid, match="Delete it"):
            await actions.edit(change, author_id=alice.id, post_id=said.id, edit=PostEdit(caption="Other words"))
    assert (await Post.get(id=said.id)).visibility is Visibility.ARCHIVED, "it is nobody's to bring out but sam's"

    await clear()
    word = f"{sam.uri}/authorizations/1"
    yes = activity(sam, "Accept", {k: request[k] for k in ("id", "type", "actor", "object")}, result=word)
    eve = people["eve"]
    assert not await arrive(instance, eve, yes | {"actor": eve.uri}), "it is not hers to say"
    assert not await arrive(instance, sam, yes | {"result": "https://far.test/word"})
    assert not await arrive(instance, sam, {key: yes[key] for key in yes if key != "result"})
    assert (await Post.get(id=said.id)).approval is Approval.WAITING
    assert await sent() == []
    assert await arrive(instance, sam, yes)
    ((kind, hosts, published),) = await sent()
    assert (kind, hosts) == ("Create", {"there.test", "far.test"})
    assert published["object"]["id"] == said.uri
    assert published["object"]["replyAuthorization"] == word
    assert {"@id": "gts:replyAuthorization", "@type": "@id"} in published["@context"][2].values()
    assert await Notification.filter(account_id=bob.id).count() == 1
    assert (await Post.get(id=post.id)).replies_count == 1
    await posts_by_ids(instance.database, [said.id], viewer_id=None)
    assert not await arrive(instance, sam, yes), "once is enough"
    assert len(await sent()) == 1

    await clear()
    assert await arrive(instance, sam, activity(sam, "Delete", {"id": word, "type": "ReplyAuthorization"}))
    assert [(kind, hosts) for kind, hosts, _ in await sent()] == [
        ("Update", {"there.test", "far.test"}),
        ("Delete", {"far.test"}),
    ]
    assert "replyAuthorization" not in (await sent())[0][2]["object"]
    assert not await Authorization.all().count()


async def test_a_comment_that_is_refused(instance: Instance, people: dict[str, Account]) -> None:
    """It stays its author's own and says so; deleting it is told to whom was asked, and to nobody else."""
    alice, sam = people["alice"], people["sam"]
    post = await a_post_of_sam(instance, people, "1")
    async with opened_site(instance) as site:
        browser = await site.browser(alice)
        answer = await browser.post(f"/p/{post.id}/comment", {"caption": "Hello"}, at=f"/p/{post.id}")
        assert answer.status == 303
        (said,) = await Post.filter(local=True)
        assert "Waiting for approval" in await browser.text(f"/p/{post.id}")
        await ask_to_answer(instance, {"post_id": said.id})
        await clear()
        no = activity(sam, "Reject", f"{said.uri}#reply-request")
        eve = people["eve"]
        assert not await arrive(instance, eve, no | {"actor": eve.uri})
        assert await arrive(instance, sam, no)
        assert (await Post.get(id=said.id)).approval is Approval.REFUSED
        page = await browser.text(f"/p/{said.id}")
        assert "did not approve it" in page
        assert f"/p/{said.id}/unarchive" not in page
        assert "Hello" not in await site.visitor.text(f"/p/{post.id}")
        assert (await site.visitor.get(f"/p/{said.id}")).status == 404
        assert "Hello" not in await browser.text("/archive")
    assert await sent() == []
    async with instance.change() as change:
        await actions.delete(change, author_id=alice.id, post_id=said.id)
    ((kind, hosts, gone),) = await sent()
    assert (kind, hosts, gone["object"]["id"]) == ("Delete", {"there.test"}, said.uri)
    assert (await Post.get(id=post.id)).replies_count == 0


def test_what_a_request_carries_is_defined() -> None:
    """The context of a request knows the words of the post in it, also those of photos that tell something."""
    for kind, term in (("location", "country"), ("attachment", "exifData")):
        note = {"id": "https://here.test/p/1", kind: [{"type": "Place", "exifData": []}]}
        request = request_document(
            AuthorizationKind.REPLY,
            post_uri="https://here.test/p/1",
            actor="https://here.test/users/alice",
            to="https://there.test/users/sam",
            target="https://there.test/1",
            note=note,
        )
        assert request["instrument"] == note
        assert {"replyAuthorization", term} <= set(request["@context"][2])
